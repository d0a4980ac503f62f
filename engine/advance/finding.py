"""Variables that cases about the same person are found by: fields marked `lookup` in a form."""

from __future__ import annotations

from engine import lookups
from engine.advance.step import Step
from engine.definitions import Definition
from engine.execution.scopes import MISSING

_marked: dict[str, frozenset[str]] = {}  # digest of a definition → names
_KEPT = 200


def write_lookups(step: Step) -> None:
    """New keys for what was written in this step; statements only when a marked field was."""
    written = {w.name for w in step.case.scopes.log if w.scope == "root"}
    if not written:
        return
    bound = (step.bound or step.row.bound).values()
    marked = frozenset().union(*(_names(step.definition(one)) for one in bound))
    for name in sorted(written & marked):
        value = step.case.scopes.all["root"].get(name)
        lookups.write(step.db, step.row.id, name, None if value is MISSING else value)


def _names(definition: Definition) -> frozenset[str]:
    found = _marked.get(definition.digest)
    if found is None:
        forms = definition.forms.values()
        found = frozenset(q.key for form in forms for q in form.questions() if q.lookup)
        _marked[definition.digest] = found
        while len(_marked) > _KEPT:
            _marked.pop(next(iter(_marked)))
    return found
