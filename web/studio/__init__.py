"""The studio: processes and their versions, a draft with its findings, publishing."""

from web.studio import (
    comparing,
    drafts,
    forms,
    migrating,
    processes,
    publishing,
    scenario_files,
    scenarios,
    tables,
    texts,
    versions,
    zips,
)
from web.studio.blueprint import bp

__all__ = [
    "bp",
    "comparing",
    "drafts",
    "forms",
    "migrating",
    "processes",
    "publishing",
    "scenario_files",
    "scenarios",
    "tables",
    "texts",
    "versions",
    "zips",
]
