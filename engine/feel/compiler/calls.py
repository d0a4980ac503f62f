"""Closures of function definitions and calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.errors import ExpressionLimit
from engine.feel.compiler import types
from engine.feel.compiler.external import external
from engine.feel.compiler.nodes import Setting, closure, compiles, weight
from engine.feel.functions import BUILTINS, Builtin
from engine.feel.runtime import MAX_CALLS, MISSING, Closure, Frame, Run, Scope
from engine.feel.syntax import tree
from engine.feel.values import Function


@compiles(tree.FunctionDefinition)
def _definition(node: tree.FunctionDefinition, setting: Setting) -> Closure:
    names = tuple(name for name, _ in node.parameters)
    fitters = tuple(
        None if kind is None else types.fitter(types.checker(kind, setting.types))
        for _, kind in node.parameters
    )
    if node.external:
        return _external(node, names, fitters)
    body, cost = closure(node.body, setting.with_names(*names)), weight(node.body)

    def define(frame: Frame) -> Function:
        def call(run: Run, *values: Any) -> Any:
            run.charge(cost)
            return body(Frame(Scope(dict(zip(names, values, strict=True)), frame.vars), run))

        return Function(names, call, types=fitters)

    return define


def _external(
    node: tree.FunctionDefinition, names: tuple[str, ...], fitters: tuple[types.Fitter | None, ...]
) -> Closure:
    """`external {java: {…}}`: the description is a context of plain texts."""
    body = node.body
    entries = dict(body.entries) if isinstance(body, tree.ContextLiteral) else {}
    kind, description = next(iter(entries.items()), ("", tree.Literal(None)))
    return external(kind, names, closure(description, Setting()), fitters)


@compiles(tree.Call)
def _call(node: tree.Call, setting: Setting) -> Closure:
    arguments = tuple(closure(argument, setting) for argument in node.arguments)
    if isinstance(node.function, tree.Name):
        name = node.function.name
        builtin = BUILTINS.get(name)
        if builtin is not None:
            prepared = _builtin(builtin, arguments, node.names)
            return (
                _hidden(name, prepared, arguments, node.names)
                if name in setting.bound
                else (prepared)
            )
    function = closure(node.function, setting)

    def call(frame: Frame) -> Any:
        values = [argument(frame) for argument in arguments]
        return invoke(function(frame), values, node.names, frame.run)

    return call


def _builtin(builtin: Builtin, arguments: tuple[Closure, ...], names: tuple[str, ...]) -> Closure:
    prepared = builtin.prepare(len(arguments), names)
    if prepared is None:
        return lambda frame: frame.run.null(builtin.usage(len(arguments), names))
    return lambda frame: prepared([argument(frame) for argument in arguments], frame.run)


def _hidden(
    name: str, prepared: Closure, arguments: tuple[Closure, ...], names: tuple[str, ...]
) -> Closure:
    """A variable of a function's name hides it only when it holds a function."""

    def call(frame: Frame) -> Any:
        found = frame.vars.get(name, MISSING)
        if isinstance(found, Function):
            return invoke(found, [argument(frame) for argument in arguments], names, frame.run)
        return prepared(frame)

    return call


def invoke(function: Any, values: list[Any], names: Sequence[str], run: Run) -> Any:
    """Call any function value with arguments by position, or by name when there are names."""
    if isinstance(function, Builtin):
        prepared = function.prepare(len(values), tuple(names))
        if prepared is None:
            return run.null(function.usage(len(values), tuple(names)))
        return prepared(values, run)
    if not isinstance(function, Function):
        return run.null("{} cannot be called: it is no function.", function)
    ordered = _ordered(function, values, names)
    if ordered is None:
        wanted = ", ".join(function.parameters)
        return run.null(f"The function takes ({wanted}): other arguments were given.")
    for index, fit in enumerate(function.types):
        if fit is not None:
            fitting = fit(ordered[index], run)
            if fitting is types.MISFIT:
                wanted = function.parameters[index]
                return run.null(f"The argument “{wanted}” cannot be {{}}.", ordered[index])
            ordered[index] = fitting
    return _enter(function, ordered, run)


def _ordered(function: Function, values: list[Any], names: Sequence[str]) -> list[Any] | None:
    if not names:
        return list(values) if len(values) == len(function.parameters) else None
    given = dict(zip(names, values, strict=True))
    if set(given) - set(function.parameters):
        return None
    return [given.get(name) for name in function.parameters]


def _enter(function: Function, values: list[Any], run: Run) -> Any:
    run.calls += 1
    if run.calls > MAX_CALLS:
        raise ExpressionLimit(
            f"Functions call each other more than {MAX_CALLS} deep: does one call itself for ever?"
        )
    run.charge(1)
    try:
        return function.call(run, *values)
    finally:
        run.calls -= 1
