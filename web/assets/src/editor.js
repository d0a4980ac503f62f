// The diagram editor of the studio: the drawing fills a form field, so that saving is an ordinary form.
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import Modeler from "bpmn-js/lib/Modeler";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/diagram-js.css";
import { Panel } from "./editor/panel.js";
import { businessObject, Settings } from "./editor/settings.js";
import spiffworkflow from "./editor/spiffworkflow.json";

const root = document.querySelector("[data-editor]");
const field = document.querySelector("[data-editor-source]");
const form = field.closest("form");
const canvasElement = root.querySelector("[data-editor-canvas]");

const modeler = new Modeler({
  container: canvasElement,
  additionalModules: [CreateAppendAnythingModule],
  moddleExtensions: { spiffworkflow },
});
const settings = new Settings(modeler);
const panel = new Panel(root.querySelector("[data-editor-panel]"), settings, {
  forms: JSON.parse(root.dataset.forms || "[]"),
  decisions: JSON.parse(root.dataset.decisions || "[]"),
  processes: JSON.parse(root.dataset.processes || "[]"),
});
const goTo = root.querySelector("[data-editor-goto]");
const status = root.querySelector("[data-editor-status]");
let changed = false;

function steps() {
  return modeler
    .get("elementRegistry")
    .filter((element) => /Task|Event|Gateway|CallActivity|SubProcess|SequenceFlow/.test(element.type) && !element.labelTarget)
    .filter((element) => element.type !== "bpmn:SequenceFlow" || businessObject(element).name || settings.condition(element));
}

function listSteps() {
  const chosen = goTo.value;
  goTo.replaceChildren(new Option("Choose a step", ""));
  for (const element of steps()) {
    const object = businessObject(element);
    const kind = object.$type.replace("bpmn:", "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
    goTo.append(new Option(`${object.name || object.id} (${kind})`, element.id));
  }
  goTo.value = chosen;
}

function choose(id) {
  const element = modeler.get("elementRegistry").get(id);
  if (!element) return;
  modeler.get("selection").select(element);
  modeler.get("canvas").scrollToElement(element);
}

const BUTTONS = {
  undo: () => modeler.get("commandStack").undo(),
  redo: () => modeler.get("commandStack").redo(),
  "zoom-in": () => modeler.get("zoomScroll").stepZoom(1),
  "zoom-out": () => modeler.get("zoomScroll").stepZoom(-1),
  fit: () => modeler.get("canvas").zoom("fit-viewport"),
  append: () => {
    const [element] = modeler.get("selection").get();
    if (!element) {
      status.textContent = "Choose the step first, after which the new one should come.";
      return;
    }
    const shape = modeler.get("elementFactory").createShape({ type: "bpmn:UserTask" });
    const added = modeler.get("autoPlace").append(element, shape);
    modeler.get("selection").select(added);
  },
  remove: () => {
    const chosen = modeler.get("selection").get();
    if (chosen.length) modeler.get("modeling").removeElements([...chosen]);
  },
};

async function open() {
  const { warnings } = await modeler.importXML(field.value);
  modeler.get("canvas").zoom("fit-viewport");
  const svg = canvasElement.querySelector("svg");
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-label", "Drawing of the process. Use the list “Go to” to choose a step by keyboard.");
  listSteps();
  panel.show(null);
  if (warnings.length) status.textContent = `The drawing has ${warnings.length} parts that the editor does not know.`;
  const wanted = new URLSearchParams(location.search).get("element");
  if (wanted) choose(wanted);
  root.dataset.ready = "true";
}

modeler.on("selection.changed", ({ newSelection }) => {
  const [element] = newSelection;
  const target = element?.labelTarget || element;
  panel.show(target || null);
  goTo.value = target?.id || "";
});
modeler.on("commandStack.changed", () => {
  changed = true;
  status.textContent = "Changed, not saved yet.";
  listSteps();
});
goTo.addEventListener("change", () => choose(goTo.value));
for (const button of root.querySelectorAll("[data-editor-do]")) {
  button.addEventListener("click", () => BUTTONS[button.dataset.editorDo]());
}
form.addEventListener("submit", async (event) => {
  if (form.dataset.filled) return;
  event.preventDefault();
  const submitter = event.submitter;
  const { xml } = await modeler.saveXML({ format: true });
  field.value = xml;
  form.dataset.filled = "true";
  changed = false;
  form.requestSubmit(submitter);
});
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
root.hidden = false;
for (const element of document.querySelectorAll("[data-without-script]")) element.hidden = true;
open().catch((error) => {
  status.textContent = `The drawing cannot be shown: ${error.message}`;
});
