"""The dialect of XPath's regular expressions, put into that of the library."""

from __future__ import annotations

def translate(pattern: str, spaced: bool) -> str:
    return pattern
