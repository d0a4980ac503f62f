// What people call the elements of a drawing, which of them are listed, and what a step can become.
export function businessObject(element) {
  return element.businessObject || element;
}

export function label(element) {
  const object = businessObject(element);
  return (object.name || object.id).replace(/\s+/g, " ");
}

const WORDS = {
  UserTask: "task for a person",
  ManualTask: "task for a person, outside Waymark",
  ScriptTask: "script",
  ServiceTask: "asks another system",
  SendTask: "sends",
  BusinessRuleTask: "decision table",
  CallActivity: "called process",
  SubProcess: "subprocess",
  ReceiveTask: "waits for a message",
  ExclusiveGateway: "one way of several",
  ParallelGateway: "all ways",
  InclusiveGateway: "each way that holds",
  EventBasedGateway: "whichever happens first",
  StartEvent: "start",
  EndEvent: "end",
  SequenceFlow: "way",
  Lane: "lane",
  Participant: "pool",
};
const EVENTS = { TimerEventDefinition: "date", MessageEventDefinition: "message" };

export function words(element) {
  const object = businessObject(element);
  const type = object.$type.replace("bpmn:", "");
  const event = EVENTS[object.eventDefinitions?.[0]?.$type.replace("bpmn:", "")];
  if (type === "IntermediateThrowEvent") return event ? `sends a ${event}` : "milestone";
  if (type === "IntermediateCatchEvent") return event ? `waits for a ${event}` : "event";
  if (type === "BoundaryEvent") return event ? `${event} while a step is open` : "event on a step";
  const known = WORDS[type] || type.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return event ? `${known} with a ${event}` : known;
}

// Steps first, in the order in which they stand on the drawing; then ways with a name or condition; lanes last.
export function listOf(elements, settings) {
  const shown = elements.filter((element) => {
    const type = businessObject(element).$type;
    if (element.labelTarget || !/Task|Event|Gateway|CallActivity|SubProcess|SequenceFlow|Lane$/.test(type)) return false;
    return type !== "bpmn:SequenceFlow" || businessObject(element).name || settings.condition(element);
  });
  const rank = (element) => ({ "bpmn:SequenceFlow": 1, "bpmn:Lane": 2 })[businessObject(element).$type] || 0;
  return shown.sort((a, b) => rank(a) - rank(b) || (a.x ?? 0) - (b.x ?? 0) || (a.y ?? 0) - (b.y ?? 0));
}

const step = (type) => ({ type: `bpmn:${type}` });
const event = (type, definition) => ({ type: `bpmn:${type}`, eventDefinitionType: `bpmn:${definition}EventDefinition` });
export const KINDS = [
  ["Task for a person", step("UserTask")],
  ["Decision table", step("BusinessRuleTask")],
  ["Script", step("ScriptTask")],
  ["Called process", step("CallActivity")],
  ["Ask another system", step("ServiceTask")],
  ["One way of several", step("ExclusiveGateway")],
  ["All ways", step("ParallelGateway")],
  ["Each way that holds", step("InclusiveGateway")],
  ["Wait for a date", event("IntermediateCatchEvent", "Timer")],
  ["Wait for a message", event("IntermediateCatchEvent", "Message")],
  ["Send a message", event("IntermediateThrowEvent", "Message")],
  ["End", step("EndEvent")],
];

// What can happen on the edge of a step while it is open; what keeps it open comes first.
export const ON_EDGE = [
  ["Reminder: on a date, the step stays open", "Timer", false],
  ["Deadline: on a date, the step ends", "Timer", true],
  ["News: a message comes, the step stays open", "Message", false],
  ["Called off: a message comes, the step ends", "Message", true],
];

export function holdsEvents(element) {
  return /Task$|CallActivity$|SubProcess$/.test(businessObject(element).$type);
}

export function kindOf(element) {
  const object = businessObject(element);
  const definition = object.eventDefinitions?.[0]?.$type;
  return KINDS.findIndex(([, kind]) => kind.type === object.$type && kind.eventDefinitionType === definition);
}
