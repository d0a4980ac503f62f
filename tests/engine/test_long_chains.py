"""Diagrams longer than the library's own reading could go: it went down them by recursion."""

from __future__ import annotations

from engine import definitions
from engine.execution import run
from engine.execution.waits import waits
from engine.execution.workflow import Facts
from tests.faults.long import Drawing

LENGTH = 1500


def test_a_chain_of_many_steps_that_leads_back_to_its_start_is_read_and_runs() -> None:
    drawing = Drawing()
    drawing.then("exclusiveGateway", "again")
    for n in range(LENGTH):
        drawing.then("userTask", f"t{n}")
    drawing.then("parallelGateway", "more")
    drawing.flow("more", "again")
    definition = definitions.read(drawing.folder(), key="long", definition_id=1)
    case = run.begin(*definitions.build((definition,), "long", "begin"), Facts("T-1"))
    run.settle(case)
    assert [w.element.id for w in waits(case).values()] == ["t0"]
