"""The site on a real socket, and visitors who read it over HTTP."""

from __future__ import annotations

import html
import http.client
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from waitress import wasyncore
from waitress.server import create_server  # type: ignore[import-untyped]  # no types

from engine.database import Database
from tests.factories import DATA_KEY, KEY
from web import create_app
from web.config import Config

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # more wait than threads: wanted
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"[^>]* value="([^"]*)"')
THREADS = 8
FORM, MARK = "application/x-www-form-urlencoded", "a-mark-that-no-file-has"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Visitor:
    """One person's browser: keeps its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Visitor:
        """Another window of the same browser."""
        return Visitor(self.port, dict(self.cookies))

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, b"", "")

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(fields).encode(), FORM)

    def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes) -> Answer:
        """As a form with a file: `name` is what the person's machine calls it."""
        part = f"--{MARK}\r\nContent-Disposition: form-data; name="
        body = "".join(f'{part}"{key}"\r\n\r\n{value}\r\n' for key, value in fields.items())
        head = f'{body}{part}"file"; filename="{name}"\r\n\r\n'
        whole = head.encode() + content + f"\r\n--{MARK}--\r\n".encode()
        return self._ask("POST", path, whole, f"multipart/form-data; boundary={MARK}")

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, dict(answer.headers), text)


@dataclass(frozen=True)
class Site:
    port: int
    PASSWORD = "a password for faults"  # noqa: S105  # made up, of made-up people

    def hidden(self, page: str) -> dict[str, str]:
        """The hidden fields of a page's forms."""
        return {name: html.unescape(value) for name, value in HIDDEN.findall(page)}

    def sign_in(self, username: str) -> Visitor:
        visitor = Visitor(self.port)
        fields = self.hidden(visitor.get("/sign-in").text)
        sent = {**fields, "username": username, "password": self.PASSWORD}
        answer = visitor.post("/sign-in", sent)
        assert answer.status == 303, answer.text[:500]
        return visitor


@contextmanager
def serving(database: Database) -> Iterator[Site]:
    """The app as `waymark serve` runs it, on a free port of this machine."""
    app = create_app(Config(database.url, "k" * 40, KEY, (DATA_KEY,), https=False), database)
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)

    def loop() -> None:
        with suppress(OSError):  # its sockets are closed below
            server.run()

    thread = threading.Thread(target=loop, name="site", daemon=True)
    thread.start()
    try:
        yield Site(int(server.effective_port))
    finally:
        server.task_dispatcher.shutdown()
        server.close()
        thread.join(5)
        wasyncore.close_all(server._map, ignore_all=True)  # connections that browsers keep open
