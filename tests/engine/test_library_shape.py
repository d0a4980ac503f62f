"""The library's private names that we touch: where, and that the installed release still has them.

A new release that renames one of them, or moves it, fails here and names it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.specs import control, defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.workflow import Workflow

ROOT = Path(__file__).parents[2]
PLACES = ("engine/execution", "engine/state.py", "engine/relaying")  # where the names may stand
KEPT = {  # set on each task or spec as it is made
    "_state", "_parent", "_children", "internal_data", "triggered", "thread_id", "data",
    "last_state_change", "task_spec", "workflow", "id",
}  # fmt: skip
ON_CLASSES: dict[type, set[str]] = {
    Task: {"_set_state", "_add_child", "_sync_children", "run", "cancel", "complete"},
    TaskSpec: {
        "_update", "_predict", "_update_hook", "_predict_hook", "_on_ready_hook", "_run_hook",
        "_on_complete", "_on_complete_hook", "_on_cancel",
    },
    Workflow: {"_remove_task", "_task_removed_notify"},
    control._EndJoin: {"_check_threshold_unstructured"},
    defaults.SubWorkflowTask: {"_on_subworkflow_completed"},
    BpmnParser: {
        "OVERRIDE_PARSER_CLASSES", "PARSER_CLASSES", "get_spec", "get_subprocess_specs",
        "_get_parser_class",
    },
}  # fmt: skip
LIBRARY = (
    Task, TaskSpec, Workflow, BpmnWorkflow, BpmnSubWorkflow, BpmnProcessSpec, BpmnParser,
    control._EndJoin, control.BoundaryEventSplit, control.BoundaryEventJoin,
    *(each for each in vars(defaults).values() if isinstance(each, type)),
)  # fmt: skip


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "engine").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def private_names_of_the_library() -> set[str]:
    names = {name for owner in LIBRARY for name in dir(owner)} | KEPT | {"_inputs", "_outputs"}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


@cache
def touched() -> dict[str, set[str]]:
    """Private name of the library -> modules that read, call or override it."""
    wanted, found = private_names_of_the_library(), {}
    for path, tree in sources():
        for node in ast.walk(tree):
            name = getattr(node, "attr", None) or (
                node.name if isinstance(node, ast.FunctionDef) else None
            )
            if name in wanted:
                found.setdefault(str(name), set()).add(path)
    return found


def test_the_release_is_the_one_that_was_tried() -> None:
    assert version("SpiffWorkflow") == "3.2.0"


def test_private_names_are_touched_only_by_what_runs_and_stores_a_case() -> None:
    elsewhere = {
        (name, path)
        for name, paths in touched().items()
        for path in paths
        if not path.startswith(PLACES) and _knows_the_library(path)
    }
    assert elsewhere == set()


def _knows_the_library(path: str) -> bool:
    return "SpiffWorkflow" in (ROOT / path).read_text()


def test_every_private_name_we_touch_is_listed_here() -> None:
    listed = (
        KEPT | {"_inputs", "_outputs"} | {name for names in ON_CLASSES.values() for name in names}
    )
    assert {
        n for n, paths in touched().items() if any(p.startswith(PLACES) for p in paths)
    } <= listed


def test_the_library_still_has_each_of_them() -> None:
    missing = {
        f"{owner.__name__}.{name}"
        for owner, names in ON_CLASSES.items()
        for name in names
        if not hasattr(owner, name)
    }
    assert missing == set()


def parsed(name: str) -> BpmnParser:
    parser = BpmnParser()
    parser.add_bpmn_file(str(ROOT / f"tests/models/{name}.bpmn"))
    return parser


def test_tasks_specs_and_workflows_still_carry_what_we_store_and_set() -> None:
    parser = parsed("subprocess")
    workflow = BpmnWorkflow(
        parser.get_spec("subprocess"), parser.get_subprocess_specs("subprocess")
    )
    workflow.do_engine_steps()
    (inner,) = workflow.subprocesses.values()
    assert set(vars(workflow.task_tree)) >= KEPT
    assert {"_inputs", "_outputs", "bpmn_id", "name"} <= set(vars(workflow.spec.start))
    assert {"tasks", "task_tree", "spec", "completed_event", "completed"} <= set(vars(workflow))
    for name in ("parent_task_id", "depth", "top_workflow", "parent_workflow"):
        assert hasattr(inner, name)


def test_what_markers_and_boundary_events_add_is_named_as_we_read_it() -> None:
    assert "answer [child]" in parsed("each_of").get_spec("each_of").task_specs
    assert "answer.BoundaryEventSplit" in parsed("reminder").get_spec("reminder").task_specs
