"""Forms: a form-js file, restricted, read to fields; what is posted is checked by it."""

from engine.forms.answers import keep_typed, typed, validate, validate_values
from engine.forms.conditions import Reveal, Shown, shown
from engine.forms.model import Choice, Field, Form
from engine.forms.reading import read

__all__ = [
    "Choice", "Field", "Form", "Reveal", "Shown", "keep_typed", "read", "shown", "typed",
    "validate", "validate_values",
]  # fmt: skip
