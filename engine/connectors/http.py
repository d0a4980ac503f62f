"""An HTTP call to a host that the installation allows: a diagram cannot reach the inside of the
network. Redirections are not followed: they could lead anywhere."""

from __future__ import annotations

import http.client
import time
from decimal import Decimal
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson

from engine.bpmn.services import Declaration, Parameter
from engine.connectors.calling import Call, Connector, ConnectorFailed
from engine.connectors.settings import current
from engine.errors import BpmnError

MOST_BYTES = 1_000_000
CHUNK = 16_384
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

DECLARATION = Declaration(
    "http_call",
    "Call a web address",
    (
        Parameter("url", "text", "the address, of a host that the installation allows"),
        Parameter("method", "text", "GET or POST; POST when it is not given", required=False),
        Parameter("body", "any", "what is sent, as JSON", required=False),
    ),
    gives="the answer: `status`, and `body` when it is JSON",
)


def run(call: Call) -> dict[str, Any]:
    """`{status, body}`. An answer of 4xx is the BpmnError `http.<status>`: trying again would not
    mend it; no answer, 408, 429 and 5xx are tried again."""
    address = _allowed(str(call.values["url"]))
    method = str(call.values.get("method") or "POST").upper()
    if method not in ("GET", "POST"):
        raise BpmnError("http.method", "The method is GET or POST.")
    try:
        status, content = _ask(address, method, call)
    except (OSError, http.client.HTTPException) as error:
        raise ConnectorFailed(
            f"{address.hostname} did not answer: {type(error).__name__}."
        ) from error
    if status in (408, 429) or status >= 500:
        raise ConnectorFailed(f"{address.hostname} answered {status}.")
    if status >= 300:
        raise BpmnError(f"http.{status}", f"{address.hostname} answered {status}.")
    return {"status": status, "body": _read(content)}


def _allowed(url: str) -> SplitResult:
    try:
        address = urlsplit(url)
        host, _ = address.hostname or "", address.port
    except ValueError as error:
        raise BpmnError("http.address", "The address cannot be read.") from error
    plain_is_fine = address.scheme == "http" and host in LOOPBACK
    if address.scheme != "https" and not plain_is_fine:
        raise BpmnError("http.address", "The address begins with https://.")
    if host not in current().allowed_hosts or address.username is not None:
        raise BpmnError("http.host", f"The host {host[:100]} is not one that may be called.")
    return address


def _ask(address: SplitResult, method: str, call: Call) -> tuple[int, bytes]:
    ends = time.monotonic() + call.limit
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=call.limit)
    try:
        body = None if method == "GET" else orjson.dumps(call.values.get("body"), default=_plain)
        headers = {"Idempotency-Key": call.key, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = b""
        while chunk := answer.read(CHUNK):  # one that drips is no better than one that is silent
            content += chunk
            if time.monotonic() > ends or len(content) > MOST_BYTES:
                raise TimeoutError
        return answer.status, content
    finally:
        connection.close()


def _plain(value: Any) -> Any:
    """What JSON has no word for, as other systems expect it."""
    return float(value) if isinstance(value, Decimal) else str(value)


def _read(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


CONNECTOR = Connector(DECLARATION, run)
