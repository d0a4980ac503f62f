"""The scenarios that prove a process, and all the folders they are played against."""

from __future__ import annotations

from dataclasses import dataclass

import yaml
from sqlalchemy import Connection, select

from engine import access, clock, definitions
from engine.access import Actor
from engine.commands import drafts
from engine.commands.drafts import DefinitionDraft, plays
from engine.commands.drafts.coverage import Coverage, coverage
from engine.errors import NotFound
from engine.forms.editing import name_for
from engine.models import organisation, role
from engine.queries.studio.reading import newest


@dataclass(frozen=True)
class TestPage:
    """The scenarios of a process and of those that call it, its own first, with what is known of
    each."""

    key: str
    title: str
    draft: DefinitionDraft
    coverage: Coverage

    @property
    def diagram(self) -> bytes:
        return self.draft.files.get(definitions.DIAGRAM, "").encode()

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """(name, title) of its own, which may be changed."""
        own = f"{self.key}/{plays.FOLDER}"
        return tuple(
            (line.path.removeprefix(own).removesuffix(plays.SUFFIX), line.title)
            for line in self.coverage.lines
            if line.path.startswith(own)
        )


def test_page(db: Connection, actor: Actor, key: str) -> TestPage:
    access.require(actor, "model")
    live, draft = newest(db, key), drafts.draft_of(db, key)
    return TestPage(key, live.title, draft, coverage(db, draft))


@dataclass(frozen=True)
class ScenarioPage:
    """One scenario file of a draft; `title` is the process's."""

    draft: DefinitionDraft
    title: str
    name: str
    text: str

    @property
    def path(self) -> str:
        return f"{plays.FOLDER}{self.name}{plays.SUFFIX}"

    @property
    def exists(self) -> bool:
        return self.path in self.draft.files

    @property
    def shows(self) -> str:
        """What it shows, as it is kept."""
        return plays.title_of(self.path, self.text)


def scenario_page(db: Connection, actor: Actor, key: str, name: str) -> ScenarioPage:
    access.require(actor, "model")
    draft, title = drafts.draft_of(db, key), newest(db, key).title
    text = draft.files.get(f"{plays.FOLDER}{name}{plays.SUFFIX}")
    if text is None:
        raise NotFound("scenario", name)
    return ScenarioPage(draft, title, name, text)


def new_scenario(db: Connection, actor: Actor, key: str, shows: str) -> ScenarioPage:
    """Not kept yet: one that starts a case, under a name that is free."""
    access.require(actor, "model")
    draft, live = drafts.draft_of(db, key), newest(db, key)
    role = live.manifest.get("role")
    taken = {path.removeprefix(plays.FOLDER).removesuffix(plays.SUFFIX) for path in draft.files}
    told = {
        "title": shows,
        "now": f"{clock.today().isoformat()}T09:00",
        "people": {"ann": {"roles": [role] if role else []}},
        "steps": [{"start": key, "by": "ann"}],
    }
    text = yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
    return ScenarioPage(draft, live.title, name_for(shows, taken), text)


def folders(db: Connection, actor: Actor, key: str) -> dict[str, bytes]:
    """Path → content of every process as it is live, this one as it is drafted, and of who and
    which organisations there are: all that a scenario needs, and no case."""
    access.require(actor, "model")
    found = {
        f"{definition.key}/{path}": content
        for definition in (definitions.load(db, id_) for id_ in definitions.newest(db).values())
        for path, content in definition.files.items()
        if definition.key != key
    }
    found |= {f"{key}/{p}": text.encode() for p, text in drafts.draft_of(db, key).files.items()}
    roles = {row.key: row.details for row in db.execute(select(role))}
    places = {
        row.key: {"title": row.title, "kind": row.kind} for row in db.execute(select(organisation))
    }
    found["roles.yaml"] = yaml.safe_dump(roles).encode()
    found["organisations.yaml"] = yaml.safe_dump(places).encode()
    return found
