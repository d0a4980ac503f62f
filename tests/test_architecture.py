"""Rules a machine keeps: one commit, budgets of size, words in their rooms."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("engine", "web", "processes", "tests")
MAX_LINES, MAX_FUNCTION, MAX_PARAMETERS, MAX_FILES = 300, 40, 5, 20
# Not counted as parameters: what every command and query takes.
CARRIED = {"self", "cls", "db", "database", "actor"}


def modules(*tops: str) -> Iterator[Path]:
    for top in tops:
        yield from (
            path for path in sorted((ROOT / top).rglob("*.py")) if "node_modules" not in path.parts
        )


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


# A `with connection.begin()` commits at its end.
COMMITS = re.compile(r"\bcommit\(|\b(connection|engine|db)\.begin\(")


def test_the_database_module_alone_commits() -> None:
    sites = [p for p in modules("engine", "web") if re.search(COMMITS, p.read_text())]
    assert [p.relative_to(ROOT).as_posix() for p in sites] == ["engine/database.py"]


def test_no_module_passes_its_budget_of_lines() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in modules("engine", "web")
        if (count := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_function_passes_its_budget_of_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": count
        for path in modules("engine", "web")
        for node in functions(path)
        if (count := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION
    }
    assert long == {}


def test_no_function_takes_more_parameters_than_its_budget() -> None:
    many = {}
    for path in modules("engine", "web"):
        for node in functions(path):
            names = [a.arg for a in [*node.args.posonlyargs, *node.args.args]]
            names += [a.arg for a in node.args.kwonlyargs]
            counted = [name for name in names if name not in CARRIED]
            if len(counted) > MAX_PARAMETERS:
                many[f"{path.relative_to(ROOT)}:{node.name}"] = counted
    assert many == {}


def test_no_folder_passes_its_budget_of_files() -> None:
    full = {}
    for top in ("engine", "web"):
        for folder in [ROOT / top, *(p for p in (ROOT / top).rglob("*") if p.is_dir())]:
            count = len(list(folder.glob("*.py")))
            if count > MAX_FILES:
                full[folder.relative_to(ROOT).as_posix()] = count
    assert full == {}


@pytest.mark.parametrize("room", ["engine", "web"])
def test_the_subject_of_the_processes_is_in_no_code(room: str) -> None:
    """Prevent is data: the engine and the pages know only cases, tasks and roles."""
    named = re.compile(r"\bPrevent\b|\bprevent_|radicalis|\bChannel panel\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".html", ".js", ".mjs", ".scss"}
        and "node_modules" not in path.parts
        and "dist" not in path.parts
        for line in path.read_text().splitlines()
        if named.search(line)
    ]
    assert found == []


def test_no_file_names_a_machines_path_or_a_registry() -> None:
    path = re.compile(r"(^|[^a-zA-Z0-9_.-])/(work|root|home)/")
    host = re.compile(r"registry\.npmjs|pypi\.org|files\.pythonhosted|deb\.debian\.org")
    found = []
    for name in tracked():
        if name == "tests/test_architecture.py":
            continue
        try:
            text = (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        found += [
            f"{name}:{n}" for n, line in enumerate(text.splitlines(), 1)
            if path.search(line) or host.search(line)
        ]  # fmt: skip
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules("engine", "web")
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
