"""The connectors: what they send, what they refuse, and what counts as a failure to try again."""

from __future__ import annotations

import json
import smtplib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select

from engine import connectors, feel
from engine.connectors import Call, ConnectorFailed, Settings, find
from engine.database import Database
from engine.definitions import lint_diagram
from engine.errors import BpmnError, ExecutionFailed
from engine.models import outbox
from engine.testing.double import Double
from tests.factories import model, ready


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    yield
    connectors.configure(Settings())


def call(database: Database, limit: int = 2, instance: int = 1, **values: Any) -> Call:
    return Call("the-key", instance, values, limit, database)


# --- HTTP


class Receiver(BaseHTTPRequestHandler):
    got: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        type(self).got.append({"key": self.headers["Idempotency-Key"], "body": json.loads(body)})
        status = int(self.path.rpartition("/")[2] or 200)
        content = b'{"n": 1.5}' if status == 200 else b""
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://localhost:1/")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    Receiver.got = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Receiver.got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(database: Database, url: str, **values: Any) -> Any:
    return find("http_call").run(call(database, url=url, **values))


def test_an_http_call_sends_json_with_its_key_and_gives_the_answer(database: Database) -> None:
    connectors.configure(Settings(allowed_hosts=frozenset({"127.0.0.1"})))
    body = feel.compile('{on: date("2026-04-01"), n: 0.1}').evaluate({})
    with receiver() as (url, got):
        assert ask(database, f"{url}/200", body=body) == {"status": 200, "body": {"n": 1.5}}
    assert got == [{"key": "the-key", "body": {"on": "2026-04-01", "n": 0.1}}]


@pytest.mark.parametrize(
    ("status", "again"), [(500, True), (429, True), (404, False), (302, False)]
)
def test_an_answer_that_time_may_mend_is_tried_again(
    database: Database, status: int, again: bool
) -> None:
    connectors.configure(Settings(allowed_hosts=frozenset({"127.0.0.1"})))
    with receiver() as (url, got), pytest.raises((ConnectorFailed, BpmnError)) as refused:
        ask(database, f"{url}/{status}")
    assert isinstance(refused.value, ConnectorFailed) is again
    assert len(got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://169.254.169.254/latest", "https://inside.example/",
        "file:///etc/hosts", "https://allowed.example@inside.example/", "https://[::1/",
        "http://allowed.example/", "https://user@allowed.example/",
    ],
)  # fmt: skip
def test_a_diagram_cannot_reach_a_host_that_is_not_allowed(database: Database, url: str) -> None:
    connectors.configure(Settings(allowed_hosts=frozenset({"allowed.example"})))
    with pytest.raises(BpmnError, match=r"host|address"):
        ask(database, url)


def test_nobody_there_is_a_failure_to_try_again(database: Database) -> None:
    connectors.configure(Settings(allowed_hosts=frozenset({"127.0.0.1"})))
    with receiver() as (url, _):
        pass
    with pytest.raises(ConnectorFailed, match="did not answer"):
        ask(database, url)


# --- e-mail


class MailServer(socketserver.StreamRequestHandler):
    got: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        data = False
        lines: list[str] = []
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if data:
                if line == ".":
                    type(self).got.append("\n".join(lines))
                    data = False
                    self.wfile.write(b"250 kept\r\n")
                else:
                    lines.append(line)
                continue
            data = line.upper() == "DATA"
            self.wfile.write(b"354 go on\r\n" if data else b"250 fine\r\n")
            if line.upper() == "QUIT":
                return


def mail(database: Database, **values: Any) -> None:
    given = {"to": "jo@example.org", "subject": "A task\r\nBcc: x@y.z", "text": "Please look."}
    find("email").run(call(database, **{**given, **values}))


def test_an_e_mail_goes_to_the_mail_server_with_one_id_for_all_attempts(
    database: Database,
) -> None:
    MailServer.got = []
    with socketserver.TCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        host, port = server.server_address[:2]
        settings = Settings(
            smtp_host=str(host), smtp_port=int(port), smtp_tls=False, sender="w@council.example"
        )
        connectors.configure(settings)
        try:
            mail(database)
        finally:
            server.shutdown()
    (sent,) = MailServer.got
    assert "To: jo@example.org" in sent
    assert "Subject: A task Bcc: x@y.z" in sent
    assert "Message-ID: <the-key@council.example>" in sent
    assert "Please look." in sent


def test_a_mail_server_that_does_not_prove_who_it_is_gets_no_mail(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ssl.SSLContext] = []

    class Pretender:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def starttls(self, context: ssl.SSLContext) -> None:
            asked.append(context)
            raise ssl.SSLCertVerificationError

        def close(self) -> None:
            pass

    monkeypatch.setattr(smtplib, "SMTP", Pretender)
    connectors.configure(Settings(smtp_host="mail.example"))
    with pytest.raises(ConnectorFailed, match="SSLCertVerificationError"):
        mail(database)
    assert asked[0].verify_mode is ssl.CERT_REQUIRED
    assert asked[0].check_hostname


def test_without_a_mail_server_an_e_mail_is_a_failure_and_never_lost(database: Database) -> None:
    with pytest.raises(ConnectorFailed, match="No mail server"):
        mail(database)


def test_an_address_that_cannot_be_one_goes_to_the_diagram(database: Database) -> None:
    with pytest.raises(BpmnError) as refused:
        mail(database, to="jo@example.org, everybody@example.org")
    assert refused.value.code == "email.address"


def test_the_outbox_keeps_an_e_mail_once_however_often_it_is_tried(database: Database) -> None:
    connectors.configure(Settings(outbox=True))
    Double()
    run = ready(database, model("service"))
    run.start("service", "ann", {})
    given = {"to": "jo@example.org", "subject": "S", "text": "T"}
    for _ in range(2):
        find("email").run(call(database, instance=run.instance_id, **given))
    with database.reading() as db:
        assert len(db.execute(select(outbox)).all()) == 1


# --- what is declared


def test_a_value_of_another_kind_than_declared_is_refused_by_name() -> None:
    with pytest.raises(ExecutionFailed, match="“subject” should be a text"):
        connectors.check("email", {"to": "a@b.c", "subject": None, "text": "T"})


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("double", "fax", "bpmn.service_unknown", "there is no “fax”"),
        ('"connector"', '"stage"', "bpmn.service_unknown", "nothing is chosen yet"),
        ("input.say", "input.sai", "bpmn.service_parameter_unknown", "gives “sai”"),
        ("input.say", "input.sai", "bpmn.service_parameter_missing", "does not say “say”"),
        ('value="3"', 'value="0"', "bpmn.service_setting", "a number from 1 to 20"),
        ("PT1M,PT10M", "often", "bpmn.service_setting", "durations such as"),
        ("PT2S", "PT2H", "bpmn.service_setting", "from PT1S to PT10M"),
        ('value="answer"', 'value="an answer"', "bpmn.service_setting", "a name of letters"),
        ("{n: 1 + 1}", "{n: 1 +", "expression.syntax", "input.say"),
        ("attempts", "retries", "bpmn.unknown_property", "retries"),
    ],
)  # fmt: skip
def test_a_service_task_is_refused_by_name(old: str, new: str, code: str, words: str) -> None:
    Double()
    source = model("service")["process.bpmn"]
    assert not [p for p in lint_diagram(source) if p.severity == "error"]
    found = lint_diagram(source.replace(old.encode(), new.encode(), 1))
    assert any(p.code == code and words in p.message and p.element_id == "ask" for p in found)
