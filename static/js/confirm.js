// A form with data-confirm asks first, in the page's own dialog. Texts come from the <template id="confirm-dialog">.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const source = document.getElementById("confirm-dialog");
    if (!form.dataset.confirm || form.dataset.confirmed || !source) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    const dialog = source.content.firstElementChild.cloneNode(true);
    dialog.querySelector("[data-question]").textContent = form.dataset.confirm;
    const yes = dialog.querySelector("[data-yes]");
    yes.textContent = button?.textContent.trim() || yes.textContent;
    yes.addEventListener("click", () => {
      form.dataset.confirmed = "yes";
      dialog.close();
      form.requestSubmit(button);
    });
    dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      button?.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  },
  true,
);
