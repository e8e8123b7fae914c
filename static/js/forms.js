// Nothing typed is lost: leaving with unsaved text asks. A form is sent once. Errors take the focus.
const sent = new WeakSet();
let dirty = false;

const guarded = (element) => element.closest?.("form[data-guard]");

function say(form, text) {
  const line = form.querySelector("[data-form-state]");
  if (line) line.textContent = text;
}

document.addEventListener("input", (event) => {
  const form = guarded(event.target);
  if (!form || event.target.type === "hidden") return;
  dirty = true;
  say(form, form.dataset.guard);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  if (!form.hasAttribute("hx-post")) sent.add(form);
  if (guarded(form)) {
    dirty = false;
    say(form, form.dataset.sending ?? "");
  }
});

// A page that comes back out of the browser's memory may be sent again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  // A form with text left in it is not thrown away by the Enter key of a search inside it.
  if (event.key === "Enter" && event.target.matches?.("[data-no-submit]")) event.preventDefault();
});

document.querySelector("[data-focus]")?.focus();
