/* The frame's behaviour: keys, guarded forms, double submits, the session's end. Everything hangs on data-attributes;
   without this file every page still works. Nothing about people is ever kept in the browser. */
(() => {
  "use strict";

  // --- Keys: an element says which keys press it, data-key="n" or data-key="g d" --------------------

  const SWITCH = "grundsteget.keys"; // A preference, not about anybody: "off" or nothing.
  const dialog = document.getElementById("keys");
  let first = "";
  let firstAt = 0;

  const keysAreOn = () => localStorage.getItem(SWITCH) !== "off";
  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable], dialog");
  const isShown = (element) => element.getClientRects().length > 0;
  // The page's own element comes before the menu's: on a participant's page "n" logs about her.
  const pressed = (keys) => {
    const found = [...document.querySelectorAll(`[data-key="${keys}"]`)];
    return found.find((element) => element.closest("main") && isShown(element)) || found[0];
  };

  function search() {
    const field = document.querySelector("[data-search]");
    if (field) {
      field.focus();
      field.select();
    } else {
      const list = pressed("g d");
      if (list) window.location.assign(`${list.href}#search`);
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!dialog || !keysAreOn() || isTyping(event.target)) return;
    const keys = event.timeStamp - firstAt < 1200 && first ? `${first} ${event.key}` : event.key;
    first = "";
    if (event.key === "?") {
      dialog.showModal();
    } else if (event.key === "/") {
      search();
    } else if (pressed(keys)) {
      pressed(keys).click();
    } else if (event.key === "g") {
      first = "g";
      firstAt = event.timeStamp;
      return;
    } else {
      return;
    }
    event.preventDefault();
  });

  document.querySelectorAll("[data-keys-switch]").forEach((box) => {
    box.checked = keysAreOn();
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(SWITCH);
      else localStorage.setItem(SWITCH, "off");
    });
  });

  if (window.location.hash === "#search") search();

  // --- Forms: warn before leaving what was typed (data-guard), send once -----------------------------

  const changed = new Set();

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) changed.add(form);
  });

  // What is kept elsewhere by now is not lost by leaving.
  document.addEventListener("kept", (event) => changed.delete(event.target));

  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    changed.delete(form);
  });

  // Back in the history, or an answer from htmx: the form may be sent again.
  const free = (root) => root.querySelectorAll("form[aria-busy]").forEach((form) => form.removeAttribute("aria-busy"));
  window.addEventListener("pageshow", () => free(document));
  document.addEventListener("htmx:afterRequest", () => free(document));

  // --- Small deeds: data-submit-on-change on a form, data-print on a button ---------------------------

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    // A menu or a box that was folded out folds in when one clicks elsewhere.
    document.querySelectorAll("details.number[open]").forEach((box) => {
      if (!box.contains(event.target)) box.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.number[open], details.side-menu[open]").forEach((box) => {
      box.open = false;
      box.querySelector("summary").focus();
    });
  });

  // --- The session's end -----------------------------------------------------------------------------

  const box = document.getElementById("session");
  const lifetime = Number(document.body.dataset.sessionSeconds) * 1000;
  if (!box || !lifetime) return;

  const near = box.querySelector("[data-session-near]");
  const over = box.querySelector("[data-session-over]");
  let seenAt = Date.now();

  function show(part) {
    box.hidden = !part;
    near.hidden = part !== near;
    over.hidden = part !== over;
  }

  function look() {
    const left = seenAt + lifetime - Date.now();
    if (left <= 0) show(over);
    else if (left <= 120000) show(near);
    else if (!box.hidden) show(null);
  }

  function stay() {
    seenAt = Date.now();
    look();
  }

  // After logging in anew in another tab this page's forms need the new session's token.
  async function renew() {
    const answer = await fetch(box.dataset.token, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("[name=csrfmiddlewaretoken]");
    if (!token) return;
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => {
      field.value = token.value;
    });
    stay();
  }

  box.querySelector("[data-session-stay]").addEventListener("click", () => {
    fetch(box.dataset.stay, { credentials: "same-origin" }).then(stay);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    look();
    if (!over.hidden) renew();
  });
  document.addEventListener("htmx:afterRequest", stay);
  window.setInterval(look, 15000);
})();
