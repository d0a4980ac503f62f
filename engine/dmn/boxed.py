"""Boxed expressions from XML to closures: contexts, invocations, lists, relations, loops, …"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lxml import etree

from engine import feel
from engine.feel.compiler import loops
from engine.feel.compiler.calls import invoke
from engine.feel.compiler.external import external

from .findings import OUTSIDE, Place, text_of
from .tables import table
from .types import coerce

Element = etree._Element
Box = Callable[[Element, Place], feel.Closure]
STEP: Final = 5  # what one round of a boxed loop costs at least
_LOGIC: Final = (
    "literalExpression", "decisionTable", "context", "invocation", "list", "relation",
    "functionDefinition", "conditional", "filter", "for", "some", "every",
)  # fmt: skip


def name_of(element: Element) -> str:
    return etree.QName(element).localname


def logic_of(element: Element) -> Element | None:
    """The one boxed expression directly inside an element."""
    return next((child for child in elements(element) if name_of(child) in _LOGIC), None)


def elements(element: Element) -> Iterator[Element]:
    return (child for child in element if isinstance(child.tag, str))


def null(frame: feel.Frame) -> None:
    """The closure of what is missing."""


def inside(element: Element, place: Place) -> feel.Closure:
    """The closure of the boxed expression inside an element; null when there is none."""
    found = logic_of(element)
    return null if found is None else boxed(found, place)


def boxed(element: Element, place: Place) -> feel.Closure:
    """The closure of a boxed expression."""
    with place.nesting(element):
        made = _BOXES[name_of(element)](element, place)
    kind = place.kind(element.get("typeRef"))
    if kind is None or name_of(element) == "decisionTable":
        return made
    return lambda frame: coerce(made(frame), kind, frame.run, "The result")


def _literal(element: Element, place: Place) -> feel.Closure:
    return place.expression(text_of(element), element).closure


def _table(element: Element, place: Place) -> feel.Closure:
    return table(element, place)


def _context(element: Element, place: Place) -> feel.Closure:
    entries: list[tuple[str, Any, feel.Closure]] = []
    inner = place
    for entry in elements(element):
        if name_of(entry) != "contextEntry":
            continue
        variable = entry.find("{*}variable")
        name = variable.get("name", "") if variable is not None else ""
        kind = place.kind(variable.get("typeRef")) if variable is not None else None
        # A function may call itself by the name of its entry.
        own = inner.with_names(name) if entry.find("{*}functionDefinition") is not None else inner
        entries.append((name, kind, inside(entry, own)))
        inner = inner.with_names(name)

    def build(frame: feel.Frame) -> Any:
        own: dict[str, Any] = {}
        within = feel.Frame(feel.Scope(own, frame.vars), frame.run)
        for name, kind, value in entries:
            found = coerce(value(within), kind, frame.run, f"“{name}”")
            if not name:
                return found
            own[name] = found
        return own

    return build


def _invocation(element: Element, place: Place) -> feel.Closure:
    called = inside(element, place)
    bindings = []
    for binding in element.iterfind("{*}binding"):
        parameter = binding.find("{*}parameter")
        name = parameter.get("name", "") if parameter is not None else ""
        bindings.append((name, inside(binding, place)))
    names = tuple(name for name, _ in bindings)

    def call(frame: feel.Frame) -> Any:
        values = [value(frame) for _, value in bindings]
        return invoke(called(frame), values, names, frame.run)

    return call


def _list(element: Element, place: Place) -> feel.Closure:
    items = [boxed(child, place) for child in elements(element) if name_of(child) in _LOGIC]
    return lambda frame: [item(frame) for item in items]


def _relation(element: Element, place: Place) -> feel.Closure:
    columns = [column.get("name", "") for column in element.iterfind("{*}column")]
    rows = [
        [boxed(child, place) for child in elements(row) if name_of(child) in _LOGIC]
        for row in element.iterfind("{*}row")
    ]
    for row, found in zip(rows, element.iterfind("{*}row"), strict=True):
        if len(row) != len(columns):
            place.problem(
                "dmn.row_shape",
                f"A row has {len(row)} cells, but there are {len(columns)} columns: give every "
                "column a value.",
                found,
            )
    whole = [list(zip(columns, row, strict=True)) for row in rows if len(row) == len(columns)]
    return lambda frame: [{name: cell(frame) for name, cell in row} for row in whole]


def function(element: Element, place: Place) -> feel.Closure:
    """A function definition, whatever its element is called."""
    parameters = [
        (p.get("name", ""), place.kind(p.get("typeRef")))
        for p in element.iterfind("{*}formalParameter")
    ]
    names = tuple(name for name, _ in parameters)
    fits = tuple(place.fitter(kind) for _, kind in parameters)
    body = inside(element, place.with_names(*names))
    if element.get("kind", "FEEL") != "FEEL":
        place.warn("dmn.external", OUTSIDE, element)
        return external(element.get("kind", ""), names, body, fits)

    def define(frame: feel.Frame) -> feel.Function:
        def call(run: feel.Run, *values: Any) -> Any:
            run.charge(STEP)
            own = dict(zip(names, values, strict=True))
            return body(feel.Frame(feel.Scope(own, frame.vars), run))

        return feel.Function(names, call, types=fits)

    return define


def _part(element: Element, name: str, place: Place) -> feel.Closure:
    found = element.find("{*}" + name)
    return null if found is None else inside(found, place)


def _conditional(element: Element, place: Place) -> feel.Closure:
    condition, then, otherwise = (_part(element, n, place) for n in ("if", "then", "else"))

    def choose(frame: feel.Frame) -> Any:
        value = condition(frame)
        if value is not None and not isinstance(value, bool):
            return frame.run.null("The condition is {}, not yes/no.", value)
        return then(frame) if value is True else otherwise(frame)

    return choose


def _filter(element: Element, place: Place) -> feel.Closure:
    source = _part(element, "in", place)
    match = _part(element, "match", place.with_names("item"))
    return lambda frame: loops.select(source(frame), match, STEP, frame)


def _loop(element: Element, place: Place, body: str) -> tuple[feel.Closure, str, feel.Closure]:
    name = element.get("iteratorVariable", "")
    return _part(element, "in", place), name, _part(element, body, place.with_names(name))


def _for(element: Element, place: Place) -> feel.Closure:
    source, name, body = _loop(element, place.with_names("partial"), "return")

    def run(frame: feel.Frame) -> Any:
        items = loops.domain(source(frame), frame.run)
        if items is None:
            return None
        found: list[Any] = []
        for item in items:
            frame.run.charge(STEP)
            own = {name: item, "partial": found}
            found.append(body(feel.Frame(feel.Scope(own, frame.vars), frame.run)))
        return found

    return run


def _quantified(element: Element, place: Place) -> feel.Closure:
    source, name, body = _loop(element, place, "satisfies")
    decisive = name_of(element) == "some"

    def run(frame: feel.Frame) -> Any:
        items = loops.domain(source(frame), frame.run)
        if items is None:
            return None
        certain = True
        for item in items:
            frame.run.charge(STEP)
            value = body(feel.Frame(feel.Scope({name: item}, frame.vars), frame.run))
            if value is decisive:
                return decisive
            certain = certain and value is (not decisive)
        return (not decisive) if certain else None

    return run


_BOXES: Final[dict[str, Box]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "functionDefinition": function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
}
