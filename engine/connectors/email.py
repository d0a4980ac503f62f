"""E-mail over SMTP; in the demo it is kept in the outbox instead, once for each key."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage

from engine import clock, sealing
from engine.bpmn.services import Declaration, Parameter
from engine.connectors.calling import Call, Connector, ConnectorFailed
from engine.connectors.settings import Settings, current
from engine.database import insert_for
from engine.errors import BpmnError
from engine.models import outbox

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\Z")

DECLARATION = Declaration(
    "email",
    "Send an e-mail",
    (
        Parameter("to", "text", "the address it goes to"),
        Parameter("subject", "text", "its subject: no personal details, it is not encrypted"),
        Parameter("text", "text", "what it says, as plain text"),
    ),
)


def run(call: Call) -> None:
    """BpmnError `email.address` for an address that cannot be one: no attempt would mend it."""
    to = str(call.values["to"]).strip()
    if not ADDRESS.match(to):
        raise BpmnError("email.address", "The address of an e-mail cannot be one.")
    settings = current()
    if settings.outbox:
        _keep(call, to)
    elif settings.smtp_host:
        _send(settings, _message(settings, call, to), call.limit)
    else:
        raise ConnectorFailed("No mail server is set for this installation.")


def _message(settings: Settings, call: Call, to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = settings.sender, to
    message["Subject"] = " ".join(str(call.values["subject"]).split())
    # The same for every attempt, so that a mail server may drop the second.
    message["Message-ID"] = f"<{call.key}@{settings.sender.rpartition('@')[2]}>"
    message.set_content(str(call.values["text"]))
    return message


def _send(settings: Settings, message: EmailMessage, limit: int) -> None:
    try:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=limit)
        try:
            if settings.smtp_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(message)
            with suppress(OSError, smtplib.SMTPException):
                server.quit()  # it is sent: a farewell that fails must not send it again
        finally:
            server.close()
    except (OSError, smtplib.SMTPException) as error:
        raise ConnectorFailed(
            f"The mail server did not take it: {type(error).__name__}."
        ) from error


def _keep(call: Call, to: str) -> None:
    subject = " ".join(str(call.values["subject"]).split())
    values = {
        "key": call.key,
        "instance_id": call.instance_id,
        "recipient": sealing.RECIPIENT.write(to, call.key),
        "subject": sealing.SUBJECT.write(subject, call.key),
        "body": sealing.BODY.write(str(call.values["text"]), call.key),
        "at": clock.now(),
    }
    with call.database.transaction() as db:
        statement = insert_for(db)(outbox).values(**values)
        db.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


CONNECTOR = Connector(DECLARATION, run)
