// Reading and writing what the engine reads of an element, always by a command, so that undo works.

import { businessObject } from "./steps.js";

function extension(object, type) {
  const values = object.extensionElements?.values || [];
  return values.find((value) => value.$type === type);
}

export class Settings {
  constructor(modeler) {
    this.modeling = modeler.get("modeling");
    this.factory = modeler.get("bpmnFactory");
    this.modeler = modeler;
  }

  property(element, name) {
    const found = extension(businessObject(element), "spiffworkflow:Properties");
    return found?.properties?.find((one) => one.name === name)?.value || "";
  }

  setProperty(element, name, value) {
    const object = businessObject(element);
    const before = extension(object, "spiffworkflow:Properties");
    const kept = (before?.properties || []).filter((one) => one.name !== name);
    const pairs = kept.map((one) => [one.name, one.value]);
    if (value) pairs.push([name, value]);
    const properties = pairs.map(([key, text]) => this.factory.create("spiffworkflow:Property", { name: key, value: text }));
    const made = properties.length ? this.factory.create("spiffworkflow:Properties", { properties }) : null;
    for (const one of properties) one.$parent = made;
    this.#replace(element, "spiffworkflow:Properties", made);
  }

  text(element, type) {
    return extension(businessObject(element), type)?.body || "";
  }

  setText(element, type, body) {
    this.#replace(element, type, body ? this.factory.create(type, { body }) : null);
  }

  attribute(element, name) {
    return businessObject(element).get(name) || "";
  }

  setAttribute(element, name, value) {
    this.modeling.updateProperties(element, { [name]: value || undefined });
  }

  condition(element) {
    return businessObject(element).conditionExpression?.body || "";
  }

  setCondition(element, body) {
    const conditionExpression = body ? this.factory.create("bpmn:FormalExpression", { body }) : undefined;
    if (conditionExpression) conditionExpression.$parent = businessObject(element);
    this.modeling.updateProperties(element, { conditionExpression });
  }

  isDefault(element) {
    const flow = businessObject(element);
    return flow.sourceRef?.default === flow;
  }

  setDefault(element, on) {
    const flow = businessObject(element);
    this.modeling.updateProperties(element.source, { default: on ? flow : undefined });
    if (on) this.setCondition(element, "");
  }

  event(element, type) {
    return businessObject(element).eventDefinitions?.find((one) => one.$type === type);
  }

  timer(element) {
    const timer = this.event(element, "bpmn:TimerEventDefinition");
    return (timer?.timeDate || timer?.timeDuration || timer?.timeCycle)?.body || "";
  }

  setTimer(element, body) {
    const timer = this.event(element, "bpmn:TimerEventDefinition");
    const expression = body ? this.factory.create("bpmn:FormalExpression", { body }) : undefined;
    if (expression) expression.$parent = timer;
    const kind = /^R\d*\//i.test(body) ? "timeCycle" : /^P/i.test(body) ? "timeDuration" : "timeDate";
    this.modeling.updateModdleProperties(element, timer, { timeDate: undefined, timeDuration: undefined, timeCycle: undefined, [kind]: expression });
  }

  message(element) {
    const holder = this.event(element, "bpmn:MessageEventDefinition") || businessObject(element);
    return holder.messageRef?.name || "";
  }

  messages() {
    const roots = this.modeler.getDefinitions().rootElements;
    return roots.filter((one) => one.$type === "bpmn:Message" && one.name).map((one) => one.name);
  }

  setMessage(element, name) {
    const holder = this.event(element, "bpmn:MessageEventDefinition") || businessObject(element);
    const definitions = this.modeler.getDefinitions();
    let message = definitions.rootElements.find((one) => one.$type === "bpmn:Message" && one.name === name);
    if (name && !message) {
      message = this.factory.create("bpmn:Message", { name });
      message.$parent = definitions;
      this.modeling.updateModdleProperties(element, definitions, { rootElements: [...definitions.rootElements, message] });
    }
    this.modeling.updateModdleProperties(element, holder, { messageRef: name ? message : undefined });
  }

  lane(element) {
    const lanes = businessObject(element).lanes || [];
    return lanes.length ? lanes[lanes.length - 1].name : "";
  }

  #replace(element, type, made) {
    const object = businessObject(element);
    const others = (object.extensionElements?.values || []).filter((value) => value.$type !== type);
    const values = made ? [...others, made] : others;
    const extensionElements = values.length ? this.factory.create("bpmn:ExtensionElements", { values }) : undefined;
    if (extensionElements) {
      extensionElements.$parent = object;
      for (const value of values) value.$parent = extensionElements;
    }
    this.modeling.updateProperties(element, { extensionElements });
  }
}
