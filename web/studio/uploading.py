"""An uploaded file of a process folder: read, checked, converted, and put in its place."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn import importing
from engine.definitions import README
from engine.errors import InvalidDefinition, InvalidInput
from engine.queries.studio import drafts as queries
from web.studio.blueprint import DIAGRAM, MANIFEST

TEXT_FILES = (".bpmn", ".dmn", ".form", ".yaml", ".md")
MOST_TOLD = 5
# Folders of a process folder, and what may lie in them.
FOLDERS = {"forms": ".form", "scenarios": ".yaml"}


def read_folder(files: Mapping[str, bytes]) -> tuple[dict[str, str], str]:
    """(path → text, what was converted) of a whole folder; InvalidInput names every file that is
    not taken, and then none is."""
    taken: dict[str, str] = {}
    wrong: list[str] = []
    said = ""
    for path, content in sorted(files.items()):
        try:
            folder, _, name = path.rpartition("/")
            if folder and not path.endswith(FOLDERS.get(folder, "\0")):
                raise InvalidInput({"file": f"“{path}” is no file of a process folder."})
            place, text, converted = read_file(name, content)
            place = path if folder else place
            if place in taken:
                raise InvalidInput({"file": f"Two files would be {place}."})
            taken[place], said = text, converted or said
        except InvalidInput as error:
            wrong += error.messages.values()
    if DIAGRAM not in taken and not wrong:
        wrong.append("The folder has no diagram (.bpmn).")
    if wrong:
        raise InvalidInput({"folder": " ".join(wrong[:MOST_TOLD])})
    return taken, said


def read_file(filename: str, content: bytes) -> tuple[str, str, str]:
    """(path in the folder, text, what was converted of another tool's settings) of an uploaded
    file; `InvalidInput` names it and what is wrong."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    if not name.endswith(TEXT_FILES):
        kinds = ", ".join(TEXT_FILES)
        raise InvalidInput({"file": f"“{name}” was not taken. Choose one of: {kinds}."})
    try:
        text = content.decode("utf-8-sig")
        queries.check_file(name, text.encode())
    except UnicodeDecodeError as error:
        words = f"“{name}” was not taken: it is not UTF-8 text. Save it as UTF-8."
        raise InvalidInput({"file": words}) from error
    except InvalidDefinition as error:
        raise InvalidInput({"file": f"“{name}” was not taken. {_told(error)}"}) from error
    if not name.endswith(".bpmn"):
        return path_of(name), text, ""
    imported = importing.convert(text.encode(), name)
    return path_of(name), imported.source.decode(), imported.words()


def _told(error: InvalidDefinition) -> str:
    """What is wrong and where, of a file that no page can show."""
    return " ".join(
        f"{p.message} (At {p.element_id}, line {p.line}.)" if p.element_id else p.message
        for p in error.problems
    )


def path_of(name: str) -> str:
    """Where a file of this name lies in a process folder."""
    if name.endswith(".bpmn"):
        return DIAGRAM
    if name.endswith(".md"):
        return README
    if name.endswith(".form"):
        return f"forms/{name}"
    if name.endswith(".yaml") and name != MANIFEST:
        return f"scenarios/{name}"
    return name
