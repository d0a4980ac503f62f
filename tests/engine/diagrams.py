"""Random well-formed diagrams, put together from blocks: what one enters and leaves by one way.

A block is a tuple: its kind, then the blocks and choices it is made of.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.bpmn.xml import BPMN, SPIFF
from tests.factories import form, model

Block = tuple[Any, ...]
ANSWERS = form(red="yes_no", blue="yes_no", more="yes_no")
FIRST = '{red: false, blue: false, more: false, people: [{name: "x"}, {name: "y"}]}'
CALLED = "called_block"
PLAIN: st.SearchStrategy[Block] = st.sampled_from([("task",), ("script",), ("catch",)])
EVENTS = st.sampled_from(["timer", "message"])


def _larger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    return st.one_of(
        st.tuples(st.just("sequence"), inner, inner),
        st.tuples(st.just("exclusive"), inner, inner),
        st.tuples(st.just("parallel"), inner, inner),
        st.tuples(st.just("inclusive"), inner, inner, inner),
        st.tuples(st.just("first_event"), inner, inner),
        st.tuples(st.just("loop"), inner),
        st.tuples(st.just("boundary"), EVENTS, st.booleans(), inner),
        st.tuples(st.just("subprocess"), inner),
        st.tuples(st.just("watched"), EVENTS, st.booleans(), inner, inner),
        st.tuples(st.just("handled"), st.booleans(), inner, inner),
        st.tuples(st.just("failing"), inner, inner),
        st.tuples(st.just("each"), st.booleans(), inner),
        st.tuples(st.just("escalating"), st.booleans(), inner, inner),
        st.tuples(st.just("transaction"), inner, inner),
        st.tuples(st.just("closing"), inner, inner),
        st.tuples(st.just("noticing"), st.booleans(), inner),
        st.just(("repeated",)),
        st.just(("call",)),
    )


def blocks(leaves: int = 8) -> st.SearchStrategy[Block]:
    """Blocks of up to about this many steps."""
    return st.recursive(PLAIN, _larger, max_leaves=leaves)


def calls(block: Block) -> bool:
    return block[0] == "call" or any(calls(part) for part in block[1:] if isinstance(part, tuple))


def folder(key: str, block: Block) -> dict[str, bytes]:
    """A process folder that runs the block; each task asks for red, blue and more."""
    drawing = Drawing()
    begin, entry = drawing.node("startEvent", key="begin"), drawing.script(FIRST)
    first, last = drawing.block(block)
    end = drawing.node("endEvent", key="done")
    for source, target in ((begin, entry), (entry, first), (last, end)):
        drawing.flow(source, target)
    body = "\n".join(drawing.parts)
    source = (
        f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:spiff="{SPIFF}" id="d">'
        f'<bpmn:message id="m" name="news"/><bpmn:error id="err" errorCode="E1"/>'
        '<bpmn:escalation id="esc" escalationCode="X1"/>\n'
        f'<bpmn:process id="{key}" isExecutable="true">\n{body}\n</bpmn:process>'
        "</bpmn:definitions>"
    )
    files = model("sequence", **{f"forms/{name}.form": ANSWERS for name in drawing.asks})
    return {**files, "process.bpmn": source.encode()}


class Drawing:
    """Collects XML; `block` answers with the ids it is entered and left by."""

    def __init__(self) -> None:
        self.count, self.parts, self.asks = 0, [], list[str]()

    def block(self, block: Block) -> tuple[str, str]:
        kind, *rest = block
        found: tuple[str, str] = getattr(self, f"_{kind}")(*rest)
        return found

    # --- pieces

    def node(self, kind: str, inner: str = "", key: str = "", **attributes: str) -> str:
        self.count += 1
        name = key or f"{kind}_{self.count}"
        written = "".join(f' {k}="{v}"' for k, v in attributes.items())
        self.parts.append(f'<bpmn:{kind} id="{name}"{written}>{inner}</bpmn:{kind}>')
        return name

    def flow(self, source: str, target: str, condition: str = "", key: str = "") -> str:
        self.count += 1
        name = key or f"flow_{self.count}"
        said = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
        self.parts.append(
            f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">'
            f"{said if condition else ''}</bpmn:sequenceFlow>"
        )
        return name

    def script(self, text: str) -> str:
        return self.node("scriptTask", f"<bpmn:script>{text}</bpmn:script>")

    def scope(self, block: Block, kind: str = "subProcess", inner: str = "", more: str = "") -> str:
        """A subprocess with the block in it; `more`: what else is drawn inside."""
        outside, self.parts = self.parts, []
        begin, end = self.node("startEvent"), self.node("endEvent")
        first, last = self.block(block)
        self.flow(begin, first)
        self.flow(last, end)
        inside, self.parts = "".join(self.parts), outside
        return self.node(kind, inner + inside + more)

    def trigger(self, event: str) -> str:
        if event == "timer":
            self.count += 1  # each at its own minute: what is due at one instant has no order
            return (
                f"<bpmn:timerEventDefinition><bpmn:timeDuration>P1DT{self.count}M"
                "</bpmn:timeDuration></bpmn:timerEventDefinition>"
            )
        return '<bpmn:messageEventDefinition messageRef="m"/>'

    def listening(self, event: str) -> str:
        """A message is an action: people of a role may say that it has happened."""
        if event != "message":
            return self.trigger(event)
        role = '<spiff:property name="roles" value="[&quot;worker&quot;, &quot;boss&quot;]"/>'
        return (
            f"<bpmn:extensionElements><spiff:properties>{role}</spiff:properties>"
            f"</bpmn:extensionElements>{self.trigger(event)}"
        )

    # --- blocks

    def _task(self) -> tuple[str, str]:
        name = self.node("userTask")
        self.asks.append(name)
        return name, name

    def _script(self) -> tuple[str, str]:
        name = self.script("{n: if n = null then 1 else n + 1}")
        return name, name

    def _catch(self) -> tuple[str, str]:
        name = self.node("intermediateCatchEvent", self.listening("message"))
        return name, name

    def _sequence(self, one: Block, other: Block) -> tuple[str, str]:
        first, middle = self.block(one)
        after, last = self.block(other)
        self.flow(middle, after)
        return first, last

    def _exclusive(self, one: Block, other: Block) -> tuple[str, str]:
        self.count += 1
        default = f"way_{self.count}"
        split, join = self.node("exclusiveGateway", default=default), self.node("exclusiveGateway")
        for block, condition, key in ((one, "red", ""), (other, "", default)):
            first, last = self.block(block)
            self.flow(split, first, condition, key)
            self.flow(last, join)
        return split, join

    def _parallel(self, *ways: Block) -> tuple[str, str]:
        split, join = self.node("parallelGateway"), self.node("parallelGateway")
        for block in ways:
            first, last = self.block(block)
            self.flow(split, first)
            self.flow(last, join)
        return split, join

    def _inclusive(self, one: Block, two: Block, three: Block) -> tuple[str, str]:
        self.count += 1
        default = f"way_{self.count}"
        split, join = self.node("inclusiveGateway", default=default), self.node("inclusiveGateway")
        for block, condition in ((one, "red"), (two, "blue"), (three, "")):
            first, last = self.block(block)
            self.flow(split, first, condition, "" if condition else default)
            self.flow(last, join)
        return split, join

    def _first_event(self, one: Block, other: Block) -> tuple[str, str]:
        split, join = self.node("eventBasedGateway"), self.node("exclusiveGateway")
        for block, event in ((one, "message"), (other, "timer")):
            caught = self.node("intermediateCatchEvent", self.listening(event))
            first, last = self.block(block)
            self.flow(split, caught)
            self.flow(caught, first)
            self.flow(last, join)
        return split, join

    def _loop(self, body: Block) -> tuple[str, str]:
        """At least one task in it, so that it waits."""
        self.count += 1
        default = f"way_{self.count}"
        begin, again = self.node("exclusiveGateway"), self.node("exclusiveGateway", default=default)
        first, last = self.block(("sequence", ("task",), body))
        on = self.node("intermediateThrowEvent")
        self.flow(begin, first)
        self.flow(last, again)
        self.flow(again, begin, "more")
        self.flow(again, on, "", default)
        return begin, on

    def _boundary(self, event: str, interrupts: bool, handler: Block) -> tuple[str, str]:
        task, _ = self._task()
        return self._beside(task, self.listening(event), interrupts, handler)

    def _beside(
        self, activity: str, inner: str, interrupts: bool, handler: Block
    ) -> tuple[str, str]:
        caught = self.node(
            "boundaryEvent", inner, attachedToRef=activity, cancelActivity=str(interrupts).lower()
        )
        first, last = self.block(handler)
        self.flow(caught, first)
        if not interrupts:
            self.flow(last, self.node("endEvent"))
            return activity, activity
        join = self.node("exclusiveGateway")
        self.flow(activity, join)
        self.flow(last, join)
        return activity, join

    def _subprocess(self, body: Block) -> tuple[str, str]:
        name = self.scope(body)
        return name, name

    def _watched(
        self, event: str, interrupts: bool, body: Block, handler: Block
    ) -> tuple[str, str]:
        """A subprocess with an event on its edge."""
        return self._beside(self.scope(body), self.listening(event), interrupts, handler)

    def _handled(self, interrupts: bool, body: Block, handler: Block) -> tuple[str, str]:
        """A subprocess with an event subprocess in it."""
        outside, self.parts = self.parts, []
        begin = self.node(
            "startEvent", self.listening("message"), isInterrupting=str(interrupts).lower()
        )
        first, last = self.block(handler)
        self.flow(begin, first)
        self.flow(last, self.node("endEvent"))
        inside, self.parts = "".join(self.parts), []
        self.node("subProcess", inside, triggeredByEvent="true")
        written, self.parts = "".join(self.parts), outside
        name = self.scope(body, more=written)
        return name, name

    def _failing(self, body: Block, handler: Block) -> tuple[str, str]:
        """A subprocess that may end with an error, which its edge catches."""
        outside, self.parts = self.parts, []
        self.count += 1
        default = f"way_{self.count}"
        begin, choice = self.node("startEvent"), self.node("exclusiveGateway", default=default)
        first, last = self.block(body)
        bad = self.node("endEvent", '<bpmn:errorEventDefinition errorRef="err"/>')
        self.flow(begin, first)
        self.flow(last, choice)
        self.flow(choice, bad, "blue")
        self.flow(choice, self.node("endEvent"), "", default)
        inside, self.parts = "".join(self.parts), outside
        name = self.node("subProcess", inside)
        return self._beside(name, '<bpmn:errorEventDefinition errorRef="err"/>', True, handler)

    def _escalating(self, interrupts: bool, body: Block, handler: Block) -> tuple[str, str]:
        """A subprocess that tells what is around it before its last step."""
        told = '<bpmn:escalationEventDefinition escalationRef="esc"/>'
        outside, self.parts = self.parts, []
        begin, throw = self.node("startEvent"), self.node("intermediateThrowEvent", told)
        (first, last), (task, _), end = self.block(body), self._task(), self.node("endEvent")
        for source, target in ((begin, first), (last, throw), (throw, task), (task, end)):
            self.flow(source, target)
        inside, self.parts = "".join(self.parts), outside
        return self._beside(self.node("subProcess", inside), told, interrupts, handler)

    def _transaction(self, body: Block, handler: Block) -> tuple[str, str]:
        """It may be cancelled at its end."""
        outside, self.parts = self.parts, []
        self.count += 1
        default = f"way_{self.count}"
        begin, choice = self.node("startEvent"), self.node("exclusiveGateway", default=default)
        first, last = self.block(body)
        self.flow(begin, first)
        self.flow(last, choice)
        self.flow(choice, self.node("endEvent", "<bpmn:cancelEventDefinition/>"), "red")
        self.flow(choice, self.node("endEvent"), "", default)
        inside, self.parts = "".join(self.parts), outside
        name = self.node("transaction", inside)
        return self._beside(name, "<bpmn:cancelEventDefinition/>", True, handler)

    def _closing(self, one: Block, other: Block) -> tuple[str, str]:
        """A subprocess of two branches, the first of which closes the other when it ends."""
        outside, self.parts = self.parts, []
        begin, split = self.node("startEvent"), self.node("parallelGateway")
        self.flow(begin, split)
        for block, inner in ((one, "<bpmn:terminateEventDefinition/>"), (other, "")):
            first, last = self.block(block)
            self.flow(split, first)
            self.flow(last, self.node("endEvent", inner))
        inside, self.parts = "".join(self.parts), outside
        name = self.node("subProcess", inside)
        return name, name

    def _noticing(self, interrupts: bool, handler: Block) -> tuple[str, str]:
        """A task whose edge watches a value."""
        task, _ = self._task()
        watched = (
            "<bpmn:conditionalEventDefinition><bpmn:condition>blue</bpmn:condition>"
            "</bpmn:conditionalEventDefinition>"
        )
        return self._beside(task, watched, interrupts, handler)

    def _repeated(self) -> tuple[str, str]:
        """A task that is done again while more is wanted, at most three times."""
        marker = (
            '<bpmn:standardLoopCharacteristics loopMaximum="3" testBefore="false">'
            "<bpmn:loopCondition>more</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
        )
        name = self.node("userTask", marker)
        self.asks.append(name)
        return name, name

    def _each(self, in_turn: bool, body: Block) -> tuple[str, str]:
        marker = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(in_turn).lower()}">'
            "<bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>"
            f'<bpmn:inputDataItem id="item_{self.count}" name="one"/>'
            "</bpmn:multiInstanceLoopCharacteristics>"
        )
        name = self.scope(body, inner=marker)
        return name, name

    def _call(self) -> tuple[str, str]:
        name = self.node("callActivity", calledElement=CALLED)
        return name, name
