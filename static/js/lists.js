/* The bar of deeds above a list: how many are ticked, and all on the page at once. Without it the buttons work all the
   same: they are submit buttons of a form that the boxes belong to. */
"use strict";

(() => {
  const boxes = () => [...document.querySelectorAll('input[type="checkbox"][form="ticked"]')];

  const say = () => {
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    const all = boxes();
    const ticked = all.filter((box) => box.checked).length;
    const said = bar.querySelector("[data-bulk-said]");
    said.dataset.first = said.dataset.first || said.textContent;
    said.textContent = ticked ? `${ticked} ${said.dataset.bulkSaid}:` : said.dataset.first;
    bar.toggleAttribute("data-none", !ticked);
    const page = bar.querySelector("[data-bulk-page]");
    page.hidden = false;
    const box = page.querySelector("input");
    box.checked = ticked > 0 && ticked === all.length;
    box.indeterminate = ticked > 0 && ticked < all.length;
  };

  document.addEventListener("change", (event) => {
    const page = event.target.closest("[data-bulk-page]");
    if (page) for (const box of boxes()) box.checked = event.target.checked;
    if (page || event.target.matches('input[form="ticked"]')) say();
  });
  document.addEventListener("htmx:afterSettle", say);
  say();
  // On a narrow screen the filters stay folded: the list is what one came for, and how many are active is said above it.
  if (window.matchMedia("(max-width: 47.99rem)").matches) {
    for (const panel of document.querySelectorAll("details.filters")) panel.open = false;
  }
})();
