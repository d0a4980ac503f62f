"""The small signs inside tasks, events and gateways, as paths in a box of 16 by 16."""

from __future__ import annotations

from engine.bpmn.lettering import element, number

TASKS = {
    "userTask": "M8 2a3 3 0 1 1 0 6a3 3 0 1 1 0-6M2 15v-2q0-4 6-4t6 4v2z",
    "manualTask": "M2 7l3-3h4v1.5h5v2h-4h4v2h-4h3.5v2h-3.5h3v2H5L2 12z",
    "scriptTask": "M4 2h9q-3 3 0 6t0 6H4q3-3 0-6t0-6M5 5h5M6 8h5M7 11h5",
    "businessRuleTask": "M1.5 3h13v10h-13zM1.5 6h13M1.5 9.5h13M5.5 6v7",
    "serviceTask": "M8 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3"
    "M3.4 3.4l2.1 2.1M10.5 10.5l2.1 2.1M3.4 12.6l2.1-2.1M10.5 5.5l2.1-2.1",
    "sendTask": "M1.5 3.5h13v9h-13zM1.5 3.5L8 9l6.5-5.5",
    "receiveTask": "M1.5 3.5h13v9h-13zM1.5 3.5L8 9l6.5-5.5",
}
EVENTS = {
    "message": "M2 4h12v8H2zM2 4l6 4.6L14 4",
    "timer": "M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13M8 4v4l3 2M8 1.5v1.4M8 13.1v1.4"
    "M1.5 8h1.4M13.1 8h1.4",
    "error": "M3 13l2.5-9l4.5 6l3-7l-2 9.5l-4.5-5.5z",
    "escalation": "M8 2l5 12l-5-5l-5 5z",
    "signal": "M8 2.5l6 10.5H2z",
    "conditional": "M3.5 2h9v12h-9zM5 5h6M5 7.5h6M5 10h6",
    "link": "M2 6h7V3.5L14 8l-5 4.5V10H2z",
    "compensate": "M8 3v10L2 8zM14 3v10L8 8z",
    "cancel": "M3 5l2-2l3 3l3-3l2 2l-3 3l3 3l-2 2l-3-3l-3 3l-2-2l3-3z",
    "multiple": "M8 2l6 4.6l-2.3 7H4.3L2 6.6z",
    "terminate": "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z",
}
GATEWAYS = {
    "exclusiveGateway": "M4 3l8 10M12 3L4 13",
    "parallelGateway": "M8 1v14M1 8h14",
    "inclusiveGateway": "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12",
    "complexGateway": "M8 1v14M1 8h14M3 3l10 10M13 3L3 13",
    "eventBasedGateway": "M8 4.2l3.8 2.8l-1.5 4.4H5.7L4.2 7z",
}
MARKERS = {
    "parallel": "M4 3v10M8 3v10M12 3v10",
    "sequential": "M3 4h10M3 8h10M3 12h10",
    "loop": "M6 13.5A5.5 5.5 0 1 1 10 13.5M6 13.5v-3.5M6 13.5h-3.5",
    "collapsed": "M2.5 2.5h11v11h-11zM8 4.5v7M4.5 8h7",
    "adhoc": "M2 9q3-4 6-1t6-1",
}


def icon(path: str, x: float, y: float, size: float = 16, solid: bool = False) -> str:
    """The sign with its top left corner at x, y. Solid: filled, as a thrown event's is."""
    return element(
        "path",
        d=path,
        transform=f"translate({number(x)} {number(y)}) scale({number(size / 16)})",
        class_="d-icon d-icon--solid" if solid else "d-icon",
        fill="#0b0c0c" if solid else "none",
        stroke="#ffffff" if solid and path == EVENTS["message"] else "#0b0c0c",
        stroke_width=1.2,
        stroke_linejoin="round",
    )
