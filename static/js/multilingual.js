// Turns the boxes of a field in several languages into tabs. Without this they stand under each other.
function dotFor(box) {
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.setAttribute("aria-hidden", "true");
  const filled = () => dot.classList.toggle("dot--filled", box.querySelector("input, textarea").value.trim() !== "");
  box.addEventListener("input", filled);
  filled();
  return dot;
}

function build(field) {
  const boxes = [...field.querySelectorAll("[data-language]")];
  if (boxes.length < 2 || field.dataset.built) return;
  field.dataset.built = "yes";
  const tabs = document.createElement("div");
  tabs.className = "multilingual__tabs";
  tabs.setAttribute("role", "tablist");
  tabs.setAttribute("aria-label", field.dataset.multilingual);

  const show = (index, focus = false) => {
    boxes.forEach((box, position) => {
      box.hidden = position !== index;
      const tab = tabs.children[position];
      tab.setAttribute("aria-selected", String(position === index));
      tab.tabIndex = position === index ? 0 : -1;
    });
    if (focus) tabs.children[index].focus();
  };

  boxes.forEach((box, index) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.id = `${box.id}_tab`;
    tab.setAttribute("aria-controls", box.id);
    tab.append(dotFor(box), box.dataset.language.toUpperCase());
    // Said as it is shown, then in full, so that who speaks to the screen can name what they see.
    tab.setAttribute("aria-label", `${box.dataset.language.toUpperCase()}, ${box.dataset.name}`);
    tab.title = box.dataset.name;
    tab.addEventListener("click", () => show(index));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) show((index + step * (document.dir === "rtl" ? -1 : 1) + boxes.length) % boxes.length, true);
    });
    box.setAttribute("role", "tabpanel");
    box.setAttribute("aria-labelledby", tab.id);
    box.querySelector(".multilingual__label").classList.add("visually-hidden");
    tabs.append(tab);
  });

  field.querySelector("details")?.replaceWith(...boxes.slice(1));
  field.prepend(tabs);
  show(Math.max(0, boxes.findIndex((box) => box.querySelector("input, textarea").value.trim() !== "")));
}

const buildAll = (root) => root.querySelectorAll("[data-multilingual]").forEach(build);
buildAll(document);
document.addEventListener("htmx:load", (event) => buildAll(event.target));
