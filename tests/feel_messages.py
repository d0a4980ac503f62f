"""Every message of the parser, the trace and the checks, to be read by eye.

python -m tests.feel_messages
"""

from __future__ import annotations

import sys

from engine import dmn, feel
from engine.errors import ExpressionError, InvalidDefinition
from tests.engine.dmn.models import definitions, literal, required, table, text

UNREADABLE = [
    "", "1 +", "(1", "[1", "{a: 1", "{a 1}", "{a: }", "f(1", "a[1", "a.", "a b", "a 1", 'a "b"',
    "a == b", "a && b", "a || b", "!a", "a % 2", "a ^ 2", "a; b", "“a”", '"abc', "1..3", "[1..3",
    "if a", "if a then b", "for x", "for x in y", "for in y return 1", "some x in y",
    "every x in y return 1", "x between 1", "x in", "x instance", "x instance of", "@x", "@",
    "function(", "function(a", "function() ", "x adn y", "1 instance of list<", "foo(1)",
    'substrng("a", 1)', "1e99999", "(" * 70, "+".join(["1"] * 300), "1" * 20_001, "not(", "then",
]  # fmt: skip
NULLS = [
    "missing", "missing.part", "{a: 1}.b", '"a".b', '1 < "a"', '1 = "a"', "today() < now()",
    "[1] < [2]", '1 + "a"', "1 / 0", "9 ** 9 ** 9 ** 99", '-"a"',
    'date("999999999-12-31") + @"P9Y"',
    '"a" and true', "if 1 then 2 else 3", '@"x"', "[1][5]", '[1]["a"]', "null[1]", "1(2)",
    "for x in null return x", 'for x in "a".."b" return x', "for x in 1.5..3 return x",
    '[1.."a"]', "(function(a) a)(1, 2)", '(function(a: number) a)("x")', "1 instance of foo",
    "substring(1)", "substring(1, 2)", 'substring("a", 5)', 'substring("a", 1, 0)',
    'number("x")', 'number("1", "x")', 'number("1", ",", ",")', "string(null)",
    'matches("a", "(")', 'matches("a", "a", "y")', 'replace("a", "b*", "c")',
    'replace("a", "a", "$")', "string join([1])", "decimal(1, 1.5)", "modulo(1, 0)", "sqrt(-1)",
    "log(0)", "exp(99999)", 'sum(["a"])', "all([1])", 'sort([1, "a"])', "sublist([1], 3)",
    "insert before([1], 3, 1)", "list replace([1], function(a, b) 1, 2)", 'date("x")',
    "date(2026, 2, 30)", "date(2026.5, 1, 1)", 'time("x")', "time(25, 0, 0)", 'duration("x")',
    'date and time("x")', '@"10:00:00" - @"10:00:00Z"', 'get value({}, "a")', "context([1])",
    'context put({}, [], 1)', 'context put({}, ["a", "b"], 1)', "context merge([1])",
    'range("x")', 'range("[3..1]")', 'add working days(date("2300-01-01"), 1)',
    'add working days(date("2026-01-01"), 0.5)', "concatenate([1], null)", "{a: 1, a: 2}",
    '(function(x) external {java: {class: "a", method signature: "b()"}})(1)',
]  # fmt: skip
LIMITS = [
    "{f: function(n) f(n + 1), r: f(0)}.r", "for x in 1..999, y in 1..999 return 1",
    "count(for x in 1..200000 return x)", 'matches("' + "a" * 40 + '!", "^(a|aa)+$")',
    '{f: function(n, a) if n = 0 then a else f(n - 1, a + a), r: f(60, "xxxxxxxx")}.r',
]  # fmt: skip
KNOWN = {"age": "number", "name": "text", "born": "date", "items": "list"}
CHECKED = [
    "agee", "age > name", "now() > born", "items < items", "name + 1", "age and true",
    "if age then 1 else 2", "substring(name)", "abs(name)", "name.x", '@"x"',
]  # fmt: skip
FILES = {
    "no XML": b"<a", "no DMN": b"<a/>", "DOCTYPE": b"<!DOCTYPE a>" + definitions(""),
    "empty": definitions(""), "row": definitions(table([(["1", "2"], ["3"])])),
    "cell": definitions(table([(["1 +"], ["3"])])), "text": definitions(literal("d", "a b")),
    "required": definitions(literal("d", "1", required("e"))),
    "cycle": definitions(literal("d", "1", required("d"))),
    "nothing": definitions('<decision id="d" name="d"/>'),
    "import": definitions('<import namespace="urn:x" name="x" importType="DMN"/>'),
    "policy": definitions(table([], policy="SOME")),
    "outputs": definitions(table([], outputs=("", ""))),
    "input": definitions(table([], inputs=("",))),
    "type": definitions('<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>'),
}  # fmt: skip
TABLES = {
    "gap": table([(["< 18"], ["1"]), (["> 18"], ["2"])]),
    "overlap": table([(["<= 18"], ["1"]), ([">= 18"], ["2"])]),
    "never": table([(["[5..1]"], ["1"]), (["-"], ["2"])]),
    "hidden": table([(["-"], ["1"]), (["5"], ["2"])], policy="FIRST"),
    "unlisted": table([(["-"], ['"x"'])], extra=text("outputValues", '"a", "b"')),
}


def main() -> int:
    for title, rows in sections().items():
        print(f"\n{title}\n")
        for source, messages in rows:
            print(f"  {source[:60]!r}")
            for message in messages or ["(nothing)"]:
                print(f"      {message}")
    return 0


def sections() -> dict[str, list[tuple[str, list[str]]]]:
    return {
        "Not readable": [(source, [unreadable(source)]) for source in UNREADABLE],
        "Null, and why": [(source, feel.compile(source).trace({})[1]) for source in NULLS],
        "Limits": [(source, [limited(source)]) for source in LIMITS],
        "Before it runs": [
            (source, [f.message for f in feel.check(feel.compile(source), KNOWN)])
            for source in CHECKED
        ],
        "Files": [(name, refused(source)) for name, source in FILES.items()],
        "Tables": [
            (name, [f"{p.message} {p.repair}" for p in dmn.check(dmn.read(definitions(source)))])
            for name, source in TABLES.items()
        ],
    }


def unreadable(source: str) -> str:
    try:
        feel.compile(source)
    except ExpressionError as error:
        return f"{error.line}:{error.column} {error}"
    return "(it can be read)"


def limited(source: str) -> str:
    try:
        feel.compile(source).evaluate({})
    except ExpressionError as error:
        return str(error)
    return "(no limit was met)"


def refused(source: bytes) -> list[str]:
    try:
        dmn.read(source)
    except InvalidDefinition as error:
        return [f"{problem.code} {problem.message}" for problem in error.problems]
    return []


if __name__ == "__main__":
    sys.exit(main())
