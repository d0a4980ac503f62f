"""What service tasks can call. A connector declares its parameters; the studio offers them.

Register more with `register`; the first are e-mail, an HTTP call and similar cases.
"""

from engine.connectors import email, http, similar
from engine.connectors.calling import (
    Call,
    Connector,
    ConnectorFailed,
    check,
    declared,
    find,
    register,
)
from engine.connectors.settings import Settings, configure

register(email.CONNECTOR)
register(http.CONNECTOR)
register(similar.CONNECTOR)

__all__ = [
    "Call", "Connector", "ConnectorFailed", "Settings", "check", "configure", "declared", "find",
    "register",
]  # fmt: skip
