"""Everything the pages of one case show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from engine import access, definitions
from engine.access import Actor
from engine.bpmn import drawing
from engine.choices import offered
from engine.definitions import Definition
from engine.errors import NotFound
from engine.forms import Choice, Form
from engine.models import account, message_subscription, process_instance
from engine.queries import openings, story, variables
from engine.queries.waiting import Wait, places, waits_of


@dataclass(frozen=True)
class Stage:
    name: str
    state: str  # done, present, ahead


@dataclass(frozen=True)
class Action:
    """A thing that people of a role may say has happened: a button on the case page."""

    id: str
    title: str


@dataclass(frozen=True)
class Linked:
    """Another case that this one came from or has started. `how` says which."""

    reference: str
    how: str


@dataclass(frozen=True)
class CaseHead:
    """What stands above every page of a case."""

    id: int
    reference: str
    process: str
    version: int
    status: str
    stage: str | None
    label: str | None
    started_at: datetime
    started_by: str | None
    ended_at: datetime | None
    ended: str | None
    stages: tuple[Stage, ...]
    waits: tuple[Wait, ...]
    actions: tuple[Action, ...]
    linked: tuple[Linked, ...]
    whole: bool  # False: this person reads their own part alone
    can_open: bool  # masked values, with a reason
    opened_until: datetime | None


@dataclass(frozen=True)
class Drawing:
    """A diagram to draw, with the elements where the case is (and what waits there)."""

    title: str
    version: int
    source: bytes
    here: Mapping[str, str]
    passed: frozenset[str]
    words: tuple[str, ...]
    plane: str | None = None  # the collapsed part that is drawn by itself


def stages(manifest: Mapping[str, Any], stage: str | None, state: str) -> tuple[Stage, ...]:
    """The process's stages: those before the present one are behind."""
    names = [str(name) for name in manifest.get("stages") or ()]
    if state in ("completed", "cancelled") and stage not in names:
        return tuple(Stage(name, "done") for name in names)
    at = names.index(stage) if stage in names else -1
    return tuple(
        Stage(name, "done" if i < at else "present" if i == at else "ahead")
        for i, name in enumerate(names)
    )


def find(db: Connection, actor: Actor, reference: str) -> str | None:
    """The exact reference of a case this actor may know of, whatever its case and spaces."""
    wanted = reference.strip().upper()
    p = process_instance.c
    return db.execute(
        select(p.reference).where(p.reference == wanted, access.case_seen_by(actor))
    ).scalar()


def _row(db: Connection, actor: Actor, reference: str) -> Row[Any]:
    p = process_instance.c
    row = db.execute(
        select(process_instance, account.c.name.label("starter"))
        .select_from(process_instance.outerjoin(account, account.c.id == p.started_by))
        .where(p.reference == reference, access.case_seen_by(actor))
    ).first()
    if row is None:
        raise NotFound("case", reference)
    return row


def case_head(db: Connection, actor: Actor, reference: str) -> CaseHead:
    """NotFound for a case this actor may not know of."""
    row = _row(db, actor, reference)
    definition = definitions.load(db, row.definition_id)
    end = definition.elements.get(row.end_event or "")
    whole = access.reads_whole_case(db, actor, row.id)
    return CaseHead(
        id=row.id, reference=row.reference, process=definition.title, version=definition.version,
        status=row.status, stage=row.stage, label=row.label, started_at=row.started_at,
        started_by=row.starter, ended_at=row.ended_at, ended=end.label if end else None,
        stages=stages(definition.manifest, row.stage, row.status),
        waits=waits_of(db, actor, row.id), actions=_actions(db, actor, row.id),
        linked=_linked(db, actor, row.id, row.started_from), whole=whole,
        can_open=whole and bool(actor.opens & actor.masks),
        opened_until=openings.opened_until(db, actor, row.id),
    )  # fmt: skip


def _linked(
    db: Connection, actor: Actor, instance_id: int, started_from: int | None
) -> tuple[Linked, ...]:
    """Only those that this actor may know of."""
    p = process_instance.c
    rows = db.execute(
        select(p.id, p.reference)
        .where((p.started_from == instance_id) | (p.id == started_from))
        .where(access.case_seen_by(actor))
        .order_by(p.id)
    )
    return tuple(
        Linked(row.reference, "Started from" if row.id == started_from else "Has started")
        for row in rows
    )


def _actions(db: Connection, actor: Actor, instance_id: int) -> tuple[Action, ...]:
    m = message_subscription.c
    rows = db.execute(
        select(m.id, m.title, m.roles).where(m.instance_id == instance_id).order_by(m.title, m.id)
    )
    return tuple(Action(r.id, r.title) for r in rows if actor.roles & set(r.roles))


def case_story(
    db: Connection, actor: Actor, head: CaseHead, *, every: bool
) -> tuple[story.StoryLine, ...]:
    """Newest first; without `every` the small steps (claims, moves) are left out. Who does not
    read the whole case reads what they did themselves."""
    telling = story.Telling(db, _bound(db, head), openings.reading(db, actor, head.id), head.id)
    lines = [
        telling.line(row)
        for row in story.rows(db, head.id)
        if (every or row.kind not in story.QUIET)
        and (head.whole or row.account_id == actor.account_id)
    ]
    return tuple(reversed(lines))


def case_answers(db: Connection, actor: Actor, head: CaseHead) -> tuple[story.AnsweredStep, ...]:
    """Forms sent in, newest first: all, or this person's own alone (`head.whole`)."""
    telling = story.Telling(db, _bound(db, head), openings.reading(db, actor, head.id), head.id)
    found = [
        step
        for row in story.rows(db, head.id)
        if (head.whole or row.account_id == actor.account_id) and (step := telling.answered(row))
    ]
    return tuple(reversed(found))


def _bound(db: Connection, head: CaseHead) -> tuple[Definition, ...]:
    bound = db.execute(
        select(process_instance.c.bound).where(process_instance.c.id == head.id)
    ).scalar_one()
    return variables.bound_definitions(db, bound)


def case_versions(db: Connection, head: CaseHead) -> tuple[tuple[str, int], ...]:
    """(title, version) of every process that the case runs on or may call, its own first."""
    found = sorted(_bound(db, head), key=lambda d: (d.title != head.process, d.title))
    return tuple((d.title, d.version) for d in found)


def case_drawings(db: Connection, head: CaseHead) -> tuple[Drawing, ...]:
    """The case's own diagram, then those of the processes it is inside of now, as it runs them."""
    known = {d.id: d for d in _bound(db, head)}
    root = db.execute(
        select(process_instance.c.definition_id).where(process_instance.c.id == head.id)
    ).scalar_one()
    passed = story.passed_elements(story.rows(db, head.id))
    here = places(known, root, head.waits)
    order = [root, *(i for i in here if i != root and i in known)]
    return tuple(one for i in order for one in _drawings(known[i], here.get(i, {}), passed))


def _drawings(
    definition: Definition, here: Mapping[str, str], passed: frozenset[str]
) -> list[Drawing]:
    """The process, then each collapsed part the case is in: on the first its node is marked."""
    source, elements = definition.files[definitions.DIAGRAM], definition.elements
    hidden = drawing.hidden_in(source)
    inside: dict[str, dict[str, str]] = {}
    marked = {e: kind for e, kind in here.items() if e not in hidden}
    for element_id, kind in here.items():
        if part := hidden.get(element_id):
            inside.setdefault(part, {})[element_id] = kind
            marked[part] = kind
    found: list[tuple[str | None, str, Mapping[str, str]]] = [(None, definition.title, marked)]
    found += [(p, f"{definition.title}: {elements[p].label}", at) for p, at in inside.items()]
    return [
        Drawing(
            title, definition.version, source, at, passed,
            tuple(elements[e].label for e in at if e in elements), plane,
        )
        for plane, title, at in found
    ]  # fmt: skip


@dataclass(frozen=True)
class ActionPage:
    id: str
    title: str
    guidance: str | None
    head: CaseHead
    form: Form | None
    context: Mapping[str, Any]
    offered: Mapping[str, tuple[Choice, ...]]


def action_page(db: Connection, actor: Actor, reference: str, action_id: str) -> ActionPage:
    """The form of a case action; NotFound when the case does not wait for it (any more)."""
    head = case_head(db, actor, reference)
    if action_id not in {action.id for action in head.actions}:
        raise NotFound("action", action_id)
    m = message_subscription.c
    row = db.execute(
        select(message_subscription).where(and_(m.id == action_id, m.instance_id == head.id))
    ).one()
    definition = definitions.load(db, row.definition_id)
    form = definition.form(row.element_id)
    return ActionPage(
        row.id, row.title, definition.elements[row.element_id].guidance, head, form,
        variables.read(db, head.id), offered(db, form, actor, head.id) if form else {},
    )  # fmt: skip
