// The command palette: "/" or Ctrl+K opens it, arrows choose, Enter opens, Escape closes. Without it there is the search page.
const dialog = document.getElementById("palette");
const SLASH = "palette-without-slash";

function remembered() {
  try {
    return localStorage.getItem(SLASH) === null;
  } catch {
    return true;
  }
}

if (dialog) {
  const input = dialog.querySelector("[role=combobox]");
  const status = dialog.querySelector("[data-status]");
  const slash = dialog.querySelector("[data-slash]");
  const rows = () => [...dialog.querySelectorAll("[role=option]")];
  const current = () => dialog.querySelector("[role=option][aria-selected=true]");

  const choose = (row) => {
    current()?.setAttribute("aria-selected", "false");
    if (!row) return input.removeAttribute("aria-activedescendant");
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", row.id);
  };

  const open = (text = "") => {
    if (dialog.open) return;
    input.value = text;
    dialog.showModal();
    input.focus();
    input.dispatchEvent(new CustomEvent("palette:open"));
  };

  slash.checked = remembered();
  slash.addEventListener("change", () => {
    try {
      if (slash.checked) localStorage.removeItem(SLASH);
      else localStorage.setItem(SLASH, "1");
    } catch {
      // A browser that keeps nothing keeps the key as it is.
    }
  });

  document.addEventListener("keydown", (event) => {
    const wantsIt = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const pressedSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !writing && slash.checked;
    if (!wantsIt && !pressedSlash) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });

  for (const link of document.querySelectorAll("[data-palette]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
  }

  input.addEventListener("keydown", (event) => {
    const all = rows();
    const at = all.indexOf(current());
    const moves = {
      ArrowDown: at + 1 < all.length ? at + 1 : 0,
      ArrowUp: at > 0 ? at - 1 : all.length - 1,
    };
    if (event.key in moves && all.length) {
      event.preventDefault();
      choose(all[moves[event.key]]);
    } else if (event.key === "Enter" && current() && !event.isComposing) {
      event.preventDefault();
      current().click();
    }
  });

  // The answer to older letters must not be opened for newer ones: with each change the choice begins anew.
  input.addEventListener("input", () => choose(null));
  dialog.addEventListener("htmx:afterSwap", () => {
    const list = dialog.querySelector("[role=listbox]");
    choose(input.value.trim() ? rows()[0] : null);
    status.textContent = list.dataset.announce ?? "";
  });

  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
