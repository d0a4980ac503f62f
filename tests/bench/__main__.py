"""python -m tests.bench NAME [--json] [--short].

all: what the engine is held to, each figure beside its target; or one part of it: step, stored,
process, worklist, timers, workers. In their own words, and more of it: feel, board, web, editor.
"""

from __future__ import annotations

import sys
from importlib import import_module

from tests.bench import report
from tests.bench.targets import PARTS

OTHERS = ("feel", "board", "web", "editor")


def main() -> int:
    name, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if name in OTHERS:
        import_module(f"tests.bench.{name}").run(rest)
    elif name in ("all", *PARTS):
        report.run(PARTS if name == "all" else (name,), rest)
    else:
        names = "|".join(dict.fromkeys(("all", *PARTS, *OTHERS)))
        print(f"usage: python -m tests.bench {names} [--json] [--short]")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
