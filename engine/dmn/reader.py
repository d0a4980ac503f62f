"""Read a DMN file safely: every problem at once, each with its element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from engine.errors import InvalidDefinition

from .boxed import elements, function, inside, logic_of, name_of
from .findings import Findings, Place
from .items import kinds
from .model import Decision, Input, Knowledge, Model, Requirement, Service
from .model import Element as Thing
from .types import Kind
from .xml import parse

Element = etree._Element
Resolve = Callable[[str], Model | None]
MAX_CHAIN: Final = 60


def read(
    source: bytes, *, file: str = "", resolve: Resolve | None = None, strict: bool = True
) -> Model:
    """The model in a file; InvalidDefinition with all its problems.

    `resolve` gives the model of an imported namespace. With `strict` off what cannot be read is
    null when it is asked for, and the rest of the file still works.
    """
    root = parse(source, file)
    findings = Findings(file)
    model = _Reader(root, findings, resolve).model()
    if findings.problems and strict:
        raise InvalidDefinition(findings.problems)
    return model


class _Reader:
    """One file on its way to a model."""

    def __init__(self, root: Element, findings: Findings, resolve: Resolve | None) -> None:
        self.root, self.findings, self.resolve = root, findings, resolve
        self.imports: dict[str, Model] = {}
        self.aliases: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.place = Place(findings)

    def model(self) -> Model:
        self._imports()
        found = kinds(self.root, self.place, self._imported_kinds())
        members = {part.get("name", "") for part in self.root.iterfind(".//{*}itemComponent")}
        members.update(self._imported_names())
        self.place = Place(self.findings, frozenset(), frozenset(members), found)
        for element in elements(self.root):
            if element.get("id") or element.get("name"):
                self.variables[_key(element)] = _variable(element)
        made = {_key(e): thing for e in elements(self.root) if (thing := self._thing(e))}
        if not any(isinstance(thing, Decision | Knowledge) for thing in made.values()):
            self.place.problem(
                "dmn.no_decision",
                "The file holds no decision: add one, or leave it out.",
                self.root,
            )
        self._cycles(made)
        root = self.root
        return Model(
            root.get("name", ""), root.get("namespace", ""), self.findings.file, made,
            self.imports, found, tuple(self.findings.warnings),
        )  # fmt: skip

    def _imports(self) -> None:
        for element in self.root.iterfind("{*}import"):
            namespace, name = element.get("namespace", ""), element.get("name", "")
            if "DMN" not in element.get("importType", "DMN"):
                continue
            model = self.resolve(namespace) if self.resolve else None
            if model is None:
                self.place.problem(
                    "dmn.import_missing",
                    f"The file imports “{name or namespace}”, which is not there: add that file.",
                    element,
                )
            else:
                self.imports[namespace] = model
                self.aliases[namespace] = name

    def _imported_kinds(self) -> dict[str, Kind]:
        """The types of imports as `import.type`, or by their own names without an import's."""
        return {
            f"{alias}.{name}" if alias else name: kind
            for namespace, alias in self.aliases.items()
            for name, kind in self.imports[namespace].kinds.items()
        }

    def _imported_names(self) -> set[str]:
        names: set[str] = set(self.aliases.values())
        for model in self.imports.values():
            names.update(getattr(e, "variable", e.name) for e in model.elements.values())
            for kind in model.kinds.values():
                names.update(kind.parts)
        return names

    def _thing(self, element: Element) -> Thing | None:
        make = _THINGS.get(name_of(element))
        found: Thing | None = None if make is None else make(self, element)
        return found

    def _requirements(self, element: Element) -> tuple[tuple[Requirement, ...], Place]:
        """What an element requires, and the place where those names are known."""
        found: list[Requirement] = []
        names: set[str] = set()
        for one in element.iterfind("{*}*/{*}*[@href]"):
            if name_of(one) in ("requiredDecision", "requiredInput", "requiredKnowledge"):
                requirement = self._requirement(one)
                if requirement is not None:
                    found.append(requirement)
                    names.add(requirement.alias or self._name(requirement))
        return tuple(found), self.place.with_names(*names)

    def _requirement(self, element: Element) -> Requirement | None:
        namespace, _, key = element.get("href", "").rpartition("#")
        if not namespace or namespace == self.root.get("namespace"):
            if key in self.variables:
                return Requirement(key)
        else:
            model = self.imports.get(namespace)
            if model is not None and key in model.elements:
                return Requirement(key, namespace, self.aliases[namespace])
            if model is None and namespace in self._failed_imports():
                return None
        self.place.problem(
            "dmn.requirement_missing",
            f"“{key}” is required here but not in the file: add it, or take this out.",
            element,
        )
        return None

    def _name(self, requirement: Requirement) -> str:
        if not requirement.source:
            return self.variables[requirement.key]
        return self.imports[requirement.source].elements[requirement.key].name

    def _failed_imports(self) -> list[str]:
        """Namespaces of imports that are not there: said once, at the import."""
        return [e.get("namespace", "") for e in self.root.iterfind("{*}import")]

    def decision(self, element: Element) -> Decision:
        requires, place = self._requirements(element)
        variable = element.find("{*}variable")
        kind = place.kind(variable.get("typeRef")) if variable is not None else None
        first = len(self.findings.expressions)
        self.findings.free = set()
        if logic_of(element) is None:
            place.problem(
                "dmn.no_logic",
                "The decision says nothing to decide: add a table or expression.",
                element,
            )
        logic = inside(element, place)
        return Decision(
            _key(element), element.get("name", ""), _variable(element), logic, kind, requires,
            tuple(self.findings.expressions[first:]), frozenset(self.findings.free),
        )  # fmt: skip

    def input(self, element: Element) -> Input:
        variable = element.find("{*}variable")
        kind = self.place.kind(variable.get("typeRef")) if variable is not None else None
        return Input(_key(element), _variable(element), kind)

    def knowledge(self, element: Element) -> Knowledge:
        requires, place = self._requirements(element)
        name = _variable(element)
        logic = element.find("{*}encapsulatedLogic")
        first = len(self.findings.expressions)
        if logic is None:
            place.problem(
                "dmn.no_logic", "The function says nothing to work out: add an expression.", element
            )
            define: Any = lambda frame: None  # noqa: E731 - never called: the file is refused
        else:
            define = function(logic, place.with_names(name))
        return Knowledge(
            _key(element), name, define, self._result(element), requires,
            tuple(self.findings.expressions[first:]),
        )  # fmt: skip

    def _result(self, element: Element) -> Kind | None:
        """The type of a value; none when a variable's type is that of the function itself."""
        variable = element.find("{*}variable")
        kind = self.place.kind(variable.get("typeRef")) if variable is not None else None
        return None if kind and (kind.parameters is not None or kind.name == "function") else kind

    def service(self, element: Element) -> Service:
        def keys(name: str) -> tuple[str, ...]:
            hrefs = (e.get("href", "") for e in element.iterfind("{*}" + name))
            found = (href.rpartition("#")[2] for href in hrefs)
            return tuple(key for key in found if key in self.variables)

        return Service(
            _key(element), _variable(element), keys("outputDecision"), keys("inputDecision"),
            keys("inputData"), self._result(element),
        )  # fmt: skip

    def _cycles(self, made: dict[str, Thing]) -> None:
        """Decisions that require themselves become inputs, once it has been said."""
        done: dict[str, int] = {}
        for key in list(made):
            depth = self._depth(key, made, (), done)
            if depth is None or depth == MAX_CHAIN:
                element = next(e for e in elements(self.root) if _key(e) == key)
                code, message = _CHAINS[depth is None]
                self.place.problem(code, message, element)
                made[key] = Input(key, self.variables[key])

    def _depth(
        self, key: str, made: dict[str, Thing], path: tuple[str, ...], done: dict[str, int]
    ) -> int | None:
        """How many decisions follow one another down from here; None for a circle."""
        if key in path:
            return None
        thing = made.get(key)
        if key in done or not isinstance(thing, Decision) or len(path) >= MAX_CHAIN:
            return done.get(key, 0 if len(path) < MAX_CHAIN else MAX_CHAIN)
        deepest = 0
        for requirement in thing.requires:
            if not requirement.source:
                below = self._depth(requirement.key, made, (*path, key), done)
                if below is None:
                    return None
                deepest = max(deepest, below)
        done[key] = deepest + 1
        return deepest + 1


def _key(element: Element) -> str:
    return element.get("id") or element.get("name") or ""


def _variable(element: Element) -> str:
    variable = element.find("{*}variable")
    own = variable.get("name") if variable is not None else None
    return own or element.get("name") or element.get("id") or ""


_CHAINS: Final = {
    True: (
        "dmn.cycle",
        "The decision requires itself, by way of others: take one requirement out.",
    ),
    False: (
        "dmn.chain",
        f"More than {MAX_CHAIN} decisions require one another in a row: put some together.",
    ),
}
_THINGS: Final[dict[str, Any]] = {
    "decision": _Reader.decision,
    "inputData": _Reader.input,
    "businessKnowledgeModel": _Reader.knowledge,
    "decisionService": _Reader.service,
}
