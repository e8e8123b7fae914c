// Ticked rows of a list: how many there are, and one box in the head for all rows of the page.
function tell(root) {
  const boxes = [...root.querySelectorAll("input[name=pk][form]")];
  if (!boxes.length) return;
  const ticked = boxes.filter((box) => box.checked).length;
  const all = root.querySelector("[data-tick-all]");
  all.hidden = false;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
  const line = root.querySelector("[data-tick-count]");
  line.textContent = ticked === 1 ? line.dataset.one : line.dataset.many.replace("%d", ticked);
}

document.addEventListener("change", (event) => {
  const root = event.target.closest?.("#results");
  if (!root) return;
  if (event.target.matches("[data-tick-all]")) {
    for (const box of root.querySelectorAll("input[name=pk][form]")) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-tick-all], input[name=pk][form]")) tell(root);
});

tell(document);
document.addEventListener("htmx:load", (event) => tell(event.target.parentElement ?? event.target));
