// Sessions of an agenda are dragged within their day, to another day, or onto a day's tab; the buttons do the same.
// A session opens for editing in its place.
const ITEM = "[data-item]";
const agenda = () => document.getElementById("agenda");
const openForm = () => agenda().querySelector("form.form");

function makeDraggable() {
  for (const item of agenda().querySelectorAll(ITEM)) item.draggable = true;
}

// --- dragging ---

let dragged = null;

function clear() {
  for (const marked of agenda().querySelectorAll("[data-over]")) delete marked.dataset.over;
}

// Where a drop would put the session: the day, and behind which one (nothing: by its hour).
function placeAt(event) {
  const tab = event.target.closest("[data-drop-day]");
  if (tab) return { mark: tab, side: "in", day: tab.dataset.dropDay };
  const list = event.target.closest(".day")?.querySelector("[data-day]");
  if (!list) return null;
  const others = [...list.querySelectorAll(ITEM)].filter((item) => item !== dragged);
  const below = others.find((item) => {
    const box = item.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  const above = below ? others[others.indexOf(below) - 1] : others.at(-1);
  const mark = below ?? above ?? list;
  return { mark, side: below ? "before" : above ? "after" : "in", day: list.dataset.day, after: above?.dataset.item ?? "" };
}

function drop(item, place) {
  const form = document.getElementById(`move-${item.dataset.item}`);
  for (const name of ["day", "after"]) {
    if (place[name] === undefined) continue;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value: place[name] });
    form.append(input);
  }
  form.requestSubmit();
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(ITEM) ?? null;
  if (!dragged || openForm()) {
    dragged = null;
    return;
  }
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector(".agenda__title")?.innerText ?? "");
  dragged.dataset.dragged = "";
});

document.addEventListener("dragover", (event) => {
  const place = dragged && placeAt(event);
  clear();
  if (!place) return;
  event.preventDefault();
  place.mark.dataset.over = place.side;
});

document.addEventListener("drop", (event) => {
  const place = dragged && placeAt(event);
  if (!place) return;
  event.preventDefault();
  drop(dragged, place);
});

document.addEventListener("dragend", () => {
  clear();
  if (dragged) delete dragged.dataset.dragged;
  dragged = null;
});

// --- editing in place ---

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!openForm()) return;
  // What is typed in the open form must not be swapped away.
  event.preventDefault();
  const words = document.createElement("p");
  words.className = "alert alert--warn";
  words.textContent = agenda().dataset.openForm;
  document.getElementById("messages").replaceChildren(words);
  openForm().scrollIntoView({ block: "nearest" });
});

// The keys stay with a session that moved, whether or not its button still has a way to go.
let moved = "";

document.addEventListener("htmx:configRequest", (event) => {
  moved = event.target.matches("form") ? (event.target.closest(ITEM)?.dataset.item ?? "") : "";
});

function keepFocus() {
  const item = moved && agenda().querySelector(`[data-item="${moved}"]`);
  if (item && !agenda().contains(document.activeElement)) item.querySelector("button:enabled, summary")?.focus();
}

document.addEventListener("htmx:afterSettle", () => {
  makeDraggable();
  keepFocus();
  openForm()?.querySelector("input:not([type=hidden]), select")?.focus();
});

makeDraggable();
