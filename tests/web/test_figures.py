"""Figures: counts for those who see no case; small ones hidden, also against subtraction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from engine.models import process_instance
from engine.queries.board.figures import MINIMUM, hide_small
from tests.web.conftest import words

TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=1, max_size=6
    )
)


@given(TABLES)
def test_no_small_count_is_shown_and_none_can_be_worked_out_by_subtraction(
    parts: list[list[int]],
) -> None:
    counts = [[*row, sum(row)] for row in parts]
    counts.append([sum(row[x] for row in counts) for x in range(len(counts[0]))])
    shown = hide_small(counts, MINIMUM)
    for row, kept in zip(counts, shown, strict=True):
        assert all(k is None or k == n for n, k in zip(row, kept, strict=True))
        assert not [k for k in kept if k is not None and 0 < k < MINIMUM]
    for line in (*shown, *zip(*shown, strict=True)):
        assert [k is None for k in line].count(True) != 1


@pytest.mark.feature("S40")
def test_a_board_member_reads_figures_and_nothing_else(desk, visit):
    references = [desk.start() for _ in range(7)]
    with desk.database.transaction() as db:
        p = process_instance.c
        db.execute(update(process_instance).where(p.reference == references[0]).values(stage="Odd"))
    mia = visit("mia")
    page = words(mia.get("/figures"))
    assert "Cases 0 0 0 7 7" in page or "Cases 7 7" in page
    assert "Odd" in page
    assert "hidden" in page
    assert references[0] not in page
    for path in ("/board", "/studio", "/status"):
        assert mia.get(path).status_code == 403, path
    assert references[0] not in words(mia.get("/cases"))
    assert mia.get(f"/cases/{references[0]}").status_code == 404
    assert visit("ann").get("/figures").status_code == 403


def test_the_first_page_of_a_board_member_is_the_figures(desk, visit):
    assert visit("mia").get("/").headers["Location"].endswith("/figures")
