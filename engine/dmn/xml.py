"""A DMN file as XML, read safely: no DOCTYPE, no entities, nothing from outside."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

from engine.errors import InvalidDefinition, Problem

Element = etree._Element
NAMESPACES: Final = (
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)
MAX_BYTES: Final = 2_000_000
MAX_CELLS: Final = 10_000


def parse(source: bytes, file: str = "", *, comments: bool = False) -> Element:
    """The root of a DMN file, with its comments only when asked for; InvalidDefinition for
    anything else, or for a DOCTYPE."""

    def refuse(code: str, message: str, line: int | None = None) -> InvalidDefinition:
        return InvalidDefinition([Problem(code, message, file=file or None, line=line)])

    if len(source) > MAX_BYTES:
        raise refuse("dmn.too_large", "The file has more than 2 MB: make several of it.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False,
        remove_comments=not comments, remove_pis=not comments,
    )  # fmt: skip
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line, what = getattr(error, "lineno", None), getattr(error, "msg", error)
        raise refuse("dmn.xml", f"The file cannot be read as XML: {what}.", line) from None
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise refuse("dmn.doctype", "The file has a DOCTYPE: take it out.")
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise refuse("dmn.not_dmn", "The file holds no DMN definitions.")
    if sum(1 for _ in root.iter("{*}text")) > MAX_CELLS:
        raise refuse("dmn.too_large", f"The file has more than {MAX_CELLS:,} cells: split it.")
    return root
