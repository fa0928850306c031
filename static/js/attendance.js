/* The attendance grid by keyboard: arrows and Enter move between days, "fill as planned" without a round trip, sums
   while one types. Everything hangs on data-attributes; without this file the grid is a plain form. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-attendance]");
  if (!form) return;

  const rows = [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input[data-day]")]);
  const hint = form.querySelector("[data-attendance-keys]");
  if (hint) hint.hidden = false;

  // The field of the same day in the nearest row above or below that has one.
  function beside(field, step) {
    const from = rows.findIndex((row) => row.includes(field));
    for (let at = from + step; rows[at]; at += step) {
      const found = rows[at].find((other) => other.dataset.day === field.dataset.day);
      if (found) return found;
    }
    return null;
  }

  function along(field, step) {
    const row = rows.find((fields) => fields.includes(field));
    return row[row.indexOf(field) + step] || null;
  }

  // Left and right leave the field only from its edge, so that one can still correct a digit.
  function target(event) {
    const field = event.target;
    const all = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    if (event.key === "ArrowDown" || (event.key === "Enter" && !event.shiftKey)) return beside(field, 1);
    if (event.key === "ArrowUp" || event.key === "Enter") return beside(field, -1);
    if (event.key === "ArrowLeft" && (all || field.selectionEnd === 0)) return along(field, -1);
    if (event.key === "ArrowRight" && (all || field.selectionStart === field.value.length)) return along(field, 1);
    return null;
  }

  form.addEventListener("keydown", (event) => {
    if (!event.target.matches("input[data-day]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = target(event);
    // Enter never sends the form from a day: one would send it half written.
    if (next || event.key === "Enter") event.preventDefault();
    if (next) {
      next.focus();
      next.select();
    }
  });

  form.addEventListener("focusin", (event) => {
    if (event.target.matches("input[data-day]")) event.target.select();
  });

  // --- Sums ------------------------------------------------------------------------------------------

  function hours(text) {
    const [whole, minutes] = text.trim().replace(",", ".").split(":");
    const value = Number(whole) + (minutes ? Number(minutes) / 60 : 0);
    return Number.isFinite(value) ? value : 0;
  }

  function add(row) {
    const sum = row.reduce((total, field) => total + hours(field.value), 0);
    const cell = row[0].closest("tr").querySelector("[data-sum]");
    cell.textContent = sum.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
  }

  form.addEventListener("input", (event) => {
    const row = rows.find((fields) => fields.includes(event.target));
    if (row) add(row);
  });

  // --- Fill as planned --------------------------------------------------------------------------------

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    event.preventDefault();
    rows.flat().forEach((field) => {
      const wanted = button.dataset.fill === "all" || button.dataset.fill === field.dataset.day;
      if (!wanted || field.value || !field.dataset.planned) return;
      field.value = field.dataset.planned;
      field.classList.add("att-filled");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
})();
