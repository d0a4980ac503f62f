"""Faults made on purpose: `python -m tests.faults NAME` at full size, short forms as tests."""
