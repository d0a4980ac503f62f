"""The standard's own test kit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import tck

KIT = Path(__file__).parents[4] / "shared" / "dmn-tck"


@pytest.mark.parametrize(("level", "cases"), [(2, 116), (3, 1421)])
def test_all_cases_of_the_test_kit_pass(level: int, cases: int) -> None:
    folder = KIT / f"compliance-level-{level}"
    assert folder.is_dir(), f"the test kit is missing: {folder}"

    total = tck.Count()
    for one in tck.folders([folder]):
        total.add(tck.run_folder(one))

    assert (total.failures, total.passed) == ([], cases)
