// Questions that hang on an answer of the same page are shown while it is given.
function answerOf(form, name) {
  const found = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
  return [...found].flatMap((field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked ? [field.value] : [];
    return [field.value];
  });
}

for (const form of document.querySelectorAll("form")) {
  const hanging = form.querySelectorAll("[data-show-when]");
  if (!hanging.length) continue;
  const show = () => {
    for (const part of hanging) {
      const wanted = part.dataset.showValues.split("|");
      part.hidden = !answerOf(form, part.dataset.showWhen).some((value) => wanted.includes(value));
    }
  };
  form.addEventListener("change", show);
  show();
}

// What a radio opens. The design system's own script says aria-expanded on it, which a radio may not.
for (const group of document.querySelectorAll(".govuk-radios")) {
  const openers = [...group.querySelectorAll(":scope > .govuk-radios__item > [data-aria-controls]")];
  if (!openers.length) continue;
  const show = () => {
    for (const opener of openers) {
      const opened = document.getElementById(opener.dataset.ariaControls);
      opened.classList.toggle("govuk-radios__conditional--hidden", !opener.checked);
    }
  };
  group.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const parts = [...document.querySelectorAll(button.dataset.copy)];
    await navigator.clipboard.writeText(parts.map((part) => part.textContent).join("\n\n"));
    button.textContent = "Copied";
  });
}
