"""One POST with one Idempotency-Key, many times and ten at once: one effect, equal answers."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from engine.access import SYSTEM
from engine.commands import people
from engine.database import Database
from engine.models import process_instance
from tests.factories import deploy, form, forms, model, plain_roles
from tests.faults.pages import Site, serving

AT_ONCE = 10


def run(database: Database, *, times: int) -> list[str]:
    """Every answer that differs, and every case too many, in words."""
    with database.transaction() as db:
        plain_roles(db)
        deploy(db, {"sequence": model("sequence", **forms(begin=form(words="text")))})
        people.create_account(
            db, "ann", "Ann Example", "council", password=Site.PASSWORD, roles=["worker"],
            actor=SYSTEM,
        )  # fmt: skip
    with serving(database) as site:
        visitor = site.sign_in("ann")
        page = visitor.get("/start/sequence")
        sent = {**site.hidden(page.text), "words": "once"}

        def post(_: int) -> tuple[int, str]:
            answer = visitor.copy().post("/start/sequence", sent)
            return answer.status, answer.headers.get("Location", answer.text[:200])

        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = Counter(threads.map(post, range(times)))
    with database.reading() as db:
        made = db.execute(select(func.count()).select_from(process_instance)).scalar_one()
    found = [] if made == 1 else [f"{made} cases were started"]
    if len(answers) != 1 or next(iter(answers))[0] != 303:
        found.append(f"the answers differ: {dict(answers)}")
    print(
        f"{database.engine.dialect.name}: {times} times the same POST, {AT_ONCE} at once: "
        f"{made} effect, {len(answers)} different answers"
    )
    return found
