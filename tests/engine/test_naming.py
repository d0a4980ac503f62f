"""A name that nothing sets is found before a version is published, with what was meant."""

from __future__ import annotations

from engine import definitions
from engine.definitions import Definition
from engine.errors import Problem
from tests.factories import MODELS, form, forms, key_of, model


def read(files: dict[str, bytes]) -> Definition:
    return definitions.read(files, key=key_of(files))


def unknown(files: dict[str, bytes], *others: dict[str, bytes]) -> list[Problem]:
    known = {key_of(other): read(other) for other in others}
    found = definitions.findings(read(files), known, None)
    return [p for p in found if p.code == "expression.unknown_name"]


def test_a_misspelt_name_is_a_warning_that_says_what_was_meant() -> None:
    files = model("loop_of_reviews", **forms(review=form(round="number", limit="number")))
    (found,) = unknown(files)
    assert found.severity == "warning"
    assert found.element_id == "more"
    assert "“rounds”" in found.message
    assert "round" in found.message.split("null.")[1]


def test_names_of_forms_scripts_tables_and_repeats_are_known() -> None:
    asks = forms(choose=form(people="list"), answer=form(said="text"))
    assert unknown(model("each_of", **asks)) == []
    assert unknown(model("script")) == []
    table = {"level.dmn": (MODELS / "level.dmn").read_text()}
    assert unknown(model("decided", **forms(work=form(n="number")), **table)) == []


def test_what_a_table_reads_and_nothing_sets_is_found() -> None:
    table = {"level.dmn": (MODELS / "level.dmn").read_text()}
    (found,) = unknown(model("decided", **table))
    assert found.element_id == "decide"


def test_a_called_process_may_use_its_callers_names() -> None:
    caller = model("caller", **forms(before=form(rounds="number", limit="number")))
    assert len(unknown(model("loop_of_reviews"))) == 2
    assert unknown(model("loop_of_reviews"), caller) == []
