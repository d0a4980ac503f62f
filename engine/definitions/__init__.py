"""Published process folders: read from the database, checked before, turned into runnable specs.

A case binds the newest published version of each process it can call when it starts.
"""

from engine.definitions.building import build, specs
from engine.definitions.checking import findings, lint_diagram
from engine.definitions.protecting import unprotected
from engine.definitions.published import (
    NEWEST,
    bind,
    load,
    newest,
    newest_of,
    started_by,
    version_id,
)
from engine.definitions.reading import (
    DIAGRAM,
    MANIFEST,
    README,
    Definition,
    called_by,
    digest,
    form_path,
    read,
    versions_called,
)

__all__ = [
    "DIAGRAM",
    "MANIFEST",
    "NEWEST",
    "README",
    "Definition",
    "bind",
    "build",
    "called_by",
    "digest",
    "findings",
    "form_path",
    "lint_diagram",
    "load",
    "newest",
    "newest_of",
    "read",
    "specs",
    "started_by",
    "unprotected",
    "version_id",
    "versions_called",
]  # fmt: skip
