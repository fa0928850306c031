/* The quick log: opened from every page, driven by the keyboard, its draft kept on the server as one writes.
   Without this file the page of the log works by itself. Nothing is kept in the browser. */
(() => {
  "use strict";

  const PAUSE = 1200; // Milliseconds without a key before what is typed is kept.
  const AGAIN = 5000; // And before it is tried again when there was no contact.
  const dialog = document.getElementById("quick-log");
  let timer = 0;
  let wrote = false;

  const log = () => document.querySelector("[data-log]");
  const form = () => document.querySelector("[data-log-form]");

  // --- Opening it over any page -----------------------------------------------------------------------

  function open(address) {
    dialog.showModal();
    if (form()) {
      form().querySelector("[data-log-who]").focus();
      return;
    }
    window.htmx.ajax("GET", address, { target: "#log", swap: "outerHTML" });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-opens-log]");
    if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.href);
  });

  if (dialog) {
    dialog.querySelector("[data-log-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", closed);
  }

  // The page behind may show what was just written about: it is read anew, unless something is typed there.
  async function closed() {
    await keep();
    if (wrote && !document.querySelector("main form[data-guard]")) window.location.reload();
  }

  // Not before htmx listens to the new fields: what is typed earlier would be searched for by nobody.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "log") return;
    wrote = wrote || Boolean(log().querySelector(".alert-success"));
    const wrong = log().querySelector(".alert-danger a");
    const field = wrong ? document.querySelector(wrong.hash) : log().querySelector("[data-log-who]");
    if (field) field.focus();
  });

  // --- Choosing who with Enter ------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (!event.target.closest("[data-log-form]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form().requestSubmit();
    } else if (event.key === "Enter" && event.target.matches("[data-log-who]")) {
      event.preventDefault();
      pick(event.target);
    } else if (event.key === "ArrowDown" && event.target.matches("[data-log-who]")) {
      event.preventDefault();
      const box = document.querySelector("#choices input:not(:checked)");
      if (box) box.focus();
    }
  });

  /* While the answer to what was typed is on its way, the list still shows the one before: wait for it. */
  function pick(field) {
    if (field.classList.contains("htmx-request") || field.value.trim() !== shownFor()) {
      document.addEventListener("htmx:afterSettle", () => pick(field), { once: true });
      return;
    }
    const box = document.querySelector("#choices input:not(:checked)");
    if (!box || !field.value.trim()) {
      if (document.querySelector("#choices input:checked")) form().querySelector("[name=kind]").focus();
      return;
    }
    box.checked = true;
    field.value = "";
    window.htmx.trigger(field, "picked");
    later();
  }

  const shownFor = () => document.getElementById("choices").dataset.who;

  // --- Beginning from a template ----------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    const select = event.target.closest("[data-log-template]");
    const chosen = select && select.selectedOptions[0];
    if (!chosen || !chosen.value) return;
    const text = form().querySelector("[name=text]");
    const minutes = form().querySelector("[name=minutes]");
    form().querySelector("[name=kind]").value = chosen.dataset.kind;
    if (!minutes.value) minutes.value = chosen.dataset.minutes;
    text.value = [text.value.trim(), chosen.dataset.text].filter(Boolean).join("\n\n");
    text.focus();
    later();
  });

  // --- The draft --------------------------------------------------------------------------------------

  function later(pause = PAUSE) {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, pause);
  }

  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-log-form]") && !event.target.matches("[data-log-who]")) later();
  });

  function say(what, time = "") {
    const place = log() && log().querySelector("[data-log-state]");
    if (place) place.textContent = what ? `${place.dataset[what]} ${time}`.trim() : "";
  }

  async function keep() {
    window.clearTimeout(timer);
    const typed = form();
    if (!typed || typed.getAttribute("aria-busy") === "true") return;
    const data = new FormData(typed);
    if (!data.get("text") && !data.get("next_step")) return;
    try {
      const answer = await fetch(log().dataset.draftUrl, { method: "POST", body: data, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      if (!typed.isConnected) return;
      typed.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
      say("kept", new Date().toTimeString().slice(0, 5));
    } catch {
      if (!typed.isConnected) return;
      say("lost");
      later(AGAIN);
    }
  }

  window.addEventListener("online", () => keep());
  document.addEventListener("htmx:sendError", (event) => {
    if (event.target.matches("[data-log-form]")) say("unsaved");
  });
})();
