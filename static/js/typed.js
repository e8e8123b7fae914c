// What somebody typed into a form: read out of it, and put back into it.

// With the version that was read, so that what others saved meanwhile is still noticed.
const READ = ["record_version", "record_base"];
const NOT_TYPED = ["hidden", "password", "file", "submit", "button"];

const typedIn = (form) =>
  [...form.elements].filter((field) => READ.includes(field.name) || (field.name && !NOT_TYPED.includes(field.type)));

export const readFields = (form) => typedIn(form).map((field) => [field.name, field.value, field.checked ?? null]);

export function putBack(form, fields) {
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
