// Autosave of a form with a field `draft`: to the server as a draft, and until it is there in this browser, sealed with a
// key that only pages of the same signed-in person hold. So neither a lost line, an ended session nor a phone that
// closes the page loses a word, and whoever uses the device next reads none.
import { putBack, readFields } from "./typed.js";

const PAUSE = 1200;
const AGAIN = 8000;

// --- what this browser keeps ---

// Browsers seal only on safe addresses (https, or this very machine); elsewhere nothing is left on the device.
const crypto = window.crypto?.subtle;
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const toText = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

class Shelf {
  constructor(form) {
    this.name = `draft:${form.dataset.owner}:${location.pathname}`;
    this.last = Promise.resolve(); // one thing after the other: what was cleared does not come back
    this.key = crypto?.importKey("raw", bytes(form.elements.draft.dataset.key), "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  put(entry) {
    if (crypto) this.last = this.last.then(() => this.seal(entry));
  }

  async seal(entry) {
    const iv = window.crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(entry));
    const sealed = await crypto.encrypt({ name: "AES-GCM", iv }, await this.key, plain);
    try {
      localStorage.setItem(this.name, `${toText(iv)} ${toText(sealed)}`);
    } catch {
      // A full or forbidden store takes nothing away from saving on the server.
    }
  }

  async get() {
    const [iv, sealed] = (crypto && localStorage.getItem(this.name)?.split(" ")) || [];
    if (!sealed) return null;
    try {
      const plain = await crypto.decrypt({ name: "AES-GCM", iv: toBytes(iv) }, await this.key, toBytes(sealed));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      // Sealed by somebody else, or with a key of before: nobody can read it any more.
      this.clear();
      return null;
    }
  }

  clear() {
    this.last = this.last.then(() => localStorage.removeItem(this.name));
  }
}

// --- one form ---

// What a person typed, to compare; the version it was typed upon is no part of it.
const said = (fields) => JSON.stringify(fields.filter(([name]) => !name.startsWith("record_")));

class Autosave {
  constructor(form) {
    this.form = form;
    this.words = form.elements.draft.dataset;
    this.line = form.querySelector("[data-form-state]");
    this.writer = window.crypto.randomUUID?.() ?? form.elements.draft.value;
    this.version = Number(this.words.version);
    this.shelf = new Shelf(form);
    this.typed = 0; // counts what was typed,
    this.kept = 0; // and how much of that the server has
    this.isLeaving = false;
  }

  get token() {
    return this.form.elements.draft.value;
  }

  say(text, { link = "", isBad = false } = {}) {
    this.isBad = isBad;
    if (this.line.dataset.said === text) return;
    this.line.dataset.said = text;
    this.line.textContent = text;
    this.line.classList.toggle("form__state--bad", isBad);
    if (!link) return;
    const way = document.createElement("a");
    way.href = link;
    way.textContent = this.words.signIn;
    if (crypto) way.addEventListener("click", () => document.dispatchEvent(new Event("draft-kept")));
    this.line.append(" ", way);
  }

  async begin() {
    const entry = await this.shelf.get();
    if (entry && said(entry.fields) !== said(readFields(this.form))) {
      // The draft that it belongs to, as this browser knew it: what others wrote since is noticed.
      this.form.elements.draft.value = entry.token;
      this.version = entry.version;
      this.writer = entry.writer;
      putBack(this.form, entry.fields);
      this.form.querySelector("[data-put-back]")?.removeAttribute("hidden");
    } else if (entry) {
      this.shelf.clear();
    }
    this.form.addEventListener("input", (event) => event.target.type !== "hidden" && this.changed());
    this.form.addEventListener("change", (event) => event.target.type !== "hidden" && this.changed());
    this.form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      this.isLeaving = true;
      clearTimeout(this.timer);
      this.sending?.abort();
    });
    // Another form of this page goes off: what is on this device comes back with the page.
    document.addEventListener("submit", (event) => {
      if (crypto && event.target !== this.form) document.dispatchEvent(new Event("draft-kept"));
    });
    window.addEventListener("online", () => this.send());
    // A phone may never come back to a page that it has put away.
    document.addEventListener("visibilitychange", () => document.hidden && this.send());
    if (entry) this.changed();
  }

  changed() {
    this.typed += 1;
    if (!this.isBad) this.say("");
    const { token, version, writer } = this;
    this.shelf.put({ token, version, writer, fields: readFields(this.form) });
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.isLeaving || this.kept === this.typed) return;
    if (this.sending) return this.later(PAUSE);
    const upTo = this.typed;
    this.sending = new AbortController();
    try {
      // Asking a line that is known to be down would only fill the console.
      if (!navigator.onLine) throw new TypeError("offline");
      const answer = await fetch(location.pathname, {
        method: "POST",
        body: new URLSearchParams(new FormData(this.form)),
        redirect: "manual",
        keepalive: document.hidden,
        signal: this.sending.signal,
        headers: {
          "X-Draft": "keep",
          "X-Draft-Owner": this.form.dataset.owner,
          "X-Draft-Writer": this.writer,
          "X-Draft-Version": String(this.version),
        },
      });
      if (answer.ok) this.arrived(await answer.json(), upTo);
      else this.refused(answer.status);
    } catch {
      if (!this.isLeaving) this.failed(this.words.noConnection);
    } finally {
      this.sending = null;
    }
  }

  arrived({ token, version, message }, upTo) {
    this.form.elements.draft.value = token;
    this.version = version;
    this.kept = upTo;
    if (this.kept !== this.typed) return this.later(PAUSE);
    this.shelf.clear();
    document.dispatchEvent(new Event("draft-kept"));
    const now = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    this.say([this.words.saved.replace("{time}", now), message].filter(Boolean).join(" · "));
  }

  refused(status) {
    // Signed out, or a page of before the last sign-in: opening it again puts everything back.
    if ([401, 403].includes(status)) this.failed(this.words.signedOut, { link: location.href });
    else this.failed(this.words.noAnswer);
  }

  failed(text, options = {}) {
    this.say(text, { ...options, isBad: true });
    if (!options.link) this.later(AGAIN);
  }
}

// Once the other scripts of the page have run: forms.js forgets what was saved.
document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll("input[name=draft][data-key]")) new Autosave(field.form).begin();
});
