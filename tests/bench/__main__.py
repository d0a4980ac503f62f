"""python -m tests.bench NAME [--json]: step, feel, board, web."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("step", "feel", "board", "web")


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in NAMES:
        print(f"usage: python -m tests.bench {'|'.join(NAMES)} [--json]")
        return 2
    import_module(f"tests.bench.{name}").run(sys.argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
