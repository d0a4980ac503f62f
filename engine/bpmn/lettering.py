"""Words on a drawing: wrapped by us, because SVG does not wrap, and written as escaped text."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

Value = str | float | None
Attributes = dict[str, Value]

NARROW = set("iljtfrI.,'|! :;()-")
WIDE = set("mwMW@—")
SIZE = 12
LINE = 15


def number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def element(tag: str, content: str = "", /, **attributes: Value) -> str:
    """One SVG element; `stroke_width=2` becomes `stroke-width="2"`, None is left out."""
    parts = []
    for name, value in attributes.items():
        if value is None:
            continue
        words = value if isinstance(value, str) else number(value)
        parts.append(f" {name.rstrip('_').replace('_', '-')}={quoteattr(words)}")
    opened = f"<{tag}{''.join(parts)}"
    return f"{opened}>{content}</{tag}>" if content else f"{opened}/>"


def width_of(words: str) -> float:
    """About how wide the words are in 12 pixel Arial."""
    return sum(_width(c) for c in words)


def _width(letter: str) -> float:
    if letter in NARROW:
        return 3.6
    if letter in WIDE:
        return 9.8
    return 8.0 if letter.isupper() else 6.5


def wrap(words: str, width: float, most: int = 6) -> list[str]:
    """The words in lines of about `width`; what does not fit in `most` lines ends in “…”."""
    lines: list[str] = []
    line = ""
    for word in (part for whole in words.split() for part in _broken(whole, width)):
        longer = f"{line} {word}".strip()
        if line and width_of(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    lines += [line] if line else []
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + "…"]


def _broken(word: str, width: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and width_of(parts[-1] + letter) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def block(lines: list[str], x: float, y: float, anchor: str = "middle", class_: str = "") -> str:
    """Lines of text centred on y."""
    if not lines:
        return ""
    first = y - (len(lines) - 1) * LINE / 2 + SIZE * 0.35
    spans = "".join(
        element("tspan", escape(line), x=x, y=first + i * LINE) for i, line in enumerate(lines)
    )
    return element(
        "text", spans, text_anchor=anchor, class_=class_ or "d-text", fill="#0b0c0c", stroke="none"
    )


def sideways(words: str, x: float, y: float, class_: str) -> str:
    """One line that reads upwards, for the head of a pool or a lane."""
    turned = f"rotate(-90 {number(x)} {number(y)})"
    return element(
        "text",
        escape(words),
        x=x,
        y=y + SIZE * 0.35,
        text_anchor="middle",
        transform=turned,
        class_=class_,
        fill="#0b0c0c",
        stroke="none",
    )


def readable(name: str) -> str:
    """A lane named by a role key reads as words: safeguarding_lead → Safeguarding lead."""
    words = [w if set(w) & set("aeiouy") else w.upper() for w in name.replace("_", " ").split()]
    joined = " ".join(words)
    return joined[:1].upper() + joined[1:]
