"""Write the kept sample of the present state format: a case in the middle of a list.

python -m tests.states      once, when the format's number goes up
"""

from __future__ import annotations

from pathlib import Path

import orjson

from engine import feel, state
from tests.engine.test_restoring import begun, move, places, specs_of

case = begun(specs_of("each_of", ()))
move(case, places(case)[0], {"people": [{"name": n} for n in "xyz"]})
move(case, places(case)[0], {"said": "yes"})
blob, _ = state.dump(case)
variables = [
    [key, name, orjson.dumps(feel.to_json(scope.get(name))).decode()]
    for key, scope in case.scopes.all.items()
    for name in scope.names()
]
kept = {"state": orjson.loads(blob), "variables": variables}
file = Path(__file__).with_name(f"format_{state.FORMAT}.json")
if file.exists():
    raise SystemExit(f"{file.name} is kept as it is: a released format never changes.")
file.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2) + b"\n")
