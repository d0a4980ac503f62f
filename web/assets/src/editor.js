// The diagram editor of the studio: the drawing fills a form field, so that saving is an ordinary form.
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/diagram-js.css";
import { Drawing } from "./editor/drawing.js";
import { Findings } from "./editor/findings.js";
import { Panel } from "./editor/panel.js";
import { Settings } from "./editor/settings.js";
import { label, listOf, words } from "./editor/steps.js";

const root = document.querySelector("[data-editor]");
const field = document.querySelector("[data-editor-source]");
const form = field.closest("form");
const status = document.querySelector("[data-editor-status]");
const chosen = form.querySelector("[data-editor-chosen]");
const goTo = root.querySelector("[data-editor-goto]");
const withoutScript = document.querySelectorAll("[data-without-script]");

const drawing = new Drawing(root.querySelector("[data-editor-canvas]"));
const settings = new Settings(drawing.modeler);
const findings = new Findings(document.querySelector("[data-editor-findings]"), drawing, choose);
const panel = new Panel(root.querySelector("[data-editor-panel]"), settings, drawing, {
  choices: JSON.parse(root.dataset.choices),
  connectors: JSON.parse(root.dataset.connectors),
  findings,
});
let changed = false;
let checking;

function say(text) {
  status.textContent = text;
}

function listSteps() {
  const now = goTo.value;
  goTo.replaceChildren(new Option("Choose a step", ""));
  for (const element of listOf(drawing.elements(), settings)) goTo.append(new Option(`${label(element)} (${words(element)})`, element.id));
  goTo.value = [...goTo.options].some((option) => option.value === now) ? now : "";
}

function choose(id) {
  if (drawing.choose(id)) return true;
  say("This is about the process as a whole: there is no one step to show.");
  return false;
}

const BUTTONS = {
  undo: () => drawing.undo(),
  redo: () => drawing.redo(),
  find: () => drawing.find(),
  "zoom-in": () => drawing.zoom(1),
  "zoom-out": () => drawing.zoom(-1),
  fit: () => drawing.showAll(),
  left: () => drawing.move(1, 0),
  right: () => drawing.move(-1, 0),
  up: () => drawing.move(0, 1),
  down: () => drawing.move(0, -1),
  append: () => {
    if (!drawing.append()) say("Choose the step first, after which the new one comes.");
  },
  remove: () => {
    if (!drawing.remove()) say("Choose the step first that is to go.");
  },
};

async function check() {
  try {
    say(await findings.check(root.dataset.check, form.elements["wm-csrf"].value, await drawing.xml()));
    panel.refresh();
  } catch (error) {
    if (error.name !== "AbortError") say("Changed, not saved yet. The findings could not be brought up to date: save to see them.");
  }
}

function asText(error) {
  say(`The drawing cannot be shown (${error.message}). Change the file here, or upload another.`);
  root.hidden = true;
  for (const element of withoutScript) element.hidden = false;
}

async function open() {
  const { lost } = await drawing.open(field.value);
  listSteps();
  panel.show(null);
  findings.mark();
  root.dataset.ready = "true";
  if (lost.length) say(`The editor does not know ${lost.length} parts of this file and would leave them out on saving: ${lost.join("; ")}`);
  const wanted = new URLSearchParams(location.search).get("element");
  if (wanted) choose(wanted);
}

drawing.on("selection.changed", ({ newSelection }) => {
  const target = newSelection[0]?.labelTarget || newSelection[0] || null;
  panel.show(target);
  goTo.value = target?.id || "";
  chosen.value = target?.id || "";
});
drawing.on("commandStack.changed", () => {
  if (!root.dataset.ready) return;
  changed = true;
  say("Changed, not saved yet.");
  listSteps();
  goTo.value = panel.element?.id || "";
  panel.refresh();
  clearTimeout(checking);
  checking = setTimeout(check, 800);
});
goTo.addEventListener("change", () => choose(goTo.value));
for (const button of root.querySelectorAll("[data-editor-do]")) {
  button.addEventListener("click", () => BUTTONS[button.dataset.editorDo]());
}
form.addEventListener("submit", async (event) => {
  if (!changed || root.hidden) return;
  event.preventDefault();
  try {
    field.value = await drawing.xml();
    changed = false;
    // Not within the event itself: a form that is being sent cannot be sent again.
    setTimeout(() => form.requestSubmit(event.submitter), 0);
  } catch (error) {
    say(`Not saved: the drawing could not be written (${error.message}).`);
  }
});
for (const other of document.querySelectorAll("[data-needs-saved]")) {
  other.addEventListener("submit", (event) => {
    if (!changed) return;
    event.preventDefault();
    say("You changed the drawing and have not saved it. Save the draft first.");
    form.querySelector("button").focus();
  });
}
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
root.hidden = false;
for (const element of withoutScript) element.hidden = true;
open().catch(asText);
