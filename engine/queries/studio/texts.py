"""The words of a draft: its read-me and what owners set in its settings file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine import access
from engine.access import Actor
from engine.commands import drafts
from engine.commands.drafts import DefinitionDraft
from engine.definitions import MANIFEST, README
from engine.definitions.wording import Wording, read_wording
from engine.queries.studio.reading import newest


@dataclass(frozen=True)
class TextsPage:
    draft: DefinitionDraft
    process: str
    readme: str
    wording: Wording


def texts_page(db: Connection, actor: Actor, key: str) -> TextsPage:
    access.require(actor, "model")
    draft = drafts.draft_of(db, key)
    return TextsPage(
        draft=draft,
        process=newest(db, key).title,
        readme=draft.files.get(README, ""),
        wording=read_wording(draft.files.get(MANIFEST, "")),
    )
