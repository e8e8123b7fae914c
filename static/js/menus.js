// Menus are <details>; they open without this. Here: Escape and a click elsewhere close them.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// On a phone the navigation and the thread scroll sideways: begin at where one is.
for (const current of document.querySelectorAll(".site-nav [aria-current], .tabs [aria-current], .thread [aria-current]")) {
  const row = current.closest(".thread__stages, nav");
  row.scrollLeft += current.getBoundingClientRect().left - row.getBoundingClientRect().left - row.clientWidth / 3;
}
