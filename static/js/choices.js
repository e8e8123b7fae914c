// Search inside long choices, accents and case apart. Without this they are a plain select and plain boxes.
const MANY = 10;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const matches = (text, wanted) => fold(wanted).split(/\s+/).every((word) => fold(text).includes(word));

function searchBoxes(group) {
  const labels = [...group.querySelectorAll(".choices__list label")];
  if (labels.length <= MANY || group.dataset.built) return;
  group.dataset.built = "yes";
  const search = document.createElement("input");
  search.type = "search";
  search.className = "choices__search";
  search.placeholder = group.dataset.search;
  search.setAttribute("aria-label", group.dataset.search);
  search.setAttribute("data-no-submit", "");
  const none = document.createElement("p");
  none.className = "choices__none";
  none.textContent = group.dataset.none;
  none.hidden = true;
  search.addEventListener("input", (event) => {
    event.stopPropagation();
    let found = 0;
    for (const label of labels) {
      const shown = matches(label.textContent, search.value);
      label.hidden = !shown;
      found += shown;
    }
    none.hidden = found > 0;
  });
  group.prepend(search);
  group.append(none);
}

let built = 0;

function combo(select) {
  const options = [...select.options].filter((option) => option.value !== "");
  if (options.length <= MANY || select.multiple || select.dataset.built) return;
  select.dataset.built = "yes";
  const blank = [...select.options].find((option) => option.value === "");
  const frame = document.createElement("div");
  frame.className = "combo";
  const box = document.createElement("input");
  const list = document.createElement("ul");
  const id = `combo-${(built += 1)}`;
  Object.assign(box, { type: "text", autocomplete: "off", placeholder: blank?.textContent ?? "" });
  Object.assign(list, { id, className: "combo__list", hidden: true });
  list.setAttribute("role", "listbox");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, "data-no-submit": "",
  })) box.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) box.setAttribute(name, select.getAttribute(name));
  }
  // Labels and links to errors lead to what people see.
  box.id = select.id;
  select.id = `${select.id}_value`;
  const label = document.querySelector(`label[for="${CSS.escape(box.id)}"]`);
  if (label) list.setAttribute("aria-label", label.textContent.trim());
  // The select stays in the form and keeps the value; its own "required" would point at something unseen.
  select.required = false;
  select.hidden = true;
  select.after(frame);
  frame.append(box, list);
  let shown = [];
  let active = -1;

  const labelOf = () => (select.value === "" ? "" : select.selectedOptions[0].textContent.trim());
  const close = () => {
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    active = index;
    [...list.children].forEach((item, position) => item.setAttribute("aria-selected", String(position === index)));
    const item = list.children[index];
    if (!item) return;
    box.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const choose = (option) => {
    select.value = option ? option.value : "";
    box.value = labelOf();
    close();
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const open = (wanted) => {
    shown = options.filter((option) => matches(option.textContent, wanted)).slice(0, 60);
    list.replaceChildren(
      ...shown.map((option, index) => {
        const item = document.createElement("li");
        item.id = `${id}-${index}`;
        item.setAttribute("role", "option");
        item.textContent = option.textContent.trim();
        item.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          choose(option);
        });
        return item;
      }),
    );
    if (!shown.length) {
      const none = document.createElement("li");
      none.className = "combo__none";
      none.textContent = select.dataset.none ?? "–";
      list.append(none);
    }
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    mark(shown.length && wanted ? 0 : -1);
  };

  box.value = labelOf();
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    open(box.value);
  });
  box.addEventListener("click", () => open(""));
  box.addEventListener("focus", () => box.select());
  box.addEventListener("blur", () => {
    if (box.value.trim() === "" && blank) choose(null);
    box.value = labelOf();
    close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (shown.length) mark((active + step + shown.length) % shown.length);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(shown[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      box.value = labelOf();
      close();
    }
  });
}

function build(root) {
  root.querySelectorAll(".choices").forEach(searchBoxes);
  root.querySelectorAll("select[data-searchable]").forEach(combo);
}

build(document);
document.addEventListener("htmx:load", (event) => build(event.target));
