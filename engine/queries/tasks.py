"""Everything the page of one user task shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from engine import access, clock, definitions, feel, sealing
from engine.access import Actor
from engine.choices import offered
from engine.definitions import Definition, shown
from engine.errors import ExpressionError, NotFound
from engine.forms import Choice, Form
from engine.models import account, account_role, draft, process_instance, user_task
from engine.queries import story, variables
from engine.queries.board.standstill import Suspended, suspension
from engine.queries.cases import Stage, stages
from engine.queries.files import FileLine, files_of
from engine.queries.people import role_titles
from engine.queries.received import Received, received
from engine.queries.variables import Answer

HOLDER = account.alias("holder")
ENDER = account.alias("ender")


@dataclass(frozen=True)
class Draft:
    typed: Mapping[str, list[str]]
    saved_at: datetime
    counter: int


@dataclass(frozen=True)
class TaskPage:
    """`context` is what conditions of the form may read; `filled` what it opens with."""

    id: str
    title: str
    step: str
    reference: str
    instance_id: int
    process: str
    version: int
    stage: str | None
    state: str
    due_at: datetime | None
    due_basis: str | None
    late: bool
    urgent: bool
    holder: str | None
    claimed_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str | None
    roles: tuple[str, ...]
    mine: bool
    claimable: bool
    may_see_case: bool
    may_reassign: bool
    guidance: str | None
    form: Form | None
    context: Mapping[str, Any]
    offered: Mapping[str, tuple[Choice, ...]]
    filled: Mapping[str, list[str]]
    draft: Draft | None
    summary: tuple[Answer, ...]
    stages: tuple[Stage, ...]
    history: tuple[story.StoryLine, ...]
    diagram: bytes
    element_id: str
    reasons: tuple[str, ...]  # for handing over, as the process names them
    files: tuple[FileLine, ...]  # of the case, for who may see it
    suspended: Suspended | None  # the case stands still: who, when and why
    received: tuple[Received, ...]  # what colleagues had typed and sent to this person

    @property
    def is_open(self) -> bool:
        return self.state in ("created", "claimed")


@dataclass(frozen=True)
class Candidate:
    id: int
    name: str


def task_page(db: Connection, actor: Actor, task_id: str) -> TaskPage:
    """NotFound for a task this actor may not know of."""
    row = _row(db, actor, task_id)
    definition = definitions.load(db, row.definition_id)
    root = definitions.load(db, row.root_id)
    element = definition.elements[row.element_id]
    values = variables.read(db, row.instance_id, row.scope)
    context = {**values, "case": _case(row)}
    form = definition.form(row.element_id)
    found = _draft(db, row, actor) if form else None
    known = variables.bound_definitions(db, row.bound)
    titles = role_titles(db)
    page = TaskPage(
        id=row.id, title=row.title, step=element.label, reference=row.reference,
        instance_id=row.instance_id, process=root.title, version=root.version, stage=row.stage,
        state=row.state, due_at=row.due_at, due_basis=row.due_basis,
        late=row.due_at is not None and row.due_at < clock.now(), urgent=row.urgent,
        holder=row.holder_name, claimed_at=row.claimed_at, created_at=row.created_at,
        ended_at=row.ended_at, ended_by=row.ender_name, ended_why=row.ended_why,
        roles=tuple(titles.get(key, key) for key in row.roles),
        mine=access.may_complete(actor, row), claimable=access.may_claim(actor, row),
        may_see_case=access.may_see_case(db, actor, row.instance_id),
        may_reassign=access.may_operate(db, actor, row.instance_id),
        guidance=element.guidance, form=form, context=context,
        offered=offered(db, form, actor, row.instance_id) if form else {},
        filled=found.typed if found else _prefill(element.properties.get("prefill"), form, context),
        draft=found,
        summary=_summary(db, (definition, root), known, values, actor=actor),
        stages=stages(root.manifest, row.stage, row.state),
        history=_history(db, row, known, actor),
        diagram=definition.files[definitions.DIAGRAM], element_id=row.element_id,
        files=_files(db, actor, row.instance_id),
        reasons=_reasons(definition) or _reasons(root),
        suspended=suspension(db, row.instance_id),
        received=received(db, actor, row.id, row.instance_id, form),
    )  # fmt: skip
    instead = shown.words(db, actor, row)
    return page if instead is None else _veiled(page, instead)


def _veiled(page: TaskPage, words: str) -> TaskPage:
    """The page for who does not do the task: what it is for a colleague to hand it on, no more."""
    return replace(
        page, title=words, step=words, guidance=None, form=None, filled={}, draft=None,
        due_at=None, due_basis=None, late=False, urgent=False, diagram=b"",
    )  # fmt: skip


def _row(db: Connection, actor: Actor, task_id: str) -> Row[Any]:
    p, t = process_instance.c, user_task.c
    starter = account.alias("starter")
    row = db.execute(
        select(
            user_task, p.reference, p.bound, p.key, p.definition_id.label("root_id"),
            p.started_at, starter.c.username.label("starter"),
            starter.c.organisation.label("starters_organisation"),
            HOLDER.c.name.label("holder_name"), ENDER.c.name.label("ender_name"),
        )
        .select_from(user_task)
        .join(process_instance, p.id == t.instance_id)
        .outerjoin(HOLDER, HOLDER.c.id == t.assignee_id)
        .outerjoin(ENDER, ENDER.c.id == t.ended_by)
        .outerjoin(starter, starter.c.id == p.started_by)
        .where(t.id == task_id, access.task_seen_by(actor))
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("task", task_id)
    return row


def _files(db: Connection, actor: Actor, instance_id: int) -> tuple[FileLine, ...]:
    seen = access.may_see_case(db, actor, instance_id)
    return files_of(db, actor, instance_id) if seen else ()


def _case(row: Row[Any]) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "process": row.key,
        "started_by": row.starter,
        "started_on": row.started_at.astimezone(clock.LONDON).date(),
        "organisation": row.starters_organisation,
    }


def _reasons(definition: Definition) -> tuple[str, ...]:
    return tuple(map(str, (definition.manifest.get("reasons") or {}).get("reassign") or ()))


def _draft(db: Connection, row: Row[Any], actor: Actor) -> Draft | None:
    """One's own draft; else, for who holds the task now, what the holder before left."""
    d = draft.c
    mine = d.account_id == actor.account_id
    condition = mine if row.assignee_id != actor.account_id else or_(mine, d.saved_at.is_not(None))
    found = db.execute(
        select(draft)
        .where(d.task_id == row.id, condition)
        .order_by((d.account_id == actor.account_id).desc(), d.saved_at.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    typed = sealing.DRAFT.load(found.values, found.task_id, found.account_id)
    counter = found.counter if found.account_id == actor.account_id else 0
    return Draft(typed, found.saved_at, counter)


def _prefill(
    text: str | None, form: Form | None, context: Mapping[str, Any]
) -> Mapping[str, list[str]]:
    """First answers from the diagram; a form opens empty when they cannot be worked out."""
    if not text or form is None:
        return {}
    try:
        found = feel.compile(text).evaluate(context, clock=clock.local_now)
    except ExpressionError:
        return {}
    return form.typed(found) if isinstance(found, Mapping) else {}


def _summary(
    db: Connection,
    owners: tuple[Definition, ...],
    known: tuple[Definition, ...],
    values: Mapping[str, Any],
    *,
    actor: Actor,
) -> tuple[Answer, ...]:
    """The fields the process's owner chose, of those that have a value."""
    wanted = next((d.manifest["summary"] for d in owners if d.manifest.get("summary")), ())
    words, chosen = variables.vocabulary(known), variables.Chosen(db)
    found = []
    for item in wanted:
        name = str(item.get("field"))
        if values.get(name) is not None:
            question = variables.question_of(words, name, values[name])
            one = variables.answer(name, values[name], question, chosen, actor=actor)
            label = str(item.get("label") or one.label)
            found.append(Answer(name, label, one.text, one.masked, one.rows))
    return tuple(found)


def _history(
    db: Connection, row: Row[Any], known: tuple[Definition, ...], actor: Actor
) -> tuple[story.StoryLine, ...]:
    telling = story.Telling(db, known, actor, row.instance_id)
    return tuple(
        telling.line(line)
        for line in reversed(story.rows(db, row.instance_id))
        if line.task_id == row.id
    )


def candidates(db: Connection, actor: Actor, task_id: str) -> tuple[Candidate, ...]:
    """Who may be given the task: active accounts of its roles and organisation, by name."""
    row = _row(db, actor, task_id)
    a = account.c
    shared = access.shared_roles(db)
    by_role = a.id.in_(select(account_role.c.account_id).where(account_role.c.role.in_(row.roles)))
    conditions = [a.active.is_(True)]
    if not shared & set(row.roles):
        conditions.append(by_role)
    if row.organisation is not None:
        conditions.append(a.organisation == row.organisation)
    found = db.execute(select(a.id, a.name).where(*conditions).order_by(a.name, a.id).limit(500))
    return tuple(Candidate(r.id, r.name) for r in found if r.id != row.assignee_id)
