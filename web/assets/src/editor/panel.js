// The panel beside the drawing: the settings of the chosen step, in words, each a labelled field.
import { groupsOf } from "./fields.js";
import { KINDS, ON_EDGE, businessObject, holdsEvents, kindOf, label, words } from "./steps.js";

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export class Panel {
  constructor(root, settings, drawing, { choices, connectors, findings }) {
    this.root = root;
    this.settings = settings;
    this.drawing = drawing;
    this.choices = { ...choices, priorities: [["normal", ""], ["urgent", ""]] };
    this.choices.connectors = connectors.map(({ name, title }) => [name, title]);
    this.connectors = connectors;
    this.findings = findings;
    this.element = null;
    this.shown = [];
  }

  show(element) {
    const known = element && element.parent ? element : null;
    this.element = known;
    this.shown = [];
    this.root.replaceChildren();
    if (!known) {
      this.root.append(make("h2", "govuk-heading-s", "No step chosen"), make("p", "govuk-body-s", "Choose a step on the drawing, or in the list “Go to”. What you change here is drawn at once and kept when you save."));
      return;
    }
    this.title = make("h2", "govuk-heading-s wm-panel__title", label(known));
    this.root.append(this.title, make("p", "govuk-hint wm-panel__id", this.#about(known)));
    this.problems = make("div", "wm-panel__problems");
    this.root.append(this.problems);
    this.#showProblems();
    for (const [name, fields] of groupsOf(known, this.settings, this.drawing, this.connectors)) this.#group(name, fields);
    const drawn = this.#drawn(known);
    if (drawn.length) this.#group("Change the drawing", drawn);
  }

  // After a change or an undo: the same fields with what is so now.
  refresh() {
    if (!this.element) return;
    if (!this.drawing.element(this.element.id)) {
      this.show(null);
      return;
    }
    this.title.textContent = label(this.element);
    for (const { field, input } of this.shown) if (field.read && input !== document.activeElement) this.#fill(field, input);
    this.#showProblems();
  }

  #showProblems() {
    this.problems.replaceChildren();
    for (const { severity, words: said } of this.findings.of(this.element.id)) {
      const kind = severity === "error" ? "error" : "warning";
      this.problems.append(make("p", `wm-panel__problem wm-panel__problem--${kind}`, `${kind === "error" ? "Error" : "Warning"}: ${said}`));
    }
  }

  #about(element) {
    const lane = this.settings.lane(element);
    return [words(element), businessObject(element).id, lane && `lane ${lane}`].filter(Boolean).join(" · ");
  }

  // What else can be done by pointing, for those who do not point. Each waits for its button: in a list, the arrow keys
  // pass by what is not wanted.
  #drawn(element) {
    const onEdge = businessObject(element).$type === "bpmn:BoundaryEvent";
    const fields = [];
    if (onEdge) fields.push({
      label: "The step stays open",
      kind: "checkbox",
      read: () => this.drawing.staysOpen(element),
      write: (settings, _, value) => this.drawing.setStaysOpen(element, value),
    });
    if (kindOf(element) >= 0) fields.push({
      label: "Kind of step",
      act: "Change the kind",
      required: true,
      choices: KINDS.map(([name], number) => [String(number), name]),
      read: () => String(kindOf(element)),
      write: (settings, _, value) => this.drawing.become(element, KINDS[Number(value)][1]),
    });
    if (holdsEvents(element)) fields.push({
      label: "What may happen meanwhile",
      act: "Add it to this step",
      choices: ON_EDGE.map(([name], number) => [String(number), name]),
      read: () => "",
      write: (settings, _, value) => this.drawing.attach(element, ...ON_EDGE[Number(value)].slice(1)),
    });
    if (onEdge || kindOf(element) >= 0) fields.push(...this.#ways(element));
    return fields;
  }

  #ways(element) {
    const targets = this.drawing.elements().filter((one) => !one.labelTarget && this.drawing.canConnect(element, one));
    if (!targets.length) return [];
    return [{
      label: "Draw a way to",
      act: "Draw the way",
      choices: targets.map((one) => [one.id, label(one)]),
      read: () => "",
      write: (settings, _, value) => {
        this.drawing.connect(element, this.drawing.element(value));
        this.show(element);
      },
    }];
  }

  #group(name, fields) {
    const group = make("fieldset", "govuk-fieldset wm-panel__group");
    group.append(make("legend", "govuk-fieldset__legend govuk-fieldset__legend--s wm-panel__legend", name));
    for (const field of fields) group.append(this.#field(field));
    this.root.append(group);
  }

  #field(field) {
    const wrapper = make("div", `wm-panel__field${field.kind === "checkbox" ? " wm-panel__field--check" : ""}`);
    const input = this.#input(field);
    input.id = `panel-${this.shown.length}`;
    const named = make("label", "govuk-label wm-panel__label", field.label);
    named.htmlFor = input.id;
    this.shown.push({ field, input });
    this.#fill(field, input);
    if (!field.act) input.addEventListener("change", () => this.#write(field, input));
    wrapper.append(named);
    if (field.hint) {
      const hint = make("p", "govuk-hint wm-panel__hint", field.hint);
      hint.id = `${input.id}-hint`;
      input.setAttribute("aria-describedby", hint.id);
      wrapper.append(hint);
    }
    wrapper.append(input);
    if (field.act) wrapper.append(this.#button(field, input));
    if (field.suggest) wrapper.append(this.#suggestions(field, input));
    return wrapper;
  }

  #button(field, input) {
    const button = make("button", "govuk-button govuk-button--secondary wm-panel__button", field.act);
    button.type = "button";
    button.addEventListener("click", () => {
      this.#write(field, input);
      // What was acted on is shown anew, and the button with it: its place is where one goes on.
      if (!this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true });
    });
    return button;
  }

  #write(field, input) {
    const value = field.kind === "checkbox" ? input.checked : input.value.trim();
    if (value === field.read(this.settings, this.element)) return;
    field.write(this.settings, this.element, value);
    if (field.redraws) {
      this.show(this.element);
      this.shown.find((one) => one.field.label === field.label)?.input.focus();
    }
  }

  #fill(field, input) {
    const value = field.read(this.settings, this.element);
    if (field.kind === "checkbox") input.checked = value;
    else if (input.tagName === "SELECT") this.#choose(field, input, value);
    else input.value = value;
  }

  #choose(field, select, value) {
    const offered = typeof field.choices === "string" ? this.choices[field.choices] : field.choices;
    const pairs = field.required ? offered : [["", "–"], ...offered];
    const known = pairs.some(([name]) => name === value) ? pairs : [...pairs, [value, ""]];
    select.replaceChildren(...known.map(([name, said]) => new Option(said || name, name)));
    select.value = value;
  }

  #suggestions(field, input) {
    const list = make("datalist");
    list.id = `${input.id}-list`;
    const pairs = field.suggest === "messages" ? this.settings.messages().map((name) => [name, ""]) : this.choices[field.suggest];
    for (const [name, said] of pairs) list.append(new Option(said, field.quoted ? `["${name}"]` : name));
    input.setAttribute("list", list.id);
    return list;
  }

  #input(field) {
    if (field.kind === "checkbox") {
      const box = make("input", "wm-panel__checkbox");
      box.type = "checkbox";
      return box;
    }
    if (field.choices) return make("select", "govuk-select wm-panel__input");
    const input = make(field.rows ? "textarea" : "input", `${field.rows ? "govuk-textarea" : "govuk-input"} wm-panel__input`);
    if (field.rows) input.rows = field.rows;
    else input.type = "text";
    input.spellcheck = false;
    return input;
  }
}
