"""The tables of revision 0001 as they were then. Frozen: a change is a revision of its own."""

from engine.migrations.first import definition, instance, people, waiting
from engine.migrations.first.base import metadata

__all__ = ["definition", "instance", "metadata", "people", "waiting"]
