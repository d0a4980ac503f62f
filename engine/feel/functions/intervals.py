"""Functions on ranges: which lies before, meets, overlaps or holds which."""

from __future__ import annotations

