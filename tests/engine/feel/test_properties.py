"""What holds for all texts and trees."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.feel.expression import build
from engine.feel.syntax import tree
from engine.feel.syntax.printing import show

# ruff: noqa: SIM905 - three lines rather than sixty
WORDS = (
    "if then else for in return some every satisfies between and or not instance of function true "
    'false null date time duration number list count sum item partial a b x ? 1 2.5 .5 1e3 "t" '
    '@"P1D" + - * / ** = != < <= > >= ( ) [ ] { } , : .. . // /* */ = \n \' ; ! “'
).split(" ")
SOUP = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
ANY = st.text(max_size=2000)


@settings(max_examples=200, deadline=None)
@given(SOUP | ANY, st.booleans())
@example("?" * 2000, False)
@example("((((" * 500, True)
def test_no_text_raises_anything_but_our_errors(text: str, cell: bool) -> None:
    started = time.process_time()
    with contextlib.suppress(ExpressionError):
        build(text, frozenset(), {}, cell=cell).trace({"a": 1, "b": [1, "x"], "?": 2})
    assert time.process_time() - started < 6


NAMES = st.sampled_from(["a", "b", "first name", "x1"])
LEAVES = st.one_of(
    st.integers(0, 10**6).map(lambda n: build(str(n), frozenset(), {}).tree),
    st.text('ab"\\ \n{}é', max_size=6).map(tree.Literal),
    st.sampled_from([True, False, None]).map(tree.Literal),
    st.sampled_from(["a", "b", "x1"]).map(tree.Name),
)


def larger(inner: st.SearchStrategy[tree.Node]) -> st.SearchStrategy[Any]:
    two = st.tuples(inner, inner)
    return st.one_of(
        st.builds(lambda s, p: tree.Arithmetic(s, *p), st.sampled_from("+-*/"), two),
        st.builds(
            lambda s, p: tree.Comparison(s, *p), st.sampled_from(["=", "!=", "<", ">="]), two
        ),
        st.builds(lambda p: tree.Between(p[0], p[1], p[1]), two),
        st.builds(lambda n, i: tree.Path(n, i), inner, NAMES),
        st.builds(lambda p: tree.Filter(*p), two),
        st.builds(tree.Negation, inner),
        st.builds(lambda p: tree.If(p[0], p[1], p[0]), two),
        st.builds(lambda n, p: tree.For((tree.Iterator(n, p[0]),), p[1]), NAMES, two),
        st.builds(
            lambda n, p: tree.Quantified("some", (tree.Iterator(n, p[0]),), p[1]), NAMES, two
        ),
        st.builds(lambda p: tree.Interval(*p, True, False), two),
        st.builds(lambda p: tree.In(p[0], (p[1], tree.Half("<", p[0]))), two),
        st.builds(lambda i: tree.ListLiteral(tuple(i)), st.lists(inner, max_size=3)),
        st.builds(lambda n, i: tree.ContextLiteral(((n, i),)), NAMES, inner),
        st.builds(lambda i: tree.Call(tree.Name("count"), (i,)), inner),
        st.builds(lambda n, i: tree.FunctionDefinition(((n, None),), i), NAMES, inner),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(LEAVES, larger, max_leaves=12))
def test_a_printed_tree_reads_back_as_the_same_tree(node: tree.Node) -> None:
    text = show(node)

    assert build(text, frozenset(["first name"]), {}).tree == node, text
