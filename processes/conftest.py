"""The databases of tests/, for the scenarios of these folders."""

from tests.conftest import (
    _postgres,
    _sqlite,
    database,
    postgres_url,
    pytest_xdist_make_scheduler,
    sqlite_url,
)

__all__ = [
    "_postgres", "_sqlite", "database", "postgres_url", "pytest_xdist_make_scheduler", "sqlite_url",
]  # fmt: skip
