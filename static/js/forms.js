// Nothing typed is lost: leaving with unsaved text asks, and what was sent after the session had ended is put back
// after signing in. A form is sent once. Errors take the focus.
const sent = new WeakSet();
let dirty = false;

const guarded = (element) => element.closest?.("form[data-guard]");

function say(form, text) {
  const line = form.querySelector("[data-form-state]");
  if (line) line.textContent = text;
}

// --- what was typed, in this tab only, until the next page shows what became of it ---

const KEPT = "unsaved";

// With the version that was read, so that what others saved meanwhile is still noticed.
const READ = ["record_version", "record_base"];
const NOT_TYPED = ["hidden", "password", "file", "submit", "button"];

const typedIn = (form) =>
  [...form.elements].filter((field) => READ.includes(field.name) || (field.name && !NOT_TYPED.includes(field.type)));

// A form that was opened within another page belongs to the page that it is sent to. A field may be called "action".
const pathOf = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;

function keep(form) {
  const fields = typedIn(form).map((field) => [field.name, field.value, field.checked ?? null]);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ owner: form.dataset.owner, path: pathOf(form), fields }));
  } catch {
    // A full or forbidden store takes nothing away from sending the form.
  }
}

function putBack(form, fields) {
  const inputs = typedIn(form);
  for (const [name, value, checked] of fields) {
    const choice = typeof checked === "boolean" && inputs.find((input) => input.name === name && input.value === value);
    const field = choice || inputs.find((input) => input.name === name);
    if (!field) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = checked;
    else field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}

function settle() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!kept) return;
  const form = document.querySelector("form[data-owner]");
  if (document.querySelector("[data-signed-out]")) {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, interrupted: true }));
  } else if (!kept.interrupted || (form && form.dataset.owner !== kept.owner)) {
    sessionStorage.removeItem(KEPT);
  } else if (form && location.pathname === kept.path) {
    putBack(form, kept.fields);
    sessionStorage.removeItem(KEPT);
  }
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
    keep(form);
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

settle();
document.querySelector("[data-focus]")?.focus();
