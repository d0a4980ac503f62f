"""What an installation sets: from the environment, or made for the demo. Unsafe values stop it."""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine import audit, connectors, sealing
from engine.connectors import Settings

KEY_BYTES = 32
HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
LEAST_CONTRAST = 4.5
LEAST_VARIED = 12  # different bytes of a key: one of 32 random bytes has 25 or more
_URL_SAFE = str.maketrans("-_", "+/")


class ConfigError(Exception):
    """The settings cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True)
class Config:
    """`https` means that people reach the site over TLS, here or at a proxy in front."""

    database_url: str
    secret_key: str
    audit_key: bytes
    data_keys: tuple[bytes, ...]  # the first seals, all open
    council: str = "Waymark Borough Council"
    contact: str = "servicedesk@waymark.example"
    brand: str = "#1d4d6b"
    https: bool = True
    demo: bool = False
    proxies: int = 0
    connectors: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        if len(self.secret_key) < KEY_BYTES:
            raise ConfigError(f"The secret key needs at least {KEY_BYTES} characters.")
        if len(self.audit_key) < KEY_BYTES:
            raise ConfigError(f"The audit key needs at least {KEY_BYTES} bytes.")
        if not self.data_keys or any(not _is_sound(key) for key in self.data_keys):
            raise ConfigError(
                f"The data key is {KEY_BYTES} random bytes, written as base64 or in hexadecimal."
            )
        if not HEX_COLOUR.match(self.brand):
            raise ConfigError("The brand colour is written as # and six hexadecimal digits.")
        if contrast_with_white(self.brand) < LEAST_CONTRAST:
            raise ConfigError("White text on the brand colour would be hard to read: darken it.")


def use(config: Config) -> None:
    """Set what is process-wide: the keys, and what connectors reach."""
    audit.configure(config.audit_key)
    sealing.configure(config.data_keys)
    connectors.configure(config.connectors)


def use_throwaway_keys() -> None:
    """Keys of this process alone, for a database that is thrown away after use."""
    audit.configure(secrets.token_bytes(KEY_BYTES))
    sealing.configure([secrets.token_bytes(KEY_BYTES)])


def from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """WAYMARK_DATABASE_URL, WAYMARK_SECRET_KEY, WAYMARK_AUDIT_KEY and WAYMARK_DATA_KEY (or …_FILE
    with a path)."""
    return Config(
        database_url=_setting(environ, "WAYMARK_DATABASE_URL"),
        secret_key=_setting(environ, "WAYMARK_SECRET_KEY"),
        council=environ.get("WAYMARK_COUNCIL") or Config.council,
        contact=environ.get("WAYMARK_CONTACT") or Config.contact,
        brand=environ.get("WAYMARK_BRAND_COLOUR") or Config.brand,
        audit_key=_setting(environ, "WAYMARK_AUDIT_KEY").encode(),
        data_keys=data_keys(_setting(environ, "WAYMARK_DATA_KEY")),
        https=environ.get("WAYMARK_HTTPS", "1") != "0",
        proxies=int(environ.get("WAYMARK_PROXIES", "0")),
        connectors=_connectors(environ),
    )


def data_keys(text: str) -> tuple[bytes, ...]:
    """Keys as they are written in a setting, the newest first, with spaces, commas or line ends
    between them. What is no key is an empty one, which no start takes."""
    return tuple(_key(word) for word in text.replace(",", " ").split())


def _key(word: str) -> bytes:
    try:
        if len(word) == 2 * KEY_BYTES:
            return bytes.fromhex(word)
        return base64.b64decode(word.translate(_URL_SAFE), validate=True)
    except ValueError:
        return b""


def _is_sound(key: bytes) -> bool:
    """As long as it must be, and not one that somebody typed to have one."""
    return len(key) == KEY_BYTES and len(set(key)) >= LEAST_VARIED


def _connectors(environ: Mapping[str, str]) -> Settings:
    """WAYMARK_SMTP_HOST, _PORT, _USER, _PASSWORD (or …_FILE), _TLS (0: none), WAYMARK_MAIL_FROM;
    WAYMARK_HTTP_HOSTS: the hosts that a diagram may call, with commas between them."""
    user = environ.get("WAYMARK_SMTP_USER", "")
    return Settings(
        smtp_host=environ.get("WAYMARK_SMTP_HOST", ""),
        smtp_port=int(environ.get("WAYMARK_SMTP_PORT", "587")),
        smtp_user=user,
        smtp_password=_setting(environ, "WAYMARK_SMTP_PASSWORD") if user else "",
        smtp_tls=environ.get("WAYMARK_SMTP_TLS", "1") != "0",
        sender=environ.get("WAYMARK_MAIL_FROM") or Settings.sender,
        allowed_hosts=frozenset(
            host.strip().lower()
            for host in environ.get("WAYMARK_HTTP_HOSTS", "").split(",")
            if host.strip()
        ),
    )


def _setting(environ: Mapping[str, str], name: str) -> str:
    if value := environ.get(name):
        return value
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    raise ConfigError(f"Set {name}, or {name}_FILE with the path of a file that holds it.")


def contrast_with_white(colour: str) -> float:
    """WCAG 2.2 contrast ratio of a hexadecimal colour and white."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
