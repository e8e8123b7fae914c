// Nothing typed is lost: leaving with unsaved text asks, and what was sent after the session had ended is put back
// after signing in. A form is sent once. Errors take the focus. Forms with a field `draft` are kept by autosave.js.
import { putBack, readFields } from "./typed.js";

const sent = new WeakSet();
let dirty = false;

const guarded = (element) => element.closest?.("form[data-guard]");

function say(form, text) {
  const line = form.querySelector("[data-form-state]");
  if (line) line.textContent = text;
}

// --- what was typed, in this tab only, until the next page shows what became of it ---

const KEPT = "unsaved";

// A form that was opened within another page belongs to the page that it is sent to. A field may be called "action".
const pathOf = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;

function keep(form) {
  const fields = readFields(form);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ owner: form.dataset.owner, path: pathOf(form), fields }));
  } catch {
    // A full or forbidden store takes nothing away from sending the form.
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
  if (!form.elements.draft) say(form, form.dataset.guard);
});

// Everything typed lies elsewhere now, too: nothing is lost by leaving.
document.addEventListener("draft-kept", () => {
  dirty = false;
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
    if (!form.elements.draft || !window.crypto?.subtle) keep(form);
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

// The server says by a cookie which form was saved: what this browser kept of it is done with.
function forgetSaved() {
  const saved = document.cookie.match(/(?:^|; )saved_form="?([^";]+)"?/)?.[1];
  if (!saved) return;
  document.cookie = "saved_form=; path=/; max-age=0; samesite=lax";
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("draft:") && name.endsWith(`:${saved}`)) localStorage.removeItem(name);
  }
}

forgetSaved();
settle();
document.querySelector("[data-focus]")?.focus();
