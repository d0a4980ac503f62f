// The drawing itself: opening, moving about in it, and changing its steps. Only what Waymark runs is offered.
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import Modeler from "bpmn-js/lib/Modeler";
import spiffworkflow from "./spiffworkflow.json";
import { businessObject } from "./steps.js";

const LEGIBLE = 0.8;
const GAP = 12;
const EDGE_GAP = 40; // between the middles of two events on an edge
const UNUSED = ["create.data-object", "create.data-store", "create.group", "create.participant-expanded"];
const LIST_NAMES = ["bpmn:loopDataInputRef", "bpmn:loopDataOutputRef"];

class Tools {
  static $inject = ["palette", "contextPad", "elementFactory", "create", "autoPlace"];

  constructor(palette, contextPad, elementFactory, create, autoPlace) {
    const task = () => elementFactory.createShape({ type: "bpmn:UserTask" });
    const icon = "bpmn-icon-user-task";
    palette.registerProvider(100, {
      getPaletteEntries: () => (entries) => {
        for (const name of UNUSED) delete entries[name];
        const begin = (event) => create.start(event, task());
        entries["create.task"] = { ...entries["create.task"], className: icon, title: "Create a task for a person", action: { dragstart: begin, click: begin } };
        return entries;
      },
    });
    contextPad.registerProvider(100, {
      getContextPadEntries: () => (entries) => {
        if (!entries["append.append-task"]) return entries;
        const append = (event, element) => autoPlace.append(element, task());
        entries["append.append-task"] = { ...entries["append.append-task"], className: icon, title: "Add a task for a person", action: { click: append } };
        return entries;
      },
    });
  }
}

export class Drawing {
  constructor(container) {
    this.container = container;
    this.modeler = new Modeler({
      container,
      additionalModules: [CreateAppendAnythingModule, { __init__: ["waymarkTools"], waymarkTools: ["type", Tools] }],
      moddleExtensions: { spiffworkflow },
    });
    this.modeler.on("import.parse.complete", 2000, (event) => this.#keepListNames(event));
  }

  on(event, act) {
    this.modeler.on(event, act);
  }

  #get(service) {
    return this.modeler.get(service);
  }

  // The lists of repeated steps are variables, not elements of the file; without this their names would be lost.
  #keepListNames({ references, warnings }) {
    const moddle = this.#get("moddle");
    for (const { element, property, id } of references || []) {
      if (!LIST_NAMES.includes(property) || element.get(property)) continue;
      element.set(property, moddle.create("bpmn:DataObject", { id }));
      const at = warnings.findIndex((one) => one.property === property && one.value === id);
      if (at >= 0) warnings.splice(at, 1);
    }
  }

  async open(xml) {
    const { warnings } = await this.modeler.importXML(xml);
    const svg = this.container.querySelector("svg[data-element-id], .djs-container > svg, svg");
    svg.setAttribute("role", "application");
    svg.setAttribute("aria-label", "Drawing of the process");
    svg.setAttribute("aria-describedby", "drawing-help");
    this.#show(LEGIBLE);
    return { lost: warnings.map((one) => one.message) };
  }

  async xml() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  elements() {
    return this.#get("elementRegistry").getAll();
  }

  element(id) {
    return this.#get("elementRegistry").get(id);
  }

  choose(id) {
    const element = this.element(id);
    if (!element || !element.parent) return false;
    const canvas = this.#get("canvas");
    const plane = canvas.findRoot(element); // a collapsed part is drawn on a plane of its own
    if (plane && plane !== canvas.getRootElement()) canvas.setRootElement(plane);
    this.#get("selection").select(element);
    canvas.scrollToElement(element, { top: 60, bottom: 60, left: this.#margin() + 40, right: 140 });
    return true;
  }

  chosen() {
    return this.#get("selection").get();
  }

  // --- moving about

  #margin() {
    const palette = this.container.querySelector(".djs-palette");
    return palette && palette.offsetParent ? palette.offsetLeft + palette.offsetWidth + GAP : GAP;
  }

  // From the top left corner, beside the palette: all of it, or as much as can be read.
  #show(smallest) {
    const canvas = this.#get("canvas");
    const { inner, outer } = canvas.viewbox();
    const left = this.#margin();
    const fits = Math.min((outer.width - left - GAP) / inner.width, (outer.height - 2 * GAP) / inner.height, 1);
    const scale = Math.max(fits, smallest);
    canvas.viewbox({ x: inner.x - left / scale, y: inner.y - GAP / scale, width: outer.width / scale, height: outer.height / scale });
  }

  showAll() {
    this.#show(0.1);
  }

  zoom(by) {
    this.#get("zoomScroll").stepZoom(by);
  }

  move(x, y) {
    this.#get("canvas").scroll({ dx: x * 150, dy: y * 100 });
  }

  // After the click that asked for it: a click elsewhere closes the search.
  find() {
    setTimeout(() => {
      this.#get("searchPad").open();
      this.container.querySelector(".djs-search-input input")?.setAttribute("aria-label", "Find a step by its words");
      this.container.querySelector(".djs-search-results")?.setAttribute("tabindex", "0");
    });
  }

  mark(id, kind, title) {
    const element = this.element(id);
    if (!element) return;
    this.#get("canvas").addMarker(element, `wm-${kind}`);
    const badge = document.createElement("span");
    badge.className = `wm-badge wm-badge--${kind}`;
    badge.title = title;
    badge.textContent = "!";
    this.#get("overlays").add(element, "finding", { position: { top: -12, right: 12 }, html: badge });
  }

  unmark() {
    this.#get("overlays").remove({ type: "finding" });
    for (const element of this.elements()) {
      for (const kind of ["error", "warning"]) this.#get("canvas").removeMarker(element, `wm-${kind}`);
    }
  }

  // --- changing

  undo() {
    this.#get("commandStack").undo();
  }

  redo() {
    this.#get("commandStack").redo();
  }

  append() {
    const [element] = this.chosen();
    if (!element || !/Task|Event|Gateway|CallActivity|SubProcess/.test(element.type) || element.type === "bpmn:EndEvent") return false;
    const shape = this.#get("elementFactory").createShape({ type: "bpmn:UserTask" });
    const added = this.#get("autoPlace").append(element.labelTarget || element, shape);
    this.#makeRoom(added);
    this.choose(added.id);
    return true;
  }

  // Down to where it covers no other step.
  #makeRoom(added) {
    const others = this.elements().filter((one) => one !== added && one.parent === added.parent && one.width && !one.labelTarget && !/Lane$/.test(one.type));
    const covers = (dy) => others.some((one) => one.x < added.x + added.width + GAP && added.x < one.x + one.width + GAP && one.y < added.y + dy + added.height + GAP && added.y + dy < one.y + one.height + GAP);
    let dy = 0;
    while (covers(dy)) dy += GAP;
    if (dy) this.#get("modeling").moveElements([added], { x: 0, y: dy });
  }

  remove() {
    const chosen = this.chosen();
    if (chosen.length) this.#get("modeling").removeElements([...chosen]);
    return chosen.length > 0;
  }

  become(element, kind) {
    const made = this.#get("bpmnReplace").replaceElement(element, kind);
    this.choose(made.id);
  }

  // On the lower edge, then the upper one, where no other event stands.
  attach(host, definition, interrupting) {
    const shape = this.#get("elementFactory").createShape({ type: "bpmn:BoundaryEvent", eventDefinitionType: `bpmn:${definition}EventDefinition` });
    const made = this.#get("modeling").createShape(shape, this.#freeEdge(host), host, { attach: true });
    if (!interrupting) this.setStaysOpen(made, true);
    this.choose(made.id);
  }

  #freeEdge(host) {
    const taken = (host.attachers || []).map((one) => ({ x: one.x + one.width / 2, y: one.y + one.height / 2 }));
    const places = [host.y + host.height, host.y].flatMap((y) => [0.25, 0.75, 0.5].map((part) => ({ x: host.x + host.width * part, y })));
    return places.find((place) => taken.every((one) => Math.hypot(one.x - place.x, one.y - place.y) >= EDGE_GAP)) || places[0];
  }

  staysOpen(event) {
    return businessObject(event).cancelActivity === false;
  }

  setStaysOpen(event, on) {
    this.#get("modeling").updateProperties(event, { cancelActivity: !on });
  }

  canConnect(source, target) {
    return source !== target && this.#get("rules").allowed("connection.create", { source, target })?.type === "bpmn:SequenceFlow";
  }

  connect(source, target) {
    this.#get("modeling").connect(source, target, { type: "bpmn:SequenceFlow" });
  }

  waysOut(element) {
    return (element.outgoing || []).filter((flow) => businessObject(flow).$type === "bpmn:SequenceFlow");
  }
}
