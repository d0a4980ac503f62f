"""Files that people upload by mistake or on purpose: answered in time, by name, without a fault."""

from __future__ import annotations

import csv
import html
import io
import resource
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from engine import definitions
from engine.access import SYSTEM
from engine.bpmn import xml
from engine.bpmn.elements import elements_of
from engine.commands import deployments, people
from engine.database import Database
from engine.errors import InvalidDefinition
from engine.execution import run as running
from engine.execution.workflow import Facts
from engine.migrations import migrate
from tests.factories import ROLES, SHARED, deploy, model, use_keys
from tests.faults.pages import Answer, Site, Visitor, serving

FOLDER = SHARED / "badbpmn"
LONGEST = 2.0
GROWTH = 100_000  # kB, over all of them


@dataclass(frozen=True)
class Upload:
    """`mentions` is what the answer must name, when the file is refused."""

    name: str
    content: bytes
    mentions: str = ""
    valid: bool = False


def run(*, cuts: int, part: int = 1) -> list[str]:
    """Every slow, nameless or broken answer to every `part`-th file, in words; good files are also
    cut in so many places."""
    use_keys()
    found: list[str] = []
    with tempfile.TemporaryDirectory(prefix="waymark-diagrams-") as folder:
        database = Database(f"sqlite:///{Path(folder)}/waymark.db")
        migrate(database)
        with database.transaction() as db:
            deployments.set_roles(db, yaml.safe_dump(ROLES).encode(), b"{}")
            deploy(db, {"sequence": model("sequence")})
            people.create_account(
                db, "olga", "Olga Example", "council", password=Site.PASSWORD, roles=["owner"],
                actor=SYSTEM,
            )  # fmt: skip
        uploads = [*_bad(), *_cut(cuts), *_strange()][::part]
        with serving(database) as site:
            visitor = site.sign_in("olga")
            _upload(site, visitor, Upload("process.bpmn", model("sequence")["process.bpmn"]))
            before, slowest, statuses = _memory(), 0.0, Counter[int]()
            for one in uploads:
                began = time.monotonic()
                answer = _upload(site, visitor, one)
                took = time.monotonic() - began
                slowest = max(slowest, took)
                statuses[answer.status] += 1
                found += _judge(one, answer, took)
            grown = _memory() - before
        database.close()
    if grown > GROWTH:
        found.append(f"memory grew by {grown // 1000} MB")
    found += [fault for one in uploads if one.valid for fault in _runs(one)]
    print(
        f"{len(uploads)} files, answers {dict(statuses)}, the slowest {slowest:.2f} s, memory "
        f"{grown // 1000:+} MB, {len(found)} faults"
    )
    return found


def _bad() -> Iterator[Upload]:
    with (FOLDER / "manifest.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            refused = row["http_status"] == "422"
            yield Upload(
                row["file"],
                (FOLDER / row["file"]).read_bytes(),
                row["must_mention"] if refused else "",
                valid=row["file"].endswith(".bpmn") and row["note"].startswith("VALID"),
            )


def _cut(cuts: int) -> Iterator[Upload]:
    """Half-sent files."""
    for name in ("sequence", "subprocess", "several_events"):
        whole = model(name)["process.bpmn"]
        for n in range(cuts):
            yield Upload(f"{name}-{n}.bpmn", whole[: len(whole) * n // cuts], "process")


def _strange() -> Iterator[Upload]:
    """What is no diagram at all, under a diagram's name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.bpmn", b"0" * 50_000_000)
    good = model("sequence")["process.bpmn"]
    page = b"<!doctype html><html><body><script>alert(1)</script></body></html>"
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    yield Upload("empty.bpmn", b"")
    yield Upload("picture.bpmn", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400)
    yield Upload("archive.bpmn", archive.getvalue())
    yield Upload("page.bpmn", page)
    yield Upload("deep.bpmn", deep)
    yield Upload("utf16.bpmn", good.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    yield Upload("words.txt", "Grüße".encode("latin-1"))
    yield Upload("..%2f..%2fprocess.bpmn", good)
    yield Upload("a" * 300 + ".bpmn", good)
    yield Upload("large.bpmn", good + b"<!--" + b"x" * 30_000_000 + b"-->")


def _upload(site: Site, visitor: Visitor, one: Upload) -> Answer:
    """Upload into the draft; what is taken is checked, as the page then does."""
    page = visitor.get("/studio/sequence/draft")
    if page.status != 200:
        return page
    answer = visitor.upload(
        "/studio/sequence/draft/upload", site.hidden(page.text), one.name, one.content
    )
    if answer.status not in (302, 303):
        return answer
    draft = visitor.get("/studio/sequence/draft/files/process.bpmn")
    fields = {**site.hidden(visitor.get(answer.headers["Location"]).text), "diagram": draft.text}
    return visitor.post("/studio/sequence/draft/check", fields)


def _judge(one: Upload, answer: Answer, took: float) -> Iterator[str]:
    if answer.status >= 500:
        yield f"{one.name[:60]}: answered {answer.status}"
    if took > LONGEST:
        yield f"{one.name[:60]}: answered after {took:.1f} s"
    if one.mentions and one.mentions.lower() not in html.unescape(answer.text).lower():
        yield f"{one.name[:60]}: the answer does not name {one.mentions}"


def _runs(one: Upload) -> list[str]:
    """A valid file comes to its first rest."""
    try:
        key = next(iter(elements_of(xml.read(one.content, one.name)).processes))
        files = {**model("sequence"), "process.bpmn": one.content}
        definition = definitions.read(files, key=key, definition_id=1)
        case = running.begin(*definitions.build((definition,), key, None), Facts("T-1"))
        running.settle(case)
    except InvalidDefinition as error:
        return [f"{one.name}: valid, but {error}"]
    return []


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
