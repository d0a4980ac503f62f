"""How a built-in function is declared, and how arguments find their parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from engine.feel.runtime import Run
from engine.feel.values import Function, kind_of

Implementation = Callable[..., Any]
Prepared = Callable[[list[Any], Run], Any]
BUILTINS: Final[dict[str, Builtin]] = {}
_COUNTED: Final = ("first", "second", "third", "fourth", "fifth", "sixth")


class Parameter(NamedTuple):
    """`kinds` empty means any value; `optional` may be left out, `nullable` may be null."""

    name: str
    kinds: frozenset[str]
    optional: bool
    nullable: bool
    rest: bool = False
    unwrapped: bool = False


class Signature(NamedTuple):
    """One way to call a function."""

    parameters: tuple[Parameter, ...]
    run: Implementation

    def order(self, count: int, names: tuple[str, ...]) -> list[int | None] | None:
        """Which argument each parameter gets, None for one left out; None when they do not fit."""
        own = [parameter.name for parameter in self.parameters]
        if names:
            if len(set(names)) < len(names) or set(names) - set(own):
                return None
            places: list[int | None] = [names.index(n) if n in names else None for n in own]
        else:
            if count > len(own) and not (self.parameters and self.parameters[-1].rest):
                return None
            places = [i if i < count else None for i in range(len(own))]
        for parameter, place in zip(self.parameters, places, strict=True):
            if place is None and not parameter.optional:
                return None
        return places


class Builtin(Function):
    """A function of the language, by name; several signatures where the standard has them."""

    __slots__ = ("signatures",)

    def __init__(self, name: str) -> None:
        super().__init__((), self._call, name)
        self.signatures: list[Signature] = []

    def _call(self, run: Run, *values: Any) -> Any:
        prepared = self.prepare(len(values), ())
        return (
            run.null(self.usage(len(values), ()))
            if prepared is None
            else (prepared(list(values), run))
        )

    def prepare(self, count: int, names: tuple[str, ...]) -> Prepared | None:
        """What to call with so many arguments, or those names; None when nothing fits."""
        fitting = [(s, p) for s in self.signatures if (p := s.order(count, names)) is not None]
        if not fitting:
            return None
        ready = [self._prepared(signature, places, names) for signature, places in fitting]
        if len(ready) == 1:
            return ready[0]
        checks = [_accepts(signature, places) for signature, places in fitting]

        def choose(values: list[Any], run: Run) -> Any:
            """The first signature whose kinds the values have, or else the first."""
            for accepts, prepared in zip(checks, ready, strict=True):
                if accepts(values):
                    return prepared(values, run)
            return ready[0](values, run)

        return choose

    def fitting(
        self, count: int, names: tuple[str, ...]
    ) -> list[list[tuple[Parameter, int | None]]]:
        """Each way so many arguments, or those names, can go to parameters."""
        found = []
        for signature in self.signatures:
            places = signature.order(count, names)
            if places is not None:
                found.append(list(zip(signature.parameters, places, strict=True)))
        return found

    def _prepared(
        self, signature: Signature, places: list[int | None], names: tuple[str, ...]
    ) -> Prepared:
        name, parameters, function = self.name, signature.parameters, signature.run
        if not parameters:
            return lambda values, run: function(run)
        if parameters[-1].rest and not names:
            return _with_rest(name, signature)
        pairs = tuple(zip(parameters, places, strict=True))

        def call(values: list[Any], run: Run) -> Any:
            ready = []
            for index, (parameter, place) in enumerate(pairs):
                value = None if place is None else values[place]
                if place is not None and not _exactly(parameter, value):
                    value = fit(value, parameter)
                    if value is UNFIT:
                        return unfit(name, (index, parameter), values[place], run)
                if parameter.rest and not isinstance(value, list):
                    value = [value]
                ready.append(value)
            return _charged(function, ready, run)

        return call

    def usage(self, count: int, names: tuple[str, ...]) -> str:
        """How to call it, when the arguments do not fit."""
        ways = " or ".join(
            f"{self.name}({', '.join(p.name for p in s.parameters)})" for s in self.signatures
        )
        given = ", ".join(names) if names else f"{count} argument{'' if count == 1 else 's'}"
        text = f"“{self.name}” was given {given}; write {ways}."
        return text.replace("{", "").replace("}", "")


# Characters of a text that are looked through in a step.
LONG: Final = 64
UNFIT: Final[Any] = object()


def _charged(function: Implementation, ready: list[Any], run: Run) -> Any:
    """What the function gives; long texts, looked through or made, are charged for."""
    for value in ready:
        if type(value) is str and len(value) > LONG:
            run.charge(len(value) // LONG)
    found = function(run, *ready)
    if type(found) is str and len(found) > LONG:
        run.charge_text(len(found))
    return found


def _with_rest(name: str, signature: Signature) -> Prepared:
    """One list, or all the items as arguments."""
    *first, rest = signature.parameters
    count = len(first)

    def call(values: list[Any], run: Run) -> Any:
        ready = []
        for index, parameter in enumerate(first):
            value = fit(values[index], parameter)
            if value is UNFIT:
                return unfit(name, (index, parameter), values[index], run)
            ready.append(value)
        items = values[count:]
        if rest.unwrapped and len(items) == 1 and isinstance(items[0], list):
            items = items[0]
        return signature.run(run, *ready, items)

    return call


def _accepts(signature: Signature, places: list[int | None]) -> Callable[[list[Any]], bool]:
    pairs = [(p, i) for p, i in zip(signature.parameters, places, strict=True) if i is not None]
    return lambda values: all(fit(values[i], p) is not UNFIT for p, i in pairs)


def _exactly(parameter: Parameter, value: Any) -> bool:
    return not parameter.kinds or kind_of(value) in parameter.kinds


def fit(value: Any, parameter: Parameter) -> Any:
    """The value as the parameter wants it, after the standard's implicit conversions, or UNFIT."""
    kinds = parameter.kinds
    if not kinds or kind_of(value) in kinds:
        return value
    if value is None:
        return None if parameter.nullable else UNFIT
    if "list" in kinds:
        return [value]
    if isinstance(value, list) and len(value) == 1 and kind_of(value[0]) in kinds:
        return value[0]
    return UNFIT


def unfit(name: str, which: tuple[int, Parameter], value: Any, run: Run) -> Any:
    index, parameter = which
    place = _COUNTED[index] if index < len(_COUNTED) else f"{index + 1}th"
    wanted = " or ".join(sorted(parameter.kinds)).replace("string", "text")
    return run.null(
        f"“{name}” wants a {wanted} as its {place} argument ({parameter.name}), not {{}}.", value
    )


def builtin(*declarations: str) -> Callable[[Implementation], Implementation]:
    """Register an implementation: `name(parameter: kind|kind, optional?: kind, nullable: kind?)`.

    It takes the run and then a value for each parameter, None for one left out. A last parameter
    `items...` takes all the remaining arguments or one list of them, `items*` never unpacks one.
    """

    def register(function: Implementation) -> Implementation:
        for declaration in declarations:
            name, _, rest = declaration.partition("(")
            parameters = tuple(_parameter(part) for part in rest[:-1].split(", ") if part)
            known = BUILTINS.setdefault(name, Builtin(name))
            known.signatures.append(Signature(parameters, function))
            if len(known.signatures) == 1:
                known.parameters = tuple(p.name for p in parameters)
        return function

    return register


def _parameter(text: str) -> Parameter:
    name, _, kinds = text.partition(": ")
    nullable = kinds.endswith("?")
    unwrapped = name.endswith("...")
    rest = unwrapped or name.endswith("*")
    optional = name.endswith("?")
    wanted = frozenset(kinds.rstrip("?").split("|")) - {"any", ""}
    return Parameter(name.rstrip("?.*"), wanted, optional, nullable, rest, unwrapped)
