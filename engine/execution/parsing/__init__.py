"""Our task classes put into the library's parser by its own extension points."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.task_parsers import GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import (
    BoundaryEventJoin,
    BoundaryEventSplit,
    SimpleBpmnTask,
    _EndJoin,
)
from SpiffWorkflow.task import Task

from engine.bpmn.data import Declared
from engine.bpmn.xml import tag
from engine.execution import activities, events, gateways, repeats, service, throws
from engine.execution.near import Near, NearBoundarySplit, NearStart
from engine.execution.parsing.flat import FlatProcessParser
from engine.execution.workflow import finished

CLASSES = {
    "userTask": activities.UserTask,
    "manualTask": activities.ManualTask,
    "scriptTask": activities.ScriptTask,
    "subProcess": activities.SubWorkflowTask,
    "callActivity": activities.CallActivity,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "startEvent": events.StartEvent,
    "endEvent": throws.EndEvent,
    "intermediateCatchEvent": events.IntermediateCatchEvent,
    "intermediateThrowEvent": throws.IntermediateThrowEvent,
    "boundaryEvent": events.BoundaryEvent,
    "sendTask": service.SendTask,
    "serviceTask": service.ServiceTask,
    "receiveTask": events.ReceiveTask,
}


class Ours:
    """Mixed in front of each node parser of the library."""

    STANDARD_LOOP_CLASS = type("StandardLoopTask", (Near, repeats.StandardLoopTask), {})
    PARALLEL_MI_CLASS = type("ParallelTask", (Near, repeats.ParallelMultiInstanceTask), {})
    SEQUENTIAL_MI_CLASS = type("SequentialTask", (Near, repeats.SequentialMultiInstanceTask), {})

    def parse_timer_event(self, event: etree._Element) -> events.Marker:
        """Rewriting has made all events that wait alike."""
        return events.Marker(name="event")

    def parse_message_event(self, event: etree._Element) -> events.Marker:
        return events.Marker(name="event")


def _parser_class(name: str) -> tuple[type, type]:
    library, _ = BpmnParser.PARSER_CLASSES[tag(name)]
    return type(f"Ours{library.__name__}", (Ours, library), {}), _near(CLASSES[name])


def _near(spec_class: type) -> type:
    return type(spec_class.__name__, (Near, spec_class), {})


NearAdHoc = _near(activities.AdHocTask)


def _is_ad_hoc(task_spec: Any) -> bool:
    element = task_spec.element
    inside = isinstance(task_spec, activities.SubWorkflowTask)
    return inside and element is not None and element.kind == "adHocSubProcess"


class DiagramParser(BpmnParser):
    PROCESS_PARSER_CLASS = FlatProcessParser
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  # named and shaped by the library
        **{tag(name): _parser_class(name) for name in CLASSES},
        tag("businessRuleTask"): (
            type("OursRule", (Ours, TaskParser), {}),
            _near(activities.BusinessRuleTask),
        ),
        tag("eventBasedGateway"): (
            type("OursEventGateway", (Ours, GatewayParser), {}),
            _near(gateways.EventBasedGateway),
        ),
    }


class EndJoin(_EndJoin):
    """The end waits for all open tasks; the library's stops looking at depth 1,000."""

    def _check_threshold_unstructured(self, my_task: Task) -> bool:
        return not any(
            not finished(task)
            and task is not my_task
            and task.task_spec is not self
            and type(task.task_spec) is not SimpleBpmnTask
            and not isinstance(task.task_spec, BoundaryEventJoin)  # nobody's work
            for task in my_task.workflow.tasks.values()
        )

    def _run_hook(self, my_task: Task) -> bool:
        return True


def finish(
    spec: BpmnProcessSpec, elements: dict[str, Any], declared: Declared, definition_id: int
) -> None:
    """What the parser leaves undone: each spec gets its drawn element, markers hear of their
    instances, the end is ours."""
    spec.end.__class__ = EndJoin
    spec.start.__class__ = NearStart
    spec.definition_id, spec.declared = definition_id, declared
    spec.merges = any(  # whether a merge of it may wait for a way that is left
        isinstance(each, gateways.InclusiveGateway) and len(each.inputs) > 1
        for each in spec.task_specs.values()
    )
    spec.watches = False  # whether a condition of it is looked at after every step
    for task_spec in spec.task_specs.values():
        task_spec.element = elements.get(task_spec.bpmn_id or "")
        if task_spec.element is not None and task_spec.element.condition is not None:
            spec.watches = True
        if _is_ad_hoc(task_spec):
            task_spec.__class__ = NearAdHoc
        if type(task_spec) is BoundaryEventSplit:
            task_spec.__class__ = NearBoundarySplit
    for task_spec in spec.task_specs.values():
        if isinstance(task_spec, (repeats.MultiInstance, repeats.StandardLoopTask)):
            child = spec.task_specs[task_spec.task_spec]
            child.element = task_spec.element = elements[child.bpmn_id]
            child.completed_event.connect(task_spec.merge_child)
