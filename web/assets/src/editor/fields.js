// Which settings each kind of element has: their words, and how they are read and written.
import { businessObject, label } from "./steps.js";

const property = (name, words, hint, more = {}) => ({
  label: words,
  hint,
  read: (settings, element) => settings.property(element, name),
  write: (settings, element, value) => settings.setProperty(element, name, value),
  ...more,
});
const attribute = (name, words, hint, more = {}) => ({
  label: words,
  hint,
  read: (settings, element) => settings.attribute(element, name),
  write: (settings, element, value) => settings.setAttribute(element, name, value),
  ...more,
});
const text = (type, words, hint, more = {}) => ({
  label: words,
  hint,
  read: (settings, element) => settings.text(element, `spiffworkflow:${type}`),
  write: (settings, element, value) => settings.setText(element, `spiffworkflow:${type}`, value),
  ...more,
});

const NAME = attribute("name", "Label", "What people read on the drawing", { rows: 2 });
const LABEL = ["On the drawing", [NAME]];
const ROLES = ["Role", "Leave empty to use the lane. Several: [\"one\", \"other\"]"];
const WHO = ["Who", [
  property("roles", ...ROLES, { suggest: "roles", quoted: true }),
  property("assignee", "Given to", "FEEL: a username; empty is the role’s queue"),
  property("organisation", "Organisation", "FEEL: only people of this organisation"),
  property("notCompletedBy", "Not by who did", "Ids of steps with commas, or * for all"),
  property("shownAs", "Shown to others as", "Text: all that others read while it is open; empty is its title"),
]];
const EXPECTED = property("expected", "Waiting too long after", "FEEL: a date or duration; empty is the due date");
const WHEN = ["When", [
  property("due", "Due", "FEEL: add working days(today(), 5)", { rows: 2 }),
  property("dueBasis", "Why this date", "statute: …, guidance: …, local policy", { rows: 2 }),
  EXPECTED,
  property("priority", "Priority", "normal or urgent; empty is normal", { suggest: "priorities" }),
]];
const FORM = property("formFilename", "Form", "Empty is the form named as the step", { choices: "forms" });
const PREFILL = property("prefill", "Filled in beforehand", "FEEL: {field: value}", { rows: 2 });
const TITLE = property("title", "Title in lists", "Text, or FEEL after =", { rows: 2 });
const STAGE = property("stage", "Stage", "Where the case is", { suggest: "stages" });
const GUIDANCE = text("InstructionsForEndUser", "Guidance", "Stands above the form", { rows: 6 });
const WORDS = ["Words", [TITLE, GUIDANCE, STAGE]];
const NAMED = ["Words", [TITLE, STAGE]];

const MESSAGE = {
  label: "Message",
  hint: "Its name, the same where it is sent",
  suggest: "messages",
  read: (settings, element) => settings.message(element),
  write: (settings, element, value) => settings.setMessage(element, value),
};
const KEY = property("key", "Key", "FEEL; empty is the case’s reference");
const PAYLOAD = property("payload", "What it carries", "FEEL: {name: value}", { rows: 5 });
const TIMER = {
  label: "Date or duration",
  hint: "P5D, R3/P7D to repeat, or FEEL: add working days(today(), 2)",
  rows: 2,
  read: (settings, element) => settings.timer(element),
  write: (settings, element, value) => settings.setTimer(element, value),
};
const ACTION = ["A button on the case", [
  property("roles", "For these roles", "FEEL: [\"caseworker\"]; empty is no button", { suggest: "roles", quoted: true }),
  FORM,
]];

const condition = (flow, words) => ({
  label: words,
  hint: "FEEL: outcome = \"adopt\"",
  rows: 2,
  read: (settings) => settings.condition(flow),
  write: (settings, _, value) => settings.setCondition(flow, value),
});

const GROUPS = {
  "bpmn:UserTask": () => [LABEL, WHO, WHEN, ["Form", [FORM, PREFILL]], WORDS],
  "bpmn:ManualTask": () => [LABEL, WHO, WHEN, ["Form", [FORM, PREFILL]], WORDS],
  "bpmn:ScriptTask": () => [LABEL, ["Script", [attribute("script", "Names to set", "FEEL: {name: value}", { rows: 6 })]]],
  "bpmn:BusinessRuleTask": () => [LABEL, ["Decision", [text("CalledDecisionId", "Decision table", "", { choices: "decisions" })]]],
  "bpmn:CallActivity": () => [LABEL, ["Called process", [attribute("calledElement", "Process", "", { choices: "processes" }), property("version", "Version", "Empty: the newest when a case starts")]], NAMED],
  "bpmn:SubProcess": () => [LABEL, NAMED],
  "bpmn:Participant": () => [LABEL],
  "bpmn:TextAnnotation": () => [["Note", [attribute("text", "Text", "", { rows: 4 })]]],
  "bpmn:Lane": () => [["Role", [attribute("name", "Role of this lane", "Who does the steps in it", { choices: "roles" })]]],
  "bpmn:SequenceFlow": (element) => [LABEL, ["Condition", [condition(element, "Taken when"), ...otherwise(element)]]],
};

// A way out of a gateway can be the one for when no condition holds.
function otherwise(element) {
  if (!/Gateway$/.test(businessObject(element).sourceRef?.$type || "")) return [];
  return [{
    label: "Taken when no other way is",
    kind: "checkbox",
    read: (settings) => settings.isDefault(element),
    write: (settings, _, value) => settings.setDefault(element, value),
  }];
}

function gateway(element, drawing) {
  const ways = drawing.waysOut(element);
  if (/Parallel|EventBased/.test(element.type) || ways.length < 2) return [LABEL];
  const name = (flow) => [businessObject(flow).name, `to “${label(flow.target)}”`].filter(Boolean).join(", ");
  return [LABEL, ["Ways out", [
    ...ways.map((flow) => condition(flow, name(flow))),
    {
      label: "When no condition holds",
      hint: "",
      choices: ways.map((flow) => [flow.id, name(flow)]),
      read: (settings) => businessObject(element).default?.id || "",
      write: (settings, _, value) => settings.setAttribute(element, "default", value && businessObject(drawing.element(value))),
    },
  ]]];
}

function event(element, settings) {
  const type = businessObject(element).$type;
  const groups = [LABEL];
  const sends = /Throw|EndEvent/.test(type);
  const starts = type === "bpmn:StartEvent";
  if (settings.event(element, "bpmn:TimerEventDefinition")) groups.push(["When", [TIMER, EXPECTED]]);
  if (settings.event(element, "bpmn:MessageEventDefinition") || type === "bpmn:ReceiveTask") {
    const more = sends ? [KEY, PAYLOAD] : [KEY, EXPECTED];
    groups.push(["Message and key", starts ? [MESSAGE] : [MESSAGE, ...more]]);
    if (!sends && !starts) groups.push(ACTION);
  }
  if (starts) groups.push(["Form", [FORM]]);
  groups.push(sends ? ["Words", [STAGE]] : NAMED);
  return groups;
}

// What another system is asked: the connector, each value it wants, where its answer goes, how often it is tried.
function service(element, settings, connectors) {
  const chosen = connectors.find(({ name }) => name === settings.property(element, "connector"));
  const called = property("connector", "What is called", "", { choices: "connectors", redraws: true });
  const groups = [LABEL, ["Another system", [called]]];
  if (!chosen) return groups;
  const wanted = chosen.parameters.map(({ name, words, required }) =>
    property(`input.${name}`, name, `FEEL: ${words}${required ? "" : "; may be left out"}`, { rows: 2 }));
  if (wanted.length) groups.push(["What it is given", wanted]);
  if (chosen.gives) groups.push(["Its answer", [property("result", "Is kept as", `A name for ${chosen.gives}`)]]);
  groups.push(["When it does not work", [
    property("attempts", "Attempts", "Empty is 5; then it is a problem"),
    property("backOff", "Pauses between them", "PT1M,PT5M,PT1H; the last goes on"),
    property("timeLimit", "Longest attempt", "Empty is PT30S"),
  ]], ["Words", [STAGE]]);
  return groups;
}

export function groupsOf(element, settings, drawing, connectors) {
  const type = businessObject(element).$type;
  if (type === "bpmn:ServiceTask" || (type === "bpmn:SendTask" && !businessObject(element).messageRef)) return service(element, settings, connectors);
  if (GROUPS[type]) return GROUPS[type](element);
  if (/Gateway$/.test(type)) return gateway(element, drawing);
  if (/Event$|ReceiveTask/.test(type)) return event(element, settings);
  return [LABEL];
}
