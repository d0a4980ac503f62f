"""One problem in plain words: the step, the table, the names and kinds of the values it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine import access, definitions, feel
from engine.access import Actor
from engine.bpmn.elements import Element
from engine.choices import offered
from engine.definitions import Definition
from engine.errors import ExpressionError, NotFound
from engine.forms import Choice, Field, Form
from engine.models import account, incident, process_definition, process_instance
from engine.queries import variables

YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))
_KINDS = {"number": "number", "boolean": "radio", "date": "date"}


@dataclass(frozen=True)
class ReadValue:
    """A value that the failed step read: its name in words, what kind it is, what it holds."""

    name: str
    label: str
    kind: str
    text: str
    masked: bool


@dataclass(frozen=True)
class ProblemPage:
    id: int
    reference: str
    process: str
    version: int
    step: str
    table: str | None
    message: str
    expression: str | None
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    values: tuple[ReadValue, ...]
    form: Form
    typed: Mapping[str, list[str]]
    offered: Mapping[str, tuple[Choice, ...]]
    reasons: tuple[str, ...]
    can_retry: bool


def problem_page(db: Connection, actor: Actor, incident_id: int) -> ProblemPage:
    """NotFound for a problem of a case that this actor may not know of."""
    row = _row(db, actor, incident_id)
    definition = definitions.load(db, row.definition_id)
    words = variables.vocabulary(variables.bound_definitions(db, row.bound))
    values = variables.read(db, row.instance_id)
    element = definition.elements.get(row.element_id or "")
    kinds, chosen = _read(row.details), variables.Chosen(db)
    names = sorted(kinds)
    form = correction_form(names, kinds, words, actor)
    return ProblemPage(
        id=row.id, reference=row.reference, process=row.title, version=row.version,
        step=row.element_name or "The case", table=_table(definition, element),
        message=row.message, expression=row.details.get("expression"), opened_at=row.opened_at,
        resolved_at=row.resolved_at, resolved_by=row.resolver,
        values=tuple(
            _read_value(
                variables.answer(n, values.get(n), words.get(n), chosen, actor=actor),
                kinds.get(n, ""),
                values.get(n),
            )
            for n in names
        ),
        form=form, typed=form.typed(values), offered=offered(db, form, actor, row.instance_id),
        reasons=_reasons(definition) or _reasons(definitions.load(db, row.root_id)),
        can_retry=row.resolved_at is None and row.token_id is not None,
    )  # fmt: skip


def _reasons(definition: Definition) -> tuple[str, ...]:
    return tuple(map(str, (definition.manifest.get("reasons") or {}).get("correct") or ()))


def _table(definition: Definition, element: Element | None) -> str | None:
    """The name of the decision that the step asks, as its file gives it."""
    if element is None or element.decision is None:
        return None
    found = definition.decisions.get(element.decision)
    return found[0].decisions[found[1]].name if found else element.decision


def _row(db: Connection, actor: Actor, incident_id: int) -> Row[Any]:
    i, p, d = incident.c, process_instance.c, process_definition.c
    row = db.execute(
        select(
            incident, p.reference, p.bound, p.definition_id.label("root_id"), d.title, d.version,
            account.c.name.label("resolver"),
        )
        .select_from(incident)
        .join(process_instance, p.id == i.instance_id)
        .join(process_definition, d.id == p.definition_id)
        .outerjoin(account, account.c.id == i.resolved_by)
        .where(i.id == incident_id, access.case_seen_by(actor))
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("problem", incident_id)
    return row


def _read(details: Mapping[str, Any]) -> dict[str, str]:
    """Name → kind of each value that the failed step read; kinds not noted are left empty."""
    noted = details.get("values")
    if noted:
        return dict(noted)
    try:
        return dict.fromkeys(
            sorted(feel.compile(str(details.get("expression") or "null")).names), ""
        )
    except ExpressionError:
        return {}


def _read_value(one: variables.Answer, kind: str, value: Any) -> ReadValue:
    now = "nothing" if value is None else feel.kind(value)
    return ReadValue(one.name, one.label, now or kind, one.text, one.masked)


def correction_form(
    names: list[str], kinds: Mapping[str, str], words: Mapping[str, Field], actor: Actor
) -> Form:
    """One optional question a value: as the process's own form asks it, else by its kind. Values
    that this actor reads masked cannot be corrected by them."""
    fields = []
    for name in names:
        question = words.get(name)
        if access.is_masked(question, actor):
            continue
        if question is None:
            fields.append(_by_kind(name, kinds.get(name, "")))
        else:
            fields.append(replace(question, required=False, hide=None, check=None, min_rows=0))
    return Form("correction", tuple(fields))


def _by_kind(name: str, kind: str) -> Field:
    label = name.replace("_", " ").capitalize()
    shape = _KINDS.get(kind, "textfield")
    choices = YES_NO if shape == "radio" else ()
    return Field(shape, name, label, choices=choices, yes_no=shape == "radio")
