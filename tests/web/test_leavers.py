"""What a leaver holds is handed over in one go; the status page looks after the audit trail."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.database import Database
from tests.web.conftest import words


def test_all_tasks_of_a_leaver_go_to_another_with_a_result_each(desk, visit):
    ann, bob = desk.run.people["ann"], desk.run.people["bob"]
    for _ in range(2):
        desk.start()
        visit("ann").post(f"/tasks/{desk.task()}/claim")
    cat = visit("cat")
    assert "Hand over all of Ann Example" in words(cat.get("/board?part=workload"))
    page = cat.get(f"/board/leavers/{ann}")
    assert "Hand over 2" in words(page)
    path = f"/board/leavers/{ann}"
    assert cat.post(path, account="", wm__reason="Ann has left").status_code == 422
    assert cat.post(path, account=str(bob), wm__reason="").status_code == 422
    kim = desk.run.people["kim"]
    refused = words(cat.post(path, account=str(kim), wm__reason="Ann has left"))
    assert "0 of 2 were handed over" in refused
    assert "does not have the role" in refused
    done = words(cat.post(path, account=str(bob), wm__reason="Ann has left"))
    assert "2 of 2 were handed over" in done
    assert "Ann Example holds no task" in words(cat.get(path))
    assert visit("ann").get(path).status_code == 403


@pytest.mark.feature("A25")
def test_the_status_page_names_the_worker_dates_space_and_an_altered_audit_entry(desk, visit):
    desk.start()
    kim = visit("kim")
    page = words(kim.get("/status"))
    for part in ("Version", "Database", "Worker", "Oldest date that is due", "Audit trail"):
        assert part in page, part
    assert "Whole: no entry was altered" in words(kim.post("/status/audit"))
    alter(desk.database)
    page = words(kim.post("/status/audit"))
    assert "1 fault" in page
    assert "altered" in page


def alter(database: Database) -> None:
    """What somebody with the database in their hands could do: the triggers set aside."""
    change = text("UPDATE wm_audit_entry SET action = 'nothing' WHERE action = 'case.start'")
    with database.schema_change() as db:
        if not database.is_sqlite:
            db.execute(text("ALTER TABLE wm_audit_entry DISABLE TRIGGER ALL"))
            db.execute(change)
            db.execute(text("ALTER TABLE wm_audit_entry ENABLE TRIGGER ALL"))
            return
        own = "FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'wm_audit_entry'"
        triggers = db.execute(text(f"SELECT name, sql {own}")).all()  # our own text
        for trigger in triggers:
            db.execute(text(f"DROP TRIGGER {trigger.name}"))
        db.execute(change)
        for trigger in triggers:
            db.execute(text(trigger.sql))
