"""Pages that refresh themselves: the same page answers a poll with 304 while nothing changed."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from web.auth import actor, is_poll


def live(template: str, page: Any, **more: Any) -> ResponseReturnValue:
    """`page` is a frozen dataclass: what it holds, and who looks, is what can change."""
    tag = hashlib.sha256(repr((page, actor())).encode()).hexdigest()[:32]
    if is_poll() and request.if_none_match.contains(tag):
        return "", 304
    response = make_response(render_template(template, page=page, **more))
    response.set_etag(tag)
    return response
