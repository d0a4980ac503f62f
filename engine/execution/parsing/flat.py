"""Processes read node by node, then flow by flow.

The library goes along the flows by recursion, and breaks off in a chain of some 480 steps.
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway


class FlatProcessParser(ProcessParser):
    """`read` are the nodes that were reached so far, each still to be led on to what follows."""

    def add_tasks(self) -> None:
        self.read: list[Any] = []
        super().add_tasks()
        for node in self.read:  # grows as it is gone through
            _lead_on(self, node)

    def parse_node(self, node: etree._Element) -> Any:
        known = self.spec.task_specs.get(node.get("id"))
        if known is not None:
            return known
        kind, spec_class = self.parser._get_parser_class(node.tag)
        parser = kind(self, spec_class, node, self.nsmap, lane=self.lane)
        found = parser.parse_node()
        self.read.append(parser)
        return found

    def get_outgoing_sequence_flows(self, source_ref: str) -> list[etree._Element]:
        """None while a node is read: that ends the library's recursion."""
        return []


def _lead_on(process: Any, parser: Any) -> None:
    """Connect a node that was read with what follows it, top to bottom as drawn."""
    task = parser.task
    flows = ProcessParser.get_outgoing_sequence_flows(process, parser.bpmn_id)
    if len(flows) > 1 and not parser.handles_multiple_outgoing():
        parser.raise_validation_exception("Several ways out need a gateway")
    following = [_following(process, parser, flow) for flow in flows]
    following.sort(key=lambda each: each[0])
    default = parser.node.get("default")
    if len(following) == 1 and isinstance(task, ExclusiveGateway | InclusiveGateway):
        flow = following[0][2]
        default = flow.get("id") if parser.parse_condition(flow) is None else default
    last = [name for name in task._outputs if _is_join(process, name)]
    if parser.node.get("attachedToRef"):
        task._outputs = [name for name in task._outputs if name not in last]
    for _, spec, flow in following:
        parser.connect_outgoing(spec, flow, flow.get("id") == default)
    if parser.node.get("attachedToRef"):
        task._outputs += last  # as the library has it: the way out of an event comes first


def _is_join(process: Any, name: str) -> bool:
    return isinstance(process.spec.task_specs[name], BoundaryEventJoin)


def _following(process: Any, parser: Any, flow: etree._Element) -> tuple[float, Any, Any]:
    target = flow.get("targetRef") or ""
    node = process.get_node_by_id(target)
    if node is None:
        parser.raise_validation_exception(f"The flow {flow.get('id')} leads nowhere")
    spec = process.spec.task_specs.get(f"{target}.BoundaryEventSplit")
    if spec is None:
        spec = process.parse_node(node)
    return float(parser.get_position(node)["y"]), spec, flow
