"""Process folders on disk, as the commands take them: path inside the folder → bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

DIAGRAM = "process.bpmn"
ROLES, ORGANISATIONS = "roles.yaml", "organisations.yaml"
KEPT = frozenset({".bpmn", ".yaml", ".dmn", ".form", ".md"})
PACKAGED = Path(__file__).parents[2] / "processes"


def own_or_packaged() -> Path:
    """`./processes` when the current folder has one, else the folders that come with us."""
    here = Path.cwd() / "processes"
    return here if here.is_dir() else PACKAGED


def read_folder(folder: Path) -> dict[str, bytes]:
    """One process folder's files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in KEPT
    }


def process_folders(root: Path) -> Iterator[Path]:
    """`root` itself when it is a process folder, else those directly inside it."""
    if (root / DIAGRAM).is_file():
        yield root
        return
    yield from sorted(path.parent for path in root.glob(f"*/{DIAGRAM}"))


def read_all(root: Path) -> dict[str, dict[str, bytes]]:
    """Key → files of every process folder of `root`."""
    return {folder.name: read_folder(folder) for folder in process_folders(root)}


def read_people(root: Path) -> tuple[bytes, bytes]:
    """roles.yaml and organisations.yaml of a folder of processes; empty when it has none."""
    found = [root / name for name in (ROLES, ORGANISATIONS)]
    roles, organisations = (path.read_bytes() if path.is_file() else b"" for path in found)
    return roles, organisations
