"""What is protected lies in no database in plain bytes, and is read by those who may."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text, update

from engine import access, clock, connectors, jobs, queue, sealing
from engine.commands import operations, sent, tasks
from engine.commands.operations import Skip, Suspend
from engine.connectors import Settings
from engine.database import Database
from engine.errors import CannotOpen
from engine.models import case_file, incident, user_task, variable
from engine.queries.health import outbox_of
from engine.sealing import EVERY, Sealed
from tests.factories import DATA_KEY, deploy, forms, model, use_keys
from tests.web.conftest import words

ADDRESS, REASON = "zqx7address@example.org", "Zqx7reason of a supervisor"
CLASSED = {"told": "special", "seen": "police"}
ANSWERS = {
    "told": ["Zqx7told in the form"],
    "address": [ADDRESS],
    "people-0-name": ["Zqx7person in a list"],
    "ready": ["no"],
    "shown": ["Not protected at all"],
}


def asked(*keys: str) -> str:
    """A form of these: texts with the class they have, a yes or no, a list that holds a class."""
    kinds = {
        "ready": {
            "type": "radio",
            "values": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}],
            "properties": {"yesNo": "true"},
        },
        "address": {"type": "textfield", "properties": {"class": "third_party"}},
    }
    named = {"type": "textfield", "id": "name", "key": "name", "label": "Name"}
    found = []
    for key in keys:
        one = {"id": key, "key": key, "label": key.capitalize(), "type": "textfield"}
        one |= kinds.get(key, {})
        if key in CLASSED:
            one["properties"] = {"class": CLASSED[key]}
        if key == "people":
            inside = {**named, "properties": {"class": "third_party"}}
            one |= {"type": "dynamiclist", "path": one.pop("key"), "components": [inside]}
        found.append(one)
    return json.dumps({"schemaVersion": 18, "type": "default", "id": "f", "components": found})


@pytest.fixture
def reference(desk) -> Iterator[str]:
    """A case that holds something in every place, at its last task."""
    files = model(
        "guarded",
        **forms(hear=asked("told", "address", "people", "ready", "shown"), look=asked("seen")),
    )
    files["process.yaml"] += (
        b"summary: [{field: told, label: Told}, {field: address}, {field: people}]\n"
    )
    connectors.configure(Settings(outbox=True))
    with desk.database.transaction() as db:
        deploy(db, {"guarded": files})
    desk.run.now = clock.now()
    desk.run.start("guarded", "ann", {})
    yield desk.reference
    connectors.configure(Settings())


def answered(desk) -> None:
    """The first task's form is sent in, with a draft and a colleague's text before."""
    database, of = desk.database, desk.run.instance_id
    with database.transaction() as db:
        ann = access.load_actor(db, desk.run.people["ann"])
        task = db.execute(select(user_task.c.id).where(user_task.c.instance_id == of)).scalar_one()
        tasks.claim_task(db, task, actor=ann)
        tasks.save_draft(db, task, {"told": ["Zqx7typed so far"]}, 1, actor=ann)
        bob = access.load_actor(db, desk.run.people["bob"])
        sent.send_typed(db, task, {"told": ["Zqx7typed too late"]}, actor=bob)
    with database.transaction() as db:
        tasks.complete_task(db, task, ANSWERS, actor=ann)


def operate(desk, operation) -> None:
    with desk.database.transaction() as db:
        cat = access.load_actor(db, desk.run.people["cat"])
        operations.perform(db, desk.run.instance_id, operation, actor=cat, reason=REASON)


def worked(desk) -> None:
    """The letter is written; its result waits for the case, which is suspended meanwhile."""
    claimed = queue.claim(desk.database, "w")
    assert claimed is not None
    operate(desk, Suspend())
    given = jobs.attempt(desk.database, claimed)
    jobs.settle(desk.database, claimed, {**given, "result": "Zqx7result of a job"})


def corrected(desk) -> None:
    operate(desk, operations.Resume())
    jobs.run_due(desk.database)
    with desk.database.transaction() as db:
        cat = access.load_actor(db, desk.run.people["cat"])
        number = db.execute(
            select(incident.c.id).where(incident.c.instance_id == desk.run.instance_id)
        ).scalar_one()
        values = {"told": "Zqx7told anew", "ready": True}
        operations.correct_and_retry(db, number, values, actor=cat, reason=REASON)


def proposed(desk) -> None:
    skip = Skip(desk.task("look"), {"seen": ["Zqx7seen by nobody"]})
    with desk.database.transaction() as db:
        cat = access.load_actor(db, desk.run.people["cat"])
        operations.propose(db, desk.run.instance_id, skip, actor=cat, reason=REASON)


def written(reference: str, desk, cat) -> None:
    """A note, a file, and a draft of the last task."""
    cat.get(f"/cases/{reference}/notes")
    assert cat.post(f"/cases/{reference}/notes", note="Zqx7note of a call").status_code == 303
    file = (io.BytesIO(b"Zqx7file, all of it"), "Zqx7name.txt")
    cat.get(f"/cases/{reference}/files")
    assert cat.post(f"/cases/{reference}/files", wm__file=file).status_code == 303
    with desk.database.transaction() as db:
        ann = access.load_actor(db, desk.run.people["ann"])
        tasks.claim_task(db, desk.task("look"), actor=ann)
        tasks.save_draft(db, desk.task("look"), {"seen": ["Zqx7seen, a draft"]}, 1, actor=ann)


def plain_places(database: Database) -> list[str]:
    """Tables and columns, or files, that hold a marker as it is read or as UTF-16."""
    found = []
    with database.reading() as db:
        for table in inspect(db).get_table_names():
            for row in db.execute(text(f'SELECT * FROM "{table}"')).mappings():  # noqa: S608
                found += [f"{table}.{name}" for name, value in row.items() if _marked(value)]
    if database.is_sqlite:
        path = Path(str(database.engine.url.database))
        beside = (path, path.with_name(path.name + "-wal"))
        found += [p.name for p in beside if p.exists() and _marked(p.read_bytes())]
    return found


def _marked(value: object) -> bool:
    held = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    lowered = held.lower()
    return any("zqx7".encode(code) in lowered for code in ("utf-8", "utf-16-le", "utf-16-be"))


def sealed_columns(database: Database) -> set[str]:
    """Columns that hold something, and of which every value is sealed; of the variables, one."""
    found = set()
    with database.reading() as db:
        for where in EVERY:
            column = f'"{where.table}"."{where.column}"'
            wanted = f'SELECT {column} FROM "{where.table}" WHERE {column} IS NOT NULL'  # noqa: S608
            stored = [_sealed(bytes(value)) for value in db.execute(text(wanted)).scalars()]
            if any(stored) and (where is sealing.VARIABLE or all(stored)):
                found.add(f"{where.table}.{where.column}")
    return found


def _sealed(stored: bytes) -> bool:
    return sealing.is_sealed(stored)


def test_nothing_protected_lies_in_the_database_as_it_was_written(desk, reference, visit):
    places = {f"{where.table}.{where.column}" for where in EVERY}
    answered(desk)
    seen = sealed_columns(desk.database)
    assert plain_places(desk.database) == []
    worked(desk)
    seen |= sealed_columns(desk.database)
    assert plain_places(desk.database) == []
    corrected(desk)
    written(reference, desk, visit("cat"))
    proposed(desk)
    assert plain_places(desk.database) == []
    assert seen | sealed_columns(desk.database) == places


def test_who_may_still_reads_all_of_it(desk, reference, visit):
    answered(desk)
    worked(desk)
    corrected(desk)
    cat, ann = visit("cat"), visit("ann")
    written(reference, desk, cat)
    proposed(desk)
    pages = {
        "/answers": ("Zqx7told in the form", "Zqx7person in a list"),
        "/notes": ("Zqx7note of a call",),
        "/files": ("Zqx7name.txt",),
        "/intervene": (REASON,),
        "": ("From “Zqx7told in the form” to “Zqx7told anew”.",),
    }
    for path, expected in pages.items():
        page = words(cat.get(f"/cases/{reference}{path}"))
        assert [one for one in expected if one not in page] == [], path
    with desk.database.reading() as db:
        number = db.execute(select(case_file.c.id)).scalar_one()
    assert b"Zqx7file, all of it" in cat.get(f"/cases/{reference}/files/{number}").data
    task = words(ann.get(f"/tasks/{desk.task('look')}"))
    assert "Zqx7seen, a draft" in ann.at.text
    assert "Told Zqx7told anew" in task
    with desk.database.reading() as db:
        (mail,) = outbox_of(db, access.load_actor(db, desk.run.people["kim"]))
    assert (mail.to, mail.subject, mail.body) == (ADDRESS, *2 * ANSWERS["told"])


def test_what_no_form_protects_stays_as_it_is(desk, reference):
    answered(desk)
    with desk.database.reading() as db:
        rows = db.execute(select(variable.c.name, variable.c.value)).all()
    stored = {row.name: bytes(row.value) for row in rows}
    assert stored["shown"] == b'"Not protected at all"'
    assert not any(map(_sealed, (stored["shown"], stored["ready"])))
    assert all(map(_sealed, (stored["told"], stored["people"], stored["address"])))


@pytest.mark.parametrize("to", [("told", "address"), ("people", "told")])
def test_what_was_moved_to_another_row_is_refused_in_words_and_not_shown(
    desk, reference, visit, to
):
    answered(desk)
    worked(desk)
    corrected(desk)
    source, target = to
    v = variable.c
    with desk.database.transaction() as db:
        stored = db.execute(select(v.value).where(v.name == source)).scalar_one()
        db.execute(update(variable).where(v.name == target).values(value=stored))
    answer = visit("ann").get(f"/tasks/{desk.task('look')}")
    assert answer.status_code == 500
    assert "cannot be opened" in words(answer)
    assert "Zqx7" not in answer.text


def test_a_seal_opens_in_its_own_table_column_and_row_alone():
    here = Sealed("one", "a", ("id",))
    stored = here.seal(b"secret", 7)
    assert here.open(stored, 7) == b"secret"
    for other, row in (
        (Sealed("two", "a", ("id",)), 7),
        (Sealed("one", "b", ("id",)), 7),
        (here, 8),
    ):
        with pytest.raises(CannotOpen):
            other.open(stored, row)
    for broken in (b"secret", stored[:-1], stored[:3], b""):
        with pytest.raises(CannotOpen):
            here.open(broken, 7)


def test_the_newest_key_seals_and_older_ones_open():
    here, new = Sealed("one", "a", ("id",)), bytes(range(32))
    before = here.seal(b"secret", 7)
    try:
        sealing.configure([new, DATA_KEY])
        assert here.open(before, 7) == b"secret"
        assert not sealing.is_current(before)
        after = here.seal(b"secret", 7)
        assert sealing.is_current(after)
        sealing.configure([new])
        assert here.open(after, 7) == b"secret"
        with pytest.raises(CannotOpen):
            here.open(before, 7)
    finally:
        use_keys()
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.configure([b"short"])
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.configure([])
