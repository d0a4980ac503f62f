"""A draft is tested: its scenarios are played in a process and a database of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine.bpmn import drawing
from engine.bpmn.drawing import Mark
from engine.commands.drafts import plays
from engine.commands.drafts.plays import Play, ScenarioLine
from engine.errors import InvalidDefinition
from engine.queries.studio import scenarios as queries
from engine.queries.studio.scenarios import TestPage
from web.auth import actor, database
from web.rules import rule
from web.studio.blueprint import bp

AT_ONCE, SECONDS = 30, 90
NONE_CHOSEN = "Choose what to play."
TOO_MANY = f"Choose at most {AT_ONCE} at once: each takes about a second."
TOO_LONG = f"Not all were finished within {SECONDS} seconds. Play the others now."


@dataclass(frozen=True)
class Played:
    """What came of one scenario, and the steps of it that went as it says."""

    play: Play
    said: tuple[str, ...]


@bp.get("/<key>/draft/test")
@rule("model")
def test(key: str) -> str:
    with database().reading() as db:
        page = queries.test_page(db, actor(), key)
    return _shown(page, page.coverage.unplayed[:AT_ONCE])


@bp.post("/<key>/draft/test")
@rule("model")
def play(key: str) -> ResponseReturnValue:
    """Plays those chosen and keeps how they went; no case of this site is read or touched."""
    with database().reading() as db:
        page = queries.test_page(db, actor(), key)
        files = queries.folders(db, actor(), key)
    ticked = set(request.form.getlist("scenario"))
    chosen = tuple(line for line in page.coverage.lines if line.path in ticked)
    if not chosen or len(chosen) > AT_ONCE:
        return _shown(page, chosen, TOO_MANY if chosen else NONE_CHOSEN), 422
    played = _play(key, files, chosen)
    with database().transaction() as db:
        plays.keep(db, key, (one.play for one in played), actor=actor())
    with database().reading() as db:
        page = queries.test_page(db, actor(), key)
    left = page.coverage.unplayed[:AT_ONCE]
    if len(played) < len(chosen):
        return _shown(page, left, TOO_LONG, played), 422
    return _shown(page, left, played=played)


def _play(
    key: str, files: Mapping[str, bytes], chosen: tuple[ScenarioLine, ...]
) -> tuple[Played, ...]:
    """In a process of its own, without the site's settings: its clock, its database and what it
    has read are thrown away, and nothing reaches the outside. Those not finished in time are
    left out."""
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            at = Path(folder, path)
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_bytes(content)
        told = _told([str(Path(folder, line.path)) for line in chosen])
    return tuple(
        Played(
            Play(line, _plain(one["failed"], folder), tuple(one["reached"].get(key, ()))),
            tuple(one["said"]),
        )
        for line, one in zip(chosen, told, strict=False)
    )


def _told(paths: list[str]) -> list[dict[str, Any]]:
    """What the command says of each file, as far as it came."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith("WAYMARK_")}
    command = [sys.executable, "-m", "web.cli", "scenario", "--format", "lines"]
    try:
        done = subprocess.run(  # noqa: S603  # our own command, paths of our own folder
            [*command, *paths],
            cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=SECONDS,
            env=plain,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return [json.loads(line) for line in _whole_lines(late.stdout)]
    if not done.stdout:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _whole_lines(output: str | bytes | None) -> list[str]:
    """Of output that was cut off, the lines that end."""
    text = output.decode() if isinstance(output, bytes) else output or ""
    return text.rpartition("\n")[0].splitlines()


def _plain(words: str | None, folder: str) -> str | None:
    """Without the name of the folder that is gone."""
    return words.replace(f"{folder}/", "") if words else words


def _shown(
    page: TestPage,
    chosen: tuple[ScenarioLine, ...] = (),
    error: str = "",
    played: tuple[Played, ...] = (),
) -> str:
    return render_template(
        "studio/test.html",
        page=page,
        chosen=chosen,
        error=error,
        played=played,
        at_once=AT_ONCE,
        picture=_picture(page),
    )


def _picture(page: TestPage) -> str:
    """The draft's drawing with what is reached and what is not, once anything is."""
    known = page.coverage
    marks = {each: Mark(change="missed") for each in known.missed_ids}
    marks |= {each: Mark(change="reached") for each in known.reached & known.steps}
    if not known.reached:
        return ""
    try:
        return drawing.draw(page.diagram, marks=marks, title=f"What is tested of {page.title}")
    except InvalidDefinition:
        return ""
