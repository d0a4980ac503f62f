// The panel beside the drawing: the settings of the chosen step, in words, each a labelled field.
import { businessObject } from "./settings.js";

const property = (name, label, hint, more = {}) => ({
  label,
  hint,
  read: (settings, element) => settings.property(element, name),
  write: (settings, element, value) => settings.setProperty(element, name, value),
  ...more,
});

const NAME = {
  label: "Label",
  hint: "What people read on the drawing",
  read: (settings, element) => settings.attribute(element, "name"),
  write: (settings, element, value) => settings.setAttribute(element, "name", value),
};
const WHO = [
  property("roles", "Role", "Leave empty to use the lane. Several: [\"role one\", \"role two\"]"),
  property("assignee", "Given to", "FEEL: a username, or empty for the role’s queue"),
  property("organisation", "Organisation", "FEEL: only people of this organisation"),
  property("notCompletedBy", "Not by who did", "Names of steps, or * for anybody who worked on the case"),
];
const WHEN = [
  property("due", "Due", "FEEL: add working days(today(), 5)"),
  property("dueBasis", "Why this date", "statute: …, guidance: …, local policy"),
  property("expected", "Waiting too long after", "FEEL: a date or duration. Empty: the due date"),
  property("priority", "Priority", "normal or urgent"),
];
const WORDS = [
  property("title", "Title in lists", "Text, or FEEL after ="),
  {
    label: "Guidance",
    hint: "Stands above the form",
    rows: 5,
    read: (settings, element) => settings.text(element, "spiffworkflow:InstructionsForEndUser"),
    write: (settings, element, value) => settings.setText(element, "spiffworkflow:InstructionsForEndUser", value),
  },
  property("stage", "Stage", "Where the case is, in one word"),
];
const FORM = [
  property("formFilename", "Form", "Leave empty for the form with the step’s name", { choices: "forms" }),
  property("prefill", "Filled in beforehand", "FEEL: {field: value}"),
];
const EXPECTED = property("expected", "Waiting too long after", "FEEL: a date or duration");
const MESSAGE = [
  {
    label: "Message",
    hint: "Its name",
    read: (settings, element) => settings.message(element),
    write: (settings, element, value) => settings.setMessage(element, value),
  },
  property("key", "Key", "FEEL: empty is the case’s reference"),
];

const GROUPS = {
  "bpmn:UserTask": [["Label", [NAME]], ["Who", WHO], ["When", WHEN], ["Form", FORM], ["Words", WORDS]],
  "bpmn:ManualTask": [["Label", [NAME]], ["Who", WHO], ["When", WHEN], ["Words", WORDS]],
  "bpmn:ScriptTask": [
    ["Label", [NAME]],
    ["Script", [{
      label: "Names to set",
      hint: "FEEL: {name: value}",
      rows: 6,
      read: (settings, element) => settings.attribute(element, "script"),
      write: (settings, element, value) => settings.setAttribute(element, "script", value),
    }]],
  ],
  "bpmn:BusinessRuleTask": [
    ["Label", [NAME]],
    ["Decision", [{
      label: "Decision table",
      choices: "decisions",
      read: (settings, element) => settings.text(element, "spiffworkflow:CalledDecisionId"),
      write: (settings, element, value) => settings.setText(element, "spiffworkflow:CalledDecisionId", value),
    }]],
  ],
  "bpmn:CallActivity": [
    ["Label", [NAME]],
    ["Called process", [{
      label: "Process",
      choices: "processes",
      read: (settings, element) => settings.attribute(element, "calledElement"),
      write: (settings, element, value) => settings.setAttribute(element, "calledElement", value),
    }, property("stage", "Stage", "")]],
  ],
  "bpmn:SequenceFlow": [
    ["Label", [NAME]],
    ["Condition", [{
      label: "Taken when",
      hint: "FEEL: outcome = \"adopt\"",
      rows: 2,
      read: (settings, element) => settings.condition(element),
      write: (settings, element, value) => settings.setCondition(element, value),
    }, {
      label: "Taken when no other way is",
      kind: "checkbox",
      applies: (element) => /Gateway$/.test(businessObject(element).sourceRef?.$type || ""),
      read: (settings, element) => settings.isDefault(element),
      write: (settings, element, value) => settings.setDefault(element, value),
    }]],
  ],
};

function groupsOf(element, settings) {
  const type = businessObject(element).$type;
  if (GROUPS[type]) return GROUPS[type];
  const groups = [["Label", [NAME]]];
  if (settings.event(element, "bpmn:TimerEventDefinition")) {
    groups.push(["When", [{
      label: "Date or duration",
      hint: "P5D, or FEEL: add working days(today(), 2)",
      read: (s, e) => s.timer(e),
      write: (s, e, value) => s.setTimer(e, value),
    }, EXPECTED]]);
  }
  if (settings.event(element, "bpmn:MessageEventDefinition")) {
    const throwing = /Throw|EndEvent/.test(type);
    const more = throwing
      ? [property("payload", "What it carries", "FEEL: {name: value}")]
      : [property("roles", "A button for these roles", "FEEL: [\"caseworker\"]"), EXPECTED];
    groups.push(["Message and key", [...MESSAGE, ...more]]);
  }
  return groups;
}

export class Panel {
  constructor(root, settings, choices) {
    this.root = root;
    this.settings = settings;
    this.choices = choices;
    this.element = null;
  }

  show(element) {
    this.element = element;
    this.root.replaceChildren();
    const title = document.createElement("h2");
    title.className = "govuk-heading-s";
    if (!element || /Process|Collaboration|Participant|Lane/.test(businessObject(element).$type)) {
      title.textContent = "No step chosen";
      const words = document.createElement("p");
      words.className = "govuk-body-s";
      words.textContent = "Choose a step on the drawing, or in the list “Go to”.";
      this.root.append(title, words);
      return;
    }
    title.textContent = businessObject(element).name || businessObject(element).id;
    const id = document.createElement("p");
    id.className = "govuk-hint wm-panel__id";
    const lane = this.settings.lane(element);
    id.textContent = `${businessObject(element).id}${lane ? ` · lane ${lane}` : ""}`;
    this.root.append(title, id);
    for (const [name, fields] of groupsOf(element, this.settings)) {
      const group = document.createElement("fieldset");
      group.className = "govuk-fieldset wm-panel__group";
      const legend = document.createElement("legend");
      legend.className = "govuk-fieldset__legend govuk-fieldset__legend--s";
      legend.textContent = name;
      group.append(legend);
      for (const field of fields) if (!field.applies || field.applies(element)) group.append(this.#field(field));
      this.root.append(group);
    }
  }

  #field(field) {
    const wrapper = document.createElement("div");
    wrapper.className = "wm-panel__field";
    const id = `panel-${field.label.toLowerCase().replace(/[^a-z]+/g, "-")}`;
    const label = document.createElement("label");
    label.className = "govuk-label wm-panel__label";
    label.htmlFor = id;
    label.textContent = field.label;
    const input = this.#input(field);
    input.id = id;
    const value = field.read(this.settings, this.element);
    if (field.kind === "checkbox") input.checked = value;
    else input.value = value;
    input.addEventListener("change", () => {
      field.write(this.settings, this.element, field.kind === "checkbox" ? input.checked : input.value.trim());
    });
    wrapper.append(label);
    if (field.hint) {
      const hint = document.createElement("p");
      hint.className = "govuk-hint wm-panel__hint";
      hint.id = `${id}-hint`;
      hint.textContent = field.hint;
      input.setAttribute("aria-describedby", hint.id);
      wrapper.append(hint);
    }
    wrapper.append(input);
    return wrapper;
  }

  #input(field) {
    if (field.kind === "checkbox") {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.className = "wm-panel__checkbox";
      return box;
    }
    if (field.choices) {
      const select = document.createElement("select");
      select.className = "govuk-select wm-panel__input";
      const known = ["", ...this.choices[field.choices]];
      const now = field.read(this.settings, this.element);
      for (const name of known.includes(now) ? known : [...known, now]) select.append(new Option(name || "–", name));
      return select;
    }
    const input = document.createElement(field.rows ? "textarea" : "input");
    if (field.rows) input.rows = field.rows;
    else input.type = "text";
    input.className = `${field.rows ? "govuk-textarea" : "govuk-input"} wm-panel__input`;
    input.spellcheck = false;
    return input;
  }
}
