"""What a file is, by what it holds and never by what it is called; and a name that is safe."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO

LONGEST_NAME = 120
MOST_PARTS = 5_000  # of an office file


@dataclass(frozen=True)
class Kind:
    """The first ending is put behind a name that has none of them."""

    media_type: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", (".pdf",))
TEXT = Kind("text/plain", (".txt", ".csv", ".eml"))
_OFFICE = "application/vnd.openxmlformats-officedocument"
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", Kind("image/png", (".png",))),
    (b"\xff\xd8\xff", Kind("image/jpeg", (".jpg", ".jpeg"))),
)
_PARTS = (  # Office Open XML, ECMA-376: the part that every such file has
    (
        "word/document.xml",
        Kind(f"{_OFFICE}.wordprocessingml.document", (".docx",)),
    ),
    (
        "xl/workbook.xml",
        Kind(f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",)),
    ),
    (
        "ppt/presentation.xml",
        Kind(
            "application/vnd.openxmlformats-officedocument.presentationml.presentation", (".pptx",)
        ),
    ),
)
_OPEN_DOCUMENTS = {  # OpenDocument 1.3, part 2: an uncompressed entry `mimetype` comes first
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def kind_of(content: bytes) -> Kind | None:
    """None: a kind that is not taken (programs, archives, office files with macros, …)."""
    if b"%PDF-" in content[:1024]:
        return PDF
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return Kind("image/heic", (".heic",))
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return TEXT if _is_text(content) else None


def _office(content: bytes) -> Kind | None:
    """Only the list of its parts is read, and one short entry: nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) > MOST_PARTS or any(_is_macro(name) for name in names):
                return None
            declared = names[0] == "mimetype" and archive.infolist()[0].file_size < 100
            if declared:
                said = archive.read("mimetype").decode("ascii", "replace")
                ending = _OPEN_DOCUMENTS.get(said)
                return Kind(said, (ending,)) if ending else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, IndexError, ValueError):
        return None
    return next((kind for part, kind in _PARTS if part in names), None)


def _is_macro(name: str) -> bool:
    lowered = name.lower()
    return lowered.endswith("vbaproject.bin") or lowered.startswith(("basic/", "scripts/"))


def _is_text(content: bytes) -> bool:
    if not content or _NOT_TEXT.search(content):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def safe_name(given: str, kind: Kind) -> str:
    """The last part of what the browser sent, without signs that hide or steer, with an ending
    that says what the file holds."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    plain = " ".join(plain.split()).strip(". ")
    ending = next((e for e in kind.endings if plain.lower().endswith(e)), "")
    stem = plain[: len(plain) - len(ending)].strip(". ") or "file"
    return stem[:LONGEST_NAME] + (ending or kind.endings[0])


def is_accepted(kind: Kind, accept: str) -> bool:
    """Whether a kind is among the endings and media types, with commas; empty: all are."""
    wanted = [one.strip().lower() for one in accept.split(",") if one.strip()]
    family = kind.media_type.split("/")[0] + "/*"
    return not wanted or any(one in (*kind.endings, kind.media_type, family) for one in wanted)
