"""Benchmarks: commands that print figures, `python -m tests.bench NAME`. Nothing fails on time."""
