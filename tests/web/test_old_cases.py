"""A case keeps what it ran on: diagram, forms and tables, whatever is published afterwards."""

from __future__ import annotations

import pytest

from engine.access import SYSTEM
from engine.commands import deployments
from engine.commands.operations import Migrate, newest_for, perform
from tests.factories import MODELS, deploy, form, forms, model, ready
from tests.web.conftest import DESK, words
from tests.web.test_studio import DIAGRAM
from tests.web.test_versions import stored

NEW = DIAGRAM.replace('name="Look at it"', 'name="Weigh it up"')


def publish_other(desk):
    asked = (DESK / "forms/look.form").read_text()
    files = {path: text.encode() for path, text in stored(desk).files.items()}
    files["process.bpmn"] = NEW.encode()
    files["forms/look.form"] = asked.replace('"label": "', '"label": "New: ').encode()
    with desk.database.transaction() as db:
        deployments.deploy(db, {"desk": files}, actor=SYSTEM, reason="Another way of looking.")


@pytest.mark.feature("O37")
def test_an_old_case_shows_the_diagram_and_asks_the_form_it_started_with(desk, visit):
    reference, old = desk.start(), desk.task()
    publish_other(desk)
    ann = visit("ann")
    assert "New: " not in ann.get(f"/tasks/{old}").text
    diagram = ann.get(f"/cases/{reference}/diagram")
    assert "Desk, version 1" in words(diagram)
    assert "Weigh" not in diagram.text
    newer = desk.start()
    assert "New: " in ann.get(f"/tasks/{desk.task()}").text
    assert "Desk, version 2" in words(ann.get(f"/cases/{newer}/diagram"))


@pytest.mark.feature("O37")
def test_a_case_that_was_moved_says_so_and_shows_what_it_runs_on_now(desk, visit):
    reference = desk.start()
    publish_other(desk)
    with desk.database.transaction() as db:
        from engine.access import load_actor

        boss = load_actor(db, desk.run.people["cat"])
        to = Migrate(newest_for(db, "desk"))
        perform(db, desk.run.instance_id, to, actor=boss, reason="The new way is better.")
    cat = visit("cat")
    story = words(cat.get(f"/cases/{reference}"))
    assert "Moved to a new version" in story
    assert "Desk: from version 1 to 2." in story
    assert "Desk, version 2" in words(cat.get(f"/cases/{reference}/diagram"))
    assert "Weigh" in cat.at.text


@pytest.mark.feature("O37")
def test_an_old_case_decides_by_the_table_it_started_with(database):
    table = (MODELS / "level.dmn").read_text()
    files = model("decided", **forms(work=form(n="number")), **{"level.dmn": table})
    run = ready(database, files)
    run.start("decided", "ann", {})
    other = {**files, "level.dmn": table.replace('"low"', '"lower"').encode()}
    with database.transaction() as db:
        deploy(db, {"decided": other})
    run.task("work", "ann", {"n": 5})
    run.expect_variables({"level": "low"})
    run.start("decided", "ann", {})
    run.task("work", "ann", {"n": 5})
    run.expect_variables({"level": "lower"})


@pytest.mark.feature("O23")
def test_a_case_says_which_versions_it_uses(desk, visit):
    with desk.database.transaction() as db:
        deploy(db, {key: model(key) for key in ("called", "caller")})
    desk.run.start("caller", "ann", {})
    diagram = words(visit("cat").get(f"/cases/{desk.reference}/diagram"))
    assert "Versions this case uses caller, version 1 called, version 1" in diagram
