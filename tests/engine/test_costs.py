"""What a completed task costs, counted: commits and statements, never times."""

from __future__ import annotations

from sqlalchemy import event

from engine import prepared
from engine.database import Database
from tests.bench import workload as w

ENGINE_STEP, WHOLE_COMMAND = 10, 14
NOT_THE_ENGINE = ("wm_draft", "wm_audit_entry")


def test_a_completed_task_is_one_commit_and_few_statements(database: Database) -> None:
    actor = w.set_up(database)
    instance = w.start(database, actor)
    for name in w.ORDER:
        w.complete(database, actor, w.claim(database, actor, instance, name), w.answers(name))
    task = w.claim(database, actor, instance, "review")
    said: list[str] = []
    commits: list[object] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _k, s, *_m: said.append(s))
    event.listen(database.engine, "commit", commits.append)
    token = prepared.watched.set(said)
    w.complete(database, actor, task, w.answers("review", 1))
    prepared.watched.reset(token)
    assert sum("INSERT INTO wm_history_event" in s for s in said) == 1
    said = [s for s in said if not s.startswith("BEGIN")]
    engine = [s for s in said[1:] if not any(name in s for name in NOT_THE_ENGINE)]
    assert len(commits) == 1
    assert len(engine) <= ENGINE_STEP
    assert len(said) <= WHOLE_COMMAND


def test_a_case_costs_the_same_bytes_after_many_rounds(database: Database) -> None:
    from sqlalchemy import func, select

    from engine.models import process_instance

    actor = w.set_up(database)
    instance = w.start(database, actor)
    for name in w.ORDER:
        posted = w.answers(name, review_max=100)
        w.complete(database, actor, w.claim(database, actor, instance, name), posted)
    sizes = []
    for n in range(1, 61):
        task = w.claim(database, actor, instance, "review")
        w.complete(database, actor, task, w.answers("review", n))
        with database.reading() as db:
            sizes.append(
                db.execute(
                    select(func.length(process_instance.c.state)).where(
                        process_instance.c.id == instance
                    )
                ).scalar_one()
            )
    assert sizes[59] == sizes[5]
