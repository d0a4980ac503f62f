"""Files that came with a task: beside it, or as answers to questions of its form."""

from __future__ import annotations

from flask import g

from engine.commands import files
from engine.errors import InvalidInput
from engine.forms import Field
from engine.forms.model import FILES
from engine.queries.tasks import TaskPage
from web.auth import actor, database
from web.page.uploads import chosen, chosen_for
from web.posting import Db


def add(db: Db, page: TaskPage) -> bool:
    """What was chosen goes in with whichever button was pressed; whether a file of the task itself
    did. The numbers of files that answer a question are among what was posted from then on."""
    given = chosen()
    if given is not None:
        files.add_file(db, page.instance_id, given, actor=actor(), task_id=page.id)
    _add_answers(db, page)
    return given is not None


def kept(page: TaskPage) -> bool:
    """Whether files that came as answers are on the case, though the page comes back with
    something to mend: nobody chooses them twice."""
    g.added_files = {}
    if not page.mine or not _asked(page):
        return False
    try:
        with database().transaction() as db:
            _add_answers(db, page)
    except InvalidInput:  # a file itself is what is to be mended
        g.added_files = {}
    return bool(g.added_files)


def _add_answers(db: Db, page: TaskPage) -> None:
    g.added_files = {}
    for one in _asked(page):
        for given in chosen_for(one.key):
            try:
                number = files.add_file(
                    db, page.instance_id, given, actor=actor(), task_id=page.id, accept=one.accept
                )
            except InvalidInput as error:
                raise InvalidInput({one.key: error.messages["file"]}) from None
            g.added_files.setdefault(one.key, []).append(str(number))


def _asked(page: TaskPage) -> list[Field]:
    return [one for one in page.form.questions() if one.kind == FILES] if page.form else []
