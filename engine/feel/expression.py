"""An expression, read once and run any number of times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any, Final

from engine.errors import ExpressionLimit, ExpressionSyntax
from engine.feel.access import MEMBER_NAMES
from engine.feel.cleaning import FOREIGN, Cleaned
from engine.feel.compiler.cells import matcher
from engine.feel.compiler.nodes import Setting, closure
from engine.feel.compiler.types import TypeCheck
from engine.feel.functions import BUILTINS
from engine.feel.runtime import Frame, Run
from engine.feel.syntax import analysis, names, tree
from engine.feel.syntax.parser import parse
from engine.feel.syntax.tokens import place
from engine.feel.values import Function

MAX_SOURCE: Final = 20_000
MAX_DEPTH: Final = 200
SHORT: Final = 1000
ZONE: Final = "Europe/London"
_KNOWN: Final = names.table((*BUILTINS, *MEMBER_NAMES))
Clock = Callable[[], datetime]


class UnknownFunction(ExpressionSyntax):
    """A function is called that there is not."""

    code = "expression.unknown_function"


class Expression:
    """`names` are read from outside, `maybe` too unless a filtered item has them, `paths` are the
    dotted ones, `functions` are called by name.

    For whoever evaluates many in one run: `closure` takes a frame; of a cell, `match` takes the
    value tested and a frame (None: the cell takes any value).
    """

    __slots__ = ("closure", "functions", "match", "maybe", "names", "paths", "text", "tree")

    def __init__(self, text: str, root: tree.Node, setting: Setting) -> None:
        found = analysis.use(root, frozenset(("?",)))
        self.text, self.tree = text, root
        self.names, self.maybe = frozenset(found.names), frozenset(found.maybe - found.names)
        self.paths, self.functions = frozenset(found.paths), frozenset(found.calls)
        _check_calls(text, found, setting.bound)
        self.closure = closure(root, setting)
        self.match = matcher(root, setting) if isinstance(root, tree.UnaryTests) else None

    @property
    def entries(self) -> frozenset[str]:
        """The names that the value can have as entries, where the text shows them."""
        return frozenset(analysis.entries(self.tree))

    def evaluate(
        self, context: Mapping[str, Any], *, clock: Clock | None = None, zone: str = ZONE
    ) -> Any:
        """The value in `context`, null where the standard says so; raises ExpressionLimit only."""
        return self.run(context, Run(clock, zone, None))

    def trace(
        self, context: Mapping[str, Any], *, clock: Clock | None = None, zone: str = ZONE
    ) -> tuple[Any, list[str]]:
        """The value, and sentences on each null that arose on the way."""
        notes: list[str] = []
        return self.run(context, Run(clock, zone, notes)), notes

    def run(self, context: Any, run: Run) -> Any:
        """The value within a run that others share."""
        try:
            value = self.closure(Frame(context, run))
            return value if type(value) in _FINISHED else settled(value, run)
        except (ExpressionLimit, RecursionError) as error:
            raise limit(error, self.text) from None
        except FOREIGN:
            if isinstance(context, Cleaned):
                raise  # no value is to blame: the fault is ours
            return self.run(Cleaned(context), run)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


# What looking into one more list or context costs beside its items.
WALK: Final = 3


def limit(error: ExpressionLimit | RecursionError, text: str) -> ExpressionLimit:
    """The limit that was broken, with the text; running out of Python's stack is one."""
    if isinstance(error, RecursionError):
        return ExpressionLimit(
            "The expression goes too deep: does a function call itself for ever?", text=text
        )
    error.text = error.text or text
    return error


_FINISHED: Final = frozenset((bool, str, Decimal, type(None)))


def settled(value: Any, run: Run) -> Any:
    """The value with all its numbers decimal; the same object when they were."""
    if type(value) in _FINISHED:
        return value
    if type(value) is int:
        return Decimal(value)
    if type(value) is float:
        return Decimal(repr(value))
    if type(value) is list:
        run.charge(len(value) + WALK)
        items = [settled(item, run) for item in value]
        same = all(a is b for a, b in zip(items, value, strict=True))
        return value if same else items
    if type(value) is dict:
        run.charge(len(value) + WALK)
        entries = {key: settled(item, run) for key, item in value.items()}
        return value if all(entries[key] is value[key] for key in value) else entries
    return value


def _check_calls(text: str, found: analysis.Use, bound: frozenset[str]) -> None:
    for name, at in found.unbound.items():
        if name not in BUILTINS and name not in bound:
            line, column = place(text, at)
            hint = nearest(name, [*BUILTINS, *bound])
            raise UnknownFunction(
                f"There is no function “{name[:60]}”.{hint}", text=text, line=line, column=column
            )


def nearest(name: str, known: Iterable[str]) -> str:
    """“ Did you mean …?” with the known name most like this one; nothing when none is."""
    from difflib import get_close_matches  # slow to import, and only wanted now

    by_case = {one.lower(): one for one in known}
    meant = get_close_matches(name.lower(), by_case, 1, 0.6)
    return f" Did you mean “{by_case[meant[0]]}”?" if meant else ""


def compile(text: str, *, names: Iterable[str] = ()) -> Expression:
    """Read one FEEL expression (a leading `=` may stand); ExpressionSyntax when it is none.

    `names` are those of several words or with signs in them that may occur, and functions that
    the context will hold; a name of a single word needs no declaration.
    """
    return _cached(text, frozenset(names), False)


def compile_unary(text: str, *, names: Iterable[str] = ()) -> Expression:
    """Read the tests of a decision table's cell; `?` in the context is the value tested."""
    return _cached(text, frozenset(names), True)


def _cached(text: str, declared: frozenset[str], cell: bool) -> Expression:
    """Long texts have a small cache of their own: thousands of them would fill the memory."""
    find = _short if len(text) <= SHORT else _long
    return find(text, declared, cell)


def _plain(text: str, declared: frozenset[str], cell: bool) -> Expression:
    return build(text, declared, {}, cell=cell)


_short: Final = lru_cache(maxsize=4096)(_plain)
_long: Final = lru_cache(maxsize=64)(_plain)


def build(
    text: str, declared: frozenset[str], types: Mapping[str, TypeCheck], *, cell: bool = False
) -> Expression:
    """As `compile`, with the types of a model."""
    if len(text) > MAX_SOURCE:
        raise ExpressionSyntax(
            f"The expression has more than {MAX_SOURCE:,} characters.", text=text[:100]
        )
    try:
        root = parse(text, _KNOWN, declared, cell=cell)
        if analysis.depth(root) > MAX_DEPTH:
            raise ExpressionSyntax(
                f"The expression joins more than {MAX_DEPTH} parts in one another: give parts of "
                "it a name.",
                text=text,
            )
        return Expression(text, root, Setting(declared, types))
    except RecursionError:
        raise ExpressionSyntax("The expression is nested too deeply.", text=text) from None
    except DecimalException:
        raise ExpressionSyntax(
            "The expression holds too large a number: they go up to 1e6144.", text=text
        ) from None


__all__ = ["Expression", "Function", "UnknownFunction", "build", "compile", "compile_unary"]
