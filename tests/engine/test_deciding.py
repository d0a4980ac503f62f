"""A field that never decides may be asked and shown; nothing that is worked out reads it."""

from __future__ import annotations

import json

import pytest

from engine import definitions
from engine.database import Database
from engine.errors import InvalidDefinition
from engine.testing import Scenario
from tests.factories import MODELS, deploy, form, forms, key_of, model, plain_roles


def never(text: str, *keys: str) -> str:
    """The form, with these fields marked."""
    told = json.loads(text)
    for field in told["components"]:
        if field.get("key", field.get("path")) in keys:
            field.setdefault("properties", {})["neverDecides"] = "true"
    return json.dumps(told)


def refusals(files: dict[str, bytes]) -> list[str]:
    found = definitions.findings(definitions.read(files, key=key_of(files)), {}, None)
    return [p.message for p in found if p.code.endswith("never_decides")]


@pytest.mark.feature("N17")
def test_a_condition_that_reads_it_is_refused_by_field_and_place() -> None:
    asked = never(form(round="number", limit="number"), "limit")
    files = model("loop_of_reviews", **forms(review=asked))
    (said,) = refusals(files)
    assert "(id more)" in said
    assert "reads “limit”, a field that never decides" in said


@pytest.mark.feature("N17")
def test_a_table_that_reads_it_is_refused() -> None:
    table = {"level.dmn": (MODELS / "level.dmn").read_text()}
    (said,) = refusals(model("decided", **forms(work=never(form(n="number"), "n")), **table))
    assert "its table, reads “n”" in said


def test_a_list_to_work_through_that_reads_it_is_refused() -> None:
    asks = forms(choose=never(form(people="list"), "people"), answer=form(said="text"))
    assert any("the list, reads “people”" in said for said in refusals(model("each_of", **asks)))


def test_a_question_shown_by_it_is_refused() -> None:
    told = json.loads(never(form(faith="text", more="text"), "faith"))
    told["components"][1]["conditional"] = {"hide": '=faith = "none"'}
    files = model("sequence", **forms(first=json.dumps(told)))
    (said,) = refusals(files)
    assert "“more” is shown or hidden by “faith”" in said


@pytest.mark.feature("N17")
def test_a_version_in_which_it_decides_is_not_published(database: Database) -> None:
    asked = never(form(round="number", limit="number"), "limit")
    with database.transaction() as db:
        plain_roles(db)
        with pytest.raises(InvalidDefinition, match="never decides"):
            deploy(db, {"loop_of_reviews": model("loop_of_reviews", **forms(review=asked))})


def test_it_may_be_asked_kept_and_shown(database: Database) -> None:
    files = model("sequence", **forms(first=never(form(faith="text"), "faith")))
    with database.transaction() as db:
        plain_roles(db)
        deploy(db, {"sequence": files})
    run = Scenario(database, title="test")
    run.person("ann", ["worker"])
    run.start("sequence", "ann", {})
    run.task("first", "ann", {"faith": "none of yours"})
    assert run.variables()["faith"] == "none of yours"
