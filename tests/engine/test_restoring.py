"""Random runs, twice: kept in memory and never pruned, against stored and restored at every step.

Both must rest at the same places with the same values and reach the same end.
"""

from __future__ import annotations

import random
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
import pytest

from engine import definitions, feel, rebuilding, state
from engine.definitions import Definition
from engine.execution import run
from engine.execution.waits import Wait, waits
from engine.execution.workflow import CaseWorkflow, Facts
from tests.engine import diagrams
from tests.factories import key_of, model

MODELS = [
    ("parallel_in_loop", ()), ("unbalanced_join", ()), ("inclusive", ()), ("each_of", ()),
    ("each_in_turn", ()), ("each_until", ()), ("reminder", ()), ("deadline", ()), ("news", ()),
    ("withdrawn", ("called",)), ("caller", ("called",)), ("first_event", ()), ("subprocess", ()),
    ("until_enough", ()), ("loop_of_reviews", ()), ("two_ways_out", ()), ("stop_all", ()),
    ("inclusive_left", ()), ("two_sets", ()), ("ad_hoc", ()), ("transaction", ()),
    ("data_copied", ()), ("caller_of_apart", ("called_apart",)),
    ("several_events", ()), ("handlers_inside", ()), ("conditions", ()), ("error_caught", ()),
]  # fmt: skip
RUNS, STEPS = 12, 40
Specs = tuple[Any, dict[str, Any]]


def specs_of(name: str, called: tuple[str, ...]) -> Specs:
    folders = [model(each) for each in (name, *called)]
    found: tuple[Definition, ...] = tuple(
        definitions.read(files, key=key_of(files), definition_id=n)
        for n, files in enumerate(folders, 1)
    )
    return definitions.build(found, name, "begin")


def begun(specs: Specs) -> CaseWorkflow:
    case = run.begin(*specs, Facts("T-1", "test", "ann"))
    case.start_event = "begin"
    run.settle(case)
    return case


def restored(
    case: CaseWorkflow, specs: Specs, cuts: list[list[list[Any]]] | None = None
) -> CaseWorkflow:
    """Stored and read again; `cuts` collects what was pruned."""
    blob, cut = state.dump(case)
    if cuts is not None:
        cuts.append(cut)
    rows = [
        (key, name, partial(orjson.dumps, feel.to_json(scope.get(name))))
        for key, scope in case.scopes.all.items()
        for name in scope.names()
    ]
    return state.load(blob, specs, case.facts, rows)


def places(case: CaseWorkflow) -> list[tuple[str, str, str]]:
    """Where the case waits, in an order both runs share."""
    return sorted((w.element.id, w.kind, _item(case, w)) for w in waits(case).values())


def _item(case: CaseWorkflow, wait: Wait) -> str:
    view = case.view(wait.task)
    return str(view.get("one"))


def picked(case: CaseWorkflow, place: tuple[str, str, str]) -> Wait:
    return next(w for w in waits(case).values() if (w.element.id, w.kind, _item(case, w)) == place)


def answers(dice: random.Random) -> dict[str, Any]:
    return {
        "more": dice.random() < 0.6,
        "red": dice.random() < 0.5,
        "blue": dice.random() < 0.5,
        "enough": dice.random() < 0.4,
        "rounds": Decimal(dice.randint(1, 9)),
        "limit": Decimal(6),
        "people": [{"name": n} for n in "wxyz"[: dice.randint(0, 4)]],
        "said": dice.choice(["yes", "no"]),
    }


def move(case: CaseWorkflow, place: tuple[str, str, str], values: dict[str, Any]) -> None:
    wait = picked(case, place)
    if wait.kind == "task":
        for name, value in values.items():
            case.scopes.write(case.scopes.key(wait.task), name, value, wait.element.id)
        run.complete(case, wait.task)
    else:
        run.fire(case, wait.task)


def root_values(case: CaseWorkflow) -> dict[str, Any]:
    scope = case.scopes.all["root"]
    return {name: scope.get(name) for name in sorted(scope.names())}


@pytest.mark.parametrize(("name", "called"), MODELS)
def test_a_restored_case_goes_the_way_of_one_that_never_rested(
    name: str, called: tuple[str, ...]
) -> None:
    specs = specs_of(name, called)
    for seed in range(RUNS):
        dice = random.Random(f"{name}{seed}")  # noqa: S311  # choices, not secrets
        kept, stored = begun(specs), restored(begun(specs), specs)
        for _ in range(STEPS):
            assert places(stored) == places(kept), f"seed {seed}"
            assert root_values(stored) == root_values(kept), f"seed {seed}"
            if kept.completed or not places(kept):
                break
            place, values = dice.choice(places(kept)), answers(dice)
            move(kept, place, values)
            move(stored, place, values)
            stored = restored(stored, specs)
        assert (stored.completed, stored.end_event) == (kept.completed, kept.end_event)
        assert kept.completed or places(kept), "nothing can move it, and it has not ended"


def shape(case: CaseWorkflow, task: Any) -> Any:
    """Where a token was, what became of it, and what came of it, in no order."""
    inside = case.subprocesses.get(task.id)
    return (
        task.task_spec.name,
        task.state,
        sorted(shape(case, child) for child in task.children),
        shape(case, inside.task_tree) if inside is not None else (),
    )


def shape_of(node: rebuilding.Node) -> Any:
    return (
        node.element,
        node.state,
        sorted(shape_of(child) for child in node.children),
        shape_of(node.inside) if node.inside is not None else (),
    )


@pytest.mark.parametrize(("name", "called"), MODELS)
def test_the_whole_tree_is_rebuilt_from_what_was_stored_and_cut(
    name: str, called: tuple[str, ...]
) -> None:
    specs = specs_of(name, called)
    for seed in range(RUNS):
        dice = random.Random(f"whole {name}{seed}")  # noqa: S311  # choices, not secrets
        cuts: list[list[list[Any]]] = []
        kept, stored = begun(specs), restored(begun(specs), specs, cuts)
        for _ in range(STEPS):
            if kept.completed or not places(kept):
                break
            place, values = dice.choice(places(kept)), answers(dice)
            move(kept, place, values)
            move(stored, place, values)
            stored = restored(stored, specs, cuts)
        whole = rebuilding.whole(state.dump(stored)[0], cuts)
        assert shape_of(whole.root) == shape(kept, kept.task_tree), f"seed {seed}"


def test_no_value_lies_in_the_librarys_tasks() -> None:
    case = begun(specs_of("caller", ("called",)))
    assert all(not task.data for task in case.tasks.values())


@pytest.mark.limit(16)
def test_a_long_loop_stays_small_and_ends() -> None:
    specs = specs_of("loop_of_reviews", ())
    case = begun(specs)
    sizes = []
    for n in range(1, 401):
        values = {"rounds": Decimal(n), "limit": Decimal(400)}
        move(case, places(case)[0], values)
        case = restored(case, specs)
        sizes.append(len(state.dump(case)[0]))
        assert case.completed == (n == 400)
    assert sizes[398] == sizes[10]


def test_two_processes_may_call_a_part_by_the_same_id() -> None:
    """Each keeps its own steps, decisions and data, whichever calls the other."""
    part = ("subprocess", ("task",))
    folders = {"outer": diagrams.folder("outer", ("sequence", part, ("call",)))}
    folders[diagrams.CALLED] = diagrams.folder(diagrams.CALLED, part)
    found = tuple(
        definitions.read(files, key=key, definition_id=n)
        for n, (key, files) in enumerate(folders.items(), 1)
    )
    parts = [{e.id for e in d.elements.values() if e.kind == "subProcess"} for d in found]
    assert parts[0] & parts[1]
    specs = definitions.build(found, "outer", "begin")
    case = begun(specs)
    for definition in found:
        (at,) = waits(case).values()
        assert (at.definition_id, at.element) == (definition.id, definition.elements[at.element.id])
        run.complete(case, at.task)
        case = restored(case, specs)
    assert case.completed
