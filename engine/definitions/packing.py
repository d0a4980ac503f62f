"""A process folder as one zip file, and an untrusted zip file as the files in it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from engine.errors import InvalidInput

MAX_FILES, MAX_FILE, MAX_TOTAL = 500, 2_000_000, 10_000_000  # bytes, unpacked
# What a computer puts beside a folder's files by itself.
_ASIDE: Final = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
_STRANGE: Final = re.compile(r"^/|\\|:|(^|/)\.\.?(/|$)|//|[\x00-\x1f\x7f]")
_FOLDERS: Final = ("forms", "scenarios")
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError,
    ValueError, struct.error,
)  # fmt: skip


def pack(key: str, files: Mapping[str, bytes]) -> bytes:
    """The folder, named by its key; the same files give the same bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(files):
            packed.writestr(zipfile.ZipInfo(f"{key}/{path}"), files[path], zipfile.ZIP_DEFLATED)
    return target.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Path in the folder → content. A folder round everything is left out, and so is what a
    computer adds by itself. InvalidInput for what is no zip, leads outside, or is too large."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            return _without_head(_files(packed))
    except _BROKEN:
        raise _refused("It cannot be read as a zip file.") from None


def _files(packed: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [e for e in packed.infolist() if not e.is_dir() and not _ASIDE.search(e.filename)]
    if len(entries) > MAX_FILES:
        raise _refused(f"It has more than {MAX_FILES} files.")
    found: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        path = entry.filename
        if _STRANGE.search(path) or len(path) > 250:
            raise _refused("A file in it lies outside the folder, or has a name that is not taken.")
        if entry.flag_bits & 1:
            raise _refused("It needs a password. Make one without.")
        if path in found:
            raise _refused(f"“{path}” is in it twice.")
        with packed.open(entry) as opened:  # what an entry says of its size is not believed
            found[path] = opened.read(MAX_FILE + 1)
        total += len(found[path])
        if len(found[path]) > MAX_FILE or total > MAX_TOTAL:
            raise _refused(f"“{path}” is too large, or all files together are.")
    return found


def _without_head(files: dict[str, bytes]) -> dict[str, bytes]:
    heads = {path.partition("/")[0] for path in files}
    nested = all("/" in path for path in files)
    if len(heads) != 1 or not nested or heads <= set(_FOLDERS):
        return files
    return {path.partition("/")[2]: content for path, content in files.items()}


def _refused(words: str) -> InvalidInput:
    return InvalidInput({"folder": f"The folder was not taken. {words}"})
