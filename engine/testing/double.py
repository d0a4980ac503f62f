"""A connector for tests: answers as it was told, and remembers what it was called with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bpmn.services import Declaration, Parameter
from engine.connectors import Call, Connector, register

Answer = Callable[[Call], Any]


class Double:
    """Offered as `double`. `answer` is what it does with the next calls; `keys` are those it got,
    in order, and `seen` the values."""

    def __init__(self, name: str = "double") -> None:
        self.answer: Answer = lambda call: call.values.get("say")
        self.keys: list[str] = []
        self.seen: list[dict[str, Any]] = []
        declaration = Declaration(
            name,
            "Do as the test says",
            (
                Parameter("say", "any", "what it answers"),
                Parameter("more", "any", "anything else", required=False),
            ),
            gives="what it was told to say",
        )
        register(Connector(declaration, self._run))

    def _run(self, call: Call) -> Any:
        self.keys.append(call.key)
        self.seen.append(dict(call.values))
        return self.answer(call)
