"""The kind of value each built-in function gives, where it is always the same."""

from __future__ import annotations

from typing import Final

_BY_KIND: Final = {
    "number": (
        "ceiling count day_of_year decimal exp floor log mean median modulo number "
        "product round_down round_half_down round_half_up round_up sqrt stddev string_length sum "
        "week_of_year working_days_between"
    ),
    "string": (
        "day_of_week lower_case month_of_year replace string string_join substring "
        "substring_after substring_before trim upper_case"
    ),
    "boolean": (
        "after all and any before coincides contains during ends_with even finished_by finishes "
        "includes is is_defined is_working_day list_contains matches meets met_by not odd or "
        "overlaps overlaps_after overlaps_before started_by starts starts_with"
    ),
    "date": "add_working_days date next_working_day previous_working_day today",
    "time": "time",
    "date and time": "date_and_time now",
    "years and months duration": "years_and_months_duration",
    "list": (
        "append concatenate distinct_values flatten get_entries index_of insert_before "
        "list_replace mode remove reverse sort split sublist union"
    ),
    "context": "context context_merge context_put",
    "range": "range",
}
# Left out: `abs`, which gives a duration of a duration, and what hands on values of any kind.
RESULTS: Final[dict[str, str]] = {
    name.replace("_", " "): kind for kind, names in _BY_KIND.items() for name in names.split()
}
