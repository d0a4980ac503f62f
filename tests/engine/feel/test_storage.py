"""Values in storage: all come back equal and of their type."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.feel.temporal import parse_any

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.just(ZoneInfo("Europe/London"))),
    st.timedeltas(),
    st.integers(-(10**9), 10**9).map(feel.YearsMonths),
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text() | st.just("@feel"), inner)),
    max_leaves=20,
)


@pytest.mark.limit(20)
@given(VALUES)
def test_every_value_survives_storage(value: Any) -> None:
    back = feel.from_json(json.loads(json.dumps(feel.to_json(value))))

    assert back == value
    assert kinds(back) == kinds(value)


def kinds(value: Any) -> Any:
    if isinstance(value, list):
        return [kinds(item) for item in value]
    return {k: kinds(v) for k, v in value.items()} if isinstance(value, dict) else feel.kind(value)


@pytest.mark.parametrize(
    "text",
    ["-999999999-12-31", "99999-01-01T00:00:00Z", "10:20:00@Europe/Paris", "23:59:01.987654321",
     "2017-01-01T11:22:33.123456789+02:00", "PT0.000000001S", "P99999999999D", "-P7Y1M"],
)  # fmt: skip
def test_what_python_cannot_hold_survives_too(text: str) -> None:
    value = parse_any(text)

    back = feel.from_json(json.loads(json.dumps(feel.to_json(value))))

    assert value is not None
    assert feel.to_json(back) == feel.to_json(value)
    assert type(back) is type(value)


def test_ordinary_values_stay_as_they_are() -> None:
    form = {"name": "Ann", "age": 12, "tags": ["a", "b"], "ok": True, "none": None}

    assert feel.to_json(form) == form
    assert feel.to_json({"n": Decimal(5), "t": timedelta(1)})["n"] == 5


def test_ranges_and_times_keep_their_ends_and_zones() -> None:
    span = feel.compile("(1..5]").evaluate({})
    there = time(10, 20, tzinfo=ZoneInfo("Europe/Paris"))

    assert feel.from_json(feel.to_json(span)) == span
    assert feel.from_json(feel.to_json(there)).tzinfo.key == "Europe/Paris"
    assert feel.from_json(feel.to_json(date(2026, 1, 2))) == date(2026, 1, 2)
    assert type(feel.from_json(feel.to_json(datetime(2026, 1, 2)))) is datetime  # noqa: DTZ001


def test_a_function_cannot_be_stored() -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        feel.to_json(feel.Function((), lambda run: 1))
