"""The studio: processes and their versions, a draft with its findings, publishing."""

from web.studio import (
    comparing,
    drafts,
    migrating,
    processes,
    publishing,
    tables,
    versions,
)
from web.studio.blueprint import bp

__all__ = [
    "bp",
    "comparing",
    "drafts",
    "migrating",
    "processes",
    "publishing",
    "tables",
    "versions",
]
