"""What a diagram names and must find: messages, forms, decisions, roles, called processes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.elements import Element
from engine.bpmn.rules.subject import Subject
from engine.bpmn.xml import local
from engine.errors import Problem


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        for part in element.each:
            yield from _message(subject, part)
        yield from _form(subject, element)
        yield from _decision(subject, element)
        yield from _role(subject, element)
        yield from _called(subject, element)


def _message(subject: Subject, element: Element) -> Iterator[Problem]:
    if element.event not in ("message", "signal") or element.message:
        return
    noun = element.event
    ref = next(
        (
            node.get(f"{noun}Ref")
            for node in subject.root.iter()
            if local(node) in (f"{noun}EventDefinition", "receiveTask", "sendTask")
            and element.id in (node.get("id"), _parent_id(node))
        ),
        None,
    )
    words = f"the {noun} “{ref}”, which does not exist" if ref else f"no {noun}"
    yield subject.of(
        element,
        "bpmn.unknown_reference",
        f"“{element.label}” names {words}.",
        repair=f"Choose the {noun}.",
    )


def _parent_id(node: etree._Element) -> str | None:
    parent = node.getparent()
    return parent.get("id") if parent is not None else None


def _form(subject: Subject, element: Element) -> Iterator[Problem]:
    named = element.properties.get("formFilename") or element.properties.get(
        "formJsonSchemaFilename"
    )
    if not named:
        return
    files = subject.files or ()
    if named not in files and f"forms/{named}" not in files:
        yield subject.of(
            element,
            "bpmn.form_missing",
            f"“{element.label}” names the form “{named}”, which is not in the folder.",
            repair="Add the form, or choose another.",
        )


def _decision(subject: Subject, element: Element) -> Iterator[Problem]:
    if element.kind != "businessRuleTask":
        return
    if not element.decision:
        yield subject.of(
            element,
            "dmn.decision_missing",
            f"“{element.label}” asks no decision.",
            repair="Choose the decision table it asks.",
        )
    elif element.decision not in (subject.decisions or ()):
        yield subject.of(
            element,
            "dmn.decision_missing",
            f"“{element.label}” asks the decision “{element.decision}”, which is not in the "
            "folder.",
            repair="Add the table, or choose another.",
        )


def _role(subject: Subject, element: Element) -> Iterator[Problem]:
    if not element.for_people or "roles" in element.properties:
        return
    if element.lane is None:
        if subject.diagram.lanes:
            yield subject.of(
                element,
                "bpmn.task_without_lane",
                f"“{element.label}” is in no lane, though lanes are used: who may do it?",
                severity="warning",
                repair="Move it into a lane, or choose a role.",
            )
        elif subject.default_role is None and not subject.alone:
            yield subject.of(
                element, "bpmn.task_without_role", f"“{element.label}” has no role to do it."
            )
        return
    key = "_".join(element.lane.lower().split())
    if subject.roles is not None and key not in subject.roles:
        yield subject.of(
            element,
            "bpmn.unknown_role",
            f"No role called “{element.lane}”, so nobody could do “{element.label}”.",
            severity="warning" if subject.alone else "error",
            repair="Name the lane after a role.",
        )


def _called(subject: Subject, element: Element) -> Iterator[Problem]:
    if element.kind != "callActivity":
        return
    if not element.called:
        yield subject.of(element, "bpmn.called_missing", f"“{element.label}” calls no process.")
    elif element.called in _global_tasks(subject):
        yield subject.of(
            element,
            "bpmn.called_missing",
            f"“{element.label}” calls a task, not a process.",
            repair="Choose a process, or draw the task here.",
        )
    elif element.called not in {subject.key, *subject.diagram.processes, *subject.known}:
        yield subject.of(
            element,
            "bpmn.called_missing",
            f"“{element.label}” calls “{element.called}”, which does not exist.",
            severity="warning" if subject.alone else "error",
            repair="Choose the process it calls.",
        )
    yield from _version(subject, element)
    cycle = call_cycle(subject, element.called or "")
    if cycle:
        yield subject.of(
            element,
            "bpmn.call_cycle",
            f"“{element.label}” leads back to “{cycle}” without a wait: it would call itself "
            "without end.",
        )


def _version(subject: Subject, element: Element) -> Iterator[Problem]:
    """A case runs on one version of each process: two calls cannot ask for two."""
    text = element.properties.get("version")
    if text is not None and element.version_called is None:
        words = f"“{element.label}” asks for version “{text}”, which is no version’s number."
        repair = "Give the version’s number, or leave it empty for the newest."
        yield subject.of(element, "bpmn.called_version", words, repair=repair)
    others = (e for e in subject.diagram.elements.values() if e.called == element.called)
    if any(other.version_called != element.version_called for other in others):
        words = f"“{element.label}” and another step call “{element.called}” in two versions."
        repair = "Give both the same version."
        yield subject.of(element, "bpmn.called_version", words, repair=repair)


def _global_tasks(subject: Subject) -> set[str | None]:
    return {node.get("id") for node in subject.root.iter() if local(node).startswith("global")}


def call_cycle(subject: Subject, called: str) -> str | None:
    """The key that a chain of calls comes back to, or None."""
    own = {subject.key, *subject.diagram.processes}
    seen: set[str] = set()
    todo = [called]
    while todo:
        key = todo.pop()
        if key in own:
            return key
        if key in seen or key not in subject.known:
            continue
        seen.add(key)
        todo += subject.known[key].calls
    return None
