"""Reading an uploaded diagram safely: no DOCTYPE, no entities, no network, limited in size."""

from __future__ import annotations

from lxml import etree

from engine.errors import InvalidDefinition, Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NS = {"bpmn": BPMN, "bpmndi": BPMNDI, "spiff": SPIFF}
MAX_BYTES = 2_000_000
MAX_ELEMENTS = 20_000
MAX_DEPTH = 100


def tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def local(node: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def add_flow(scope: etree._Element, source: str | None, target: str | None) -> None:
    """A sequence flow that was not drawn: what a diagram means, for the library to follow."""
    etree.SubElement(
        scope,
        tag("sequenceFlow"),
        id=f"_w_flow_{source}_{target}",
        sourceRef=source or "",
        targetRef=target or "",
    )


def label_of(node: etree._Element) -> str:
    """What a person calls an element: its name, or its id, or what it is."""
    return node.get("name") or node.get("id") or local(node)


def line_of(node: etree._Element) -> int | None:
    line = node.sourceline
    return line if isinstance(line, int) else None


def read(source: bytes, file: str = "process.bpmn") -> etree._Element:
    """The root of a BPMN 2.0 document, or `InvalidDefinition` that says what is wrong and where."""
    if len(source) > MAX_BYTES:
        _refuse("xml.too_large", "The file is larger than 2 MB.", file)
    if b"<!DOCTYPE" in source or b"<!ENTITY" in source or "<!DOCTYPE".encode("utf-16-le") in source:
        _refuse(
            "xml.doctype_forbidden",
            "The file has a DOCTYPE. Remove it: a diagram needs none, and it can read other files.",
            file,
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        _refuse(
            "xml.not_well_formed",
            f"This is not a BPMN diagram: the XML cannot be read at line {error.lineno} "
            f"({_plain(error.msg)}). Check that the whole file was uploaded.",
            file,
            error.lineno if isinstance(error.lineno, int) else None,
        )
    _limits(root, file)
    if root.tag != tag("definitions"):
        _refuse(
            "bpmn.not_bpmn20",
            "This is not a BPMN 2.0 diagram: its first element should be BPMN 2.0’s "
            f"“definitions”, and is “{local(root)}”.",
            file,
            line_of(root),
        )
    return root


def _plain(message: str | None) -> str:
    text = message or "unknown reason"
    return text if "encod" not in text.lower() else f"wrong encoding: {text}"


def _limits(root: etree._Element, file: str) -> None:
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        _refuse("xml.too_large", f"The file has more than {MAX_ELEMENTS:,} elements.", file)
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            _refuse("xml.too_deep", f"The file is nested deeper than {MAX_DEPTH} levels.", file)
        stack.extend((child, depth + 1) for child in node)


def _refuse(code: str, message: str, file: str, line: int | None = None) -> None:
    raise InvalidDefinition([Problem(code=code, message=message, file=file, line=line)])
