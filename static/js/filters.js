// Filters that follow what is typed: a short address, and on each button how much is chosen.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  const { formData } = event.detail;
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter((value) => value !== "");
    formData.delete(name);
    values.forEach((value) => formData.append(name, value));
  }
});

// How many boxes of a filter are ticked stands on its button.
document.addEventListener("change", (event) => {
  const menu = event.target.closest?.(".filter-menu");
  if (!menu) return;
  const count = menu.querySelectorAll("input:checked").length;
  let number = menu.querySelector(".filter-menu__chosen");
  if (!number) {
    number = document.createElement("span");
    number.className = "filter-menu__chosen";
    menu.querySelector("summary .icon").before(number);
  }
  number.textContent = count;
  number.hidden = count === 0;
});

// A search field has already been followed letter by letter; leaving it asks nothing new.
document.addEventListener(
  "change",
  (event) => {
    if (event.target.matches(".filters__form [type=search]")) event.stopPropagation();
  },
  true,
);

// On a phone the rows come first: all but the search folds away with the other filters.
if (matchMedia("(max-width: 39.99rem)").matches) {
  for (const folded of document.querySelectorAll(".filters__more")) {
    const front = folded.closest("form").querySelectorAll(":scope > .filter-menu, :scope > .filters__field:not(.filters__field--search)");
    folded.querySelector(".filters__more-fields").prepend(...front);
    folded.open ||= folded.querySelector(".field__errors") !== null;
  }
}
