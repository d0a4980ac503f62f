"""Working days of England and Wales."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import workdays


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 4, 2), 5, date(2026, 4, 13)),  # over Easter
        (date(2025, 4, 3), 5, date(2025, 4, 10)),
        (date(2026, 4, 13), -5, date(2026, 4, 2)),
        (date(2026, 4, 4), 0, date(2026, 4, 4)),
        (date(2026, 4, 4), 1, date(2026, 4, 7)),
    ],
)
def test_the_nth_working_day_leaves_out_weekends_and_bank_holidays(
    start: date, days: int, end: date
) -> None:
    assert workdays.add_working_days(start, days) == end


def test_counting_agrees_with_adding() -> None:
    start = date(2025, 12, 20)
    for n in range(1, 60):
        end = workdays.add_working_days(start, n)
        assert workdays.working_days_between(start, end) == n
        assert workdays.working_days_between(end, start) == -n


def test_the_next_and_previous_working_day_are_the_day_itself_when_it_is_one() -> None:
    assert workdays.next_working_day(date(2026, 4, 2)) == date(2026, 4, 2)
    assert workdays.next_working_day(date(2026, 12, 25)) == date(2026, 12, 29)
    assert workdays.previous_working_day(date(2026, 5, 25)) == date(2026, 5, 22)


@pytest.mark.limit(2)
def test_months_clamp_at_their_end() -> None:
    assert workdays.add_months(date(2025, 10, 31), 6) == date(2026, 4, 30)
    assert workdays.add_months(date(2024, 2, 29), -12) == date(2023, 2, 28)


def test_years_without_known_holidays_are_refused() -> None:
    with pytest.raises(workdays.OutOfYears, match="1900 to 2100"):
        workdays.is_working_day(date(2101, 1, 3))


def test_scotland_has_days_of_its_own() -> None:
    second = date(2026, 1, 2)

    assert second in workdays.bank_holidays(2026, "GB-SCT")
    assert second not in workdays.bank_holidays(2026)
    assert workdays.is_working_day(second + timedelta(days=3))
