"""One run of a process, driven in BPMN words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from engine import access, clock, definitions, jobs, timers
from engine.access import Actor
from engine.advance import preview
from engine.commands import cases, dated_starts, tasks
from engine.database import Database, inserted_id
from engine.errors import EngineError
from engine.forms import Form
from engine.history import unpack
from engine.models import (
    account,
    account_role,
    history_event,
    job,
    message_subscription,
    process_instance,
    timer,
    user_task,
)
from engine.testing.failing import ScenarioFailed

TABLES = {"timer": timer, "message": message_subscription, "job": job}
KINDS = ("task", *TABLES)


@dataclass
class Scenario:
    """One run. `said` collects a line a step; `reached` is, once a file is played to its end,
    process key → ids of the elements and ways that it reached."""

    database: Database
    title: str = ""
    now: datetime = field(default_factory=clock.now)
    people: dict[str, int] = field(default_factory=dict)
    instance_id: int = 0
    said: list[str] = field(default_factory=list)
    reached: dict[str, list[str]] = field(default_factory=dict)

    # --- people and time

    def person(self, username: str, roles: list[str], organisation: str = "council") -> None:
        """A made-up account, or the one there is."""
        with self._writing() as db:
            known = db.execute(select(account.c.id).where(account.c.username == username)).scalar()
            self.people[username] = known or self._make(db, username, roles, organisation)

    def _make(self, db: Connection, username: str, roles: list[str], organisation: str) -> int:
        made = db.execute(
            insert(account).values(
                username=username,
                name=f"{username.replace('_', ' ').title()} Example",
                organisation=organisation,
                active=True,
                created_at=clock.now(),
            )
        )
        new = inserted_id(made)
        if roles:
            db.execute(insert(account_role), [{"account_id": new, "role": r} for r in roles])
        return new

    def at(self, instant: datetime) -> None:
        """Time passes: what falls due fires in its order, each at its own instant."""
        while True:
            with clock.at(self.now), self.database.reading() as db:
                due = timers.next_due(db, instant)
            if due is None:
                break
            self.now = max(self.now, due)
            with clock.at(self.now):
                timers.run_due(self.database)
                dated_starts.run_due(self.database)
        self.now = instant

    # --- what people do

    def start(self, key: str, by: str, values: Mapping[str, Any]) -> None:
        with self._writing() as db:
            definition = cases.newest(db, key)
            element = cases.start_of(definition, None)
            posted = _posted(definition.form(element), values)
            started = cases.start_case(db, key, posted, actor=self._actor(db, by))
            self.instance_id = started.instance_id
        self.said.append(f"{by} started {key}: {started.reference}")

    def case(self, key: str, reference: str | None = None) -> None:
        """Go on with the newest case of this process, or the one with this reference."""
        c = process_instance.c
        wanted = select(c.id, c.reference).where(c.key == key).order_by(c.id.desc()).limit(1)
        if reference is not None:
            wanted = wanted.where(c.reference == reference)
        with self.database.reading() as db:
            found = db.execute(wanted).first()
        self._must(found is not None, f"there is no case {reference or 'of'} “{key}”")
        assert found is not None  # noqa: S101  # said by _must
        self.instance_id = found.id
        self.said.append(f"on with {key}: {found.reference}")

    def task(
        self,
        element: str,
        by: str,
        values: Mapping[str, Any],
        *,
        due: date | None = None,
        item: int | None = None,
    ) -> None:
        """Claim (unless held) and complete the open task with this element id: the oldest that
        this person may do, or the `item`th of all."""
        row = self._open_task(element, by, item)
        if due is not None:
            found = row.due_at.astimezone(clock.LONDON).date() if row.due_at else None
            self._must(found == due, f"“{element}” is due {found}, not {due}")
        with self._writing() as db:
            actor = self._actor(db, by)
            if row.state == "created":
                tasks.claim_task(db, row.id, actor=actor)
        with self._writing() as db:
            form = definitions.load(db, row.definition_id).form(element)
            tasks.complete_task(db, row.id, _posted(form, values), actor=self._actor(db, by))
        self.said.append(f"{by} completed {element}")

    def action(self, element: str, by: str, values: Mapping[str, Any]) -> None:
        """A case action: what the diagram waits for has happened."""
        with self.database.reading() as db:
            c = message_subscription.c
            row = db.execute(
                select(message_subscription).where(
                    c.instance_id == self.instance_id, c.element_id == element
                )
            ).first()
        self._must(row is not None, f"the case does not wait for “{element}”")
        assert row is not None  # noqa: S101  # said by _must
        with self._writing() as db:
            form = definitions.load(db, row.definition_id).form(element)
            cases.perform_action(db, row.id, _posted(form, values), actor=self._actor(db, by))
        self.said.append(f"{by} said that {element} happened")

    def refused(self, because: str, call: Callable[[], None]) -> None:
        """The call must be refused, with these words in the message."""
        before = self.waiting()
        try:
            call()
        except EngineError as error:
            self._must(because in str(error), f"refused with “{error}”, not “{because}”")
            self._must(self.waiting() == before, "the refused step changed what the case waits for")
            self.said.append(f"refused: {error}")
            return
        self._must(False, f"not refused (“{because}”)")

    # --- what is so

    def waiting(self, kinds: tuple[str, ...] = KINDS) -> Counter[str]:
        """Element ids that the case waits at; a boundary message beside a step does not count."""
        found: Counter[str] = Counter()
        with self.database.reading() as db:
            if "task" in kinds:
                c = user_task.c
                found.update(
                    row.element_id
                    for row in db.execute(
                        select(c.element_id).where(
                            c.instance_id == self.instance_id, c.state.in_(("created", "claimed"))
                        )
                    )
                )
            for kind, table in TABLES.items():
                if kind in kinds:
                    wanted = select(table.c.element_id).where(
                        table.c.instance_id == self.instance_id,
                        *((job.c.state == "waiting",) if kind == "job" else ()),
                    )
                    found.update(row.element_id for row in db.execute(wanted))
        return found

    def expect_tasks(self, elements: list[str]) -> None:
        found = self.waiting(("task",))
        self._must(
            found == Counter(elements), f"open tasks are {_words(found)}, not {sorted(elements)}"
        )

    def expect_waits(self, elements: list[str]) -> None:
        found = self.waiting()
        self._must(
            found == Counter(elements), f"the case waits at {_words(found)}, not {sorted(elements)}"
        )

    def expect_variables(self, values: Mapping[str, Any]) -> None:
        known = self.variables()
        for name, value in values.items():
            self._must(known.get(name) == value, f"{name} is {known.get(name)!r}, not {value!r}")

    def variables(self) -> dict[str, Any]:
        """The case's own variables (not those inside a step done for each of a list)."""
        with (
            self.database.reading() as db,
            preview(db, self.instance_id, actor=access.SYSTEM) as step,
        ):
            view = step.case.view_of("root")
            return {name: view.get(name) for name in view if name != "case"}

    def expect_ended(self, event: str) -> None:
        row = self._row()
        self._must(
            row.status == "completed" and row.end_event == event,
            f"the case is {row.status} at “{row.end_event}”, not ended at “{event}”",
        )

    def expect_status(self, status: str) -> None:
        row = self._row()
        self._must(row.status == status, f"the case is {row.status}, not {status}")

    def passed(self) -> set[str]:
        """Ids of all elements that this case has passed."""
        with self.database.reading() as db:
            told = select(history_event).where(history_event.c.instance_id == self.instance_id)
            rows = db.execute(told)
            return {name for row in rows for name in unpack(row).get("passed", [])}

    # --- inside

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with clock.at(self.now), self.database.transaction() as db:
            yield db

    def _actor(self, db: Connection, username: str) -> Actor:
        self._must(username in self.people, f"nobody is called “{username}” here")
        return access.load_actor(db, self.people[username])

    def _row(self) -> Any:
        with self.database.reading() as db:
            return db.execute(
                select(process_instance).where(process_instance.c.id == self.instance_id)
            ).one()

    def _open_task(self, element: str, by: str, item: int | None) -> Any:
        c = user_task.c
        with clock.at(self.now):
            jobs.run_due(self.database, "scenario")  # what a worker does before a person comes
        with self.database.reading() as db:
            actor = self._actor(db, by)
            rows = db.execute(
                select(user_task)
                .where(
                    c.instance_id == self.instance_id,
                    c.element_id == element,
                    c.state.in_(("created", "claimed")),
                )
                .order_by(c.created_at, c.id)
            ).all()
        self._must(
            len(rows) >= (item or 1), f"“{element}” is not open: {_words(self.waiting())} are"
        )
        if item is not None:
            return rows[item - 1]
        mine = [
            row
            for row in rows
            if row.assignee_id == actor.account_id or access.may_claim(actor, row)
        ]
        return (mine or rows)[0]

    def _must(self, holds: bool, words: str) -> None:
        if not holds:
            raise ScenarioFailed(self.title, words, self.said)


def _posted(form: Form | None, values: Mapping[str, Any]) -> dict[str, list[str]]:
    if form is None:
        if values:
            raise ScenarioFailed("", f"there is no form to answer {sorted(values)}")
        return {}
    known = {question.key for question in form.questions()}
    if unknown := sorted(set(values) - known):
        raise ScenarioFailed("", f"the form {form.file} does not ask {unknown}")
    return form.typed(values)


def _words(found: Counter[str]) -> list[str]:
    return sorted(found.elements())
