"""Small models as XML for the tests here."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from engine import dmn

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
Rule = tuple[Sequence[str], Sequence[str]]


def definitions(inner: str, *, namespace: str = NAMESPACE, own: str = "urn:test") -> bytes:
    start = f'<definitions xmlns="{namespace}" name="m" namespace="{own}">'
    return f"{start}{inner}</definitions>".encode()


def literal(key: str, text: str, requires: str = "", kind: str = "") -> str:
    typed = f' typeRef="{kind}"' if kind else ""
    return (
        f'<decision id="{key}" name="{key}"><variable name="{key}"{typed}/>{requires}'
        f"<literalExpression><text>{escape(text)}</text></literalExpression></decision>"
    )


def required(key: str, what: str = "Decision") -> str:
    kind = "knowledgeRequirement" if what == "Knowledge" else "informationRequirement"
    return f'<{kind}><required{what} href="#{key}"/></{kind}>'


def text(name: str, content: str) -> str:
    return f"<{name}><text>{escape(content)}</text></{name}>"


def table(
    rules: Sequence[Rule],
    *,
    inputs: Sequence[str] = ("age",),
    outputs: Sequence[str] = ("band",),
    policy: str = "UNIQUE",
    extra: str = "",
) -> str:
    """A decision `d` that is a table; `extra` goes inside its last output."""
    columns = "".join(f'<input id="i">{text("inputExpression", name)}</input>' for name in inputs)
    named = "".join(
        f'<output id="o" name="{name}">{extra if name == outputs[-1] else ""}</output>'
        for name in outputs
    )
    rows = "".join(
        f'<rule id="r{number}">'
        + "".join(text("inputEntry", cell) for cell in tests)
        + "".join(text("outputEntry", cell) for cell in values)
        + "</rule>"
        for number, (tests, values) in enumerate(rules, 1)
    )
    hit, _, aggregation = policy.partition("/")
    more = f' aggregation="{aggregation}"' if aggregation else ""
    return (
        f'<decision id="d" name="Which band?"><decisionTable id="t" hitPolicy="{hit}"{more}>'
        f"{columns}{named}{rows}</decisionTable></decision>"
    )


def model(inner: str) -> dmn.Model:
    return dmn.read(definitions(inner))
