"""What a connection is configured with, checked and in the form in which it is stored (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/mysql-maria
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Any

from strongroom.engines.database.decoding import flag_of, text_of
from strongroom.engines.database.drivers.mysql import dsn
from strongroom.lib.mysql.tls import TlsSettings, context_of
from strongroom.sdk import InvalidRequest

HIDDEN = "*****"
_SHOWN = frozenset({HIDDEN, "xxxxx"})
"""What stands in a name for the password that is stored apart: as it is stored, and as the engine shows it."""
URL_PASSWORD = "url_password"  # noqa: S105 - the name of a field
"""The password of a `connection_url` that holds one itself."""
MOST_BYTES = 64 * 1024
_TEXTS = frozenset({"tls_ca", "tls_certificate_key", "tls_server_name"})
_TLS_MODES = frozenset({"", "0", "1", "false", "true", "skip-verify", "preferred"})
_CHARSET = re.compile(r"[A-Za-z0-9_,]{0,128}")


def stored(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details to store: a password within `connection_url` stands apart from it.

    Raises: `InvalidRequest`.
    """
    url = text_of(details, "connection_url")
    if not url:
        raise InvalidRequest("connection_url cannot be empty")
    found: dict[str, Any] = dict(details)
    parsed = dsn.parse(url)
    _check(parsed)
    found.pop(URL_PASSWORD, None)
    if parsed.password in _SHOWN and details.get(URL_PASSWORD):
        found[URL_PASSWORD] = details[URL_PASSWORD]
        url = dsn.without_password(url, HIDDEN)
    elif parsed.password and dsn.PASSWORD not in parsed.password:
        found[URL_PASSWORD] = parsed.password
        url = dsn.without_password(url, HIDDEN)
    found["connection_url"] = url
    for name in _TEXTS & details.keys():
        found[name] = _text(details, name)
    if "tls_skip_verify" in details:
        found["tls_skip_verify"] = flag_of(details, "tls_skip_verify")
    _check_tls(tls_of(found, parsed))
    return found


def tls_of(details: Mapping[str, Any], parsed: dsn.Dsn) -> TlsSettings | None:
    """How connections are encrypted; None for not at all."""
    mode = parsed.parameters.get("tls", "").lower()
    ca, pair = details.get("tls_ca") or "", details.get("tls_certificate_key") or ""
    if mode not in {"1", "true", "skip-verify", "preferred"} and not ca and not pair:
        return None
    return TlsSettings(
        ca_pem=ca,
        pair_pem=pair,
        server_name=details.get("tls_server_name") or "",
        verify=not details.get("tls_skip_verify") and mode not in {"skip-verify", "preferred"},
        required=mode != "preferred",
    )


def _check(parsed: dsn.Dsn) -> None:
    if parsed.parameters.get("tls", "").lower() not in _TLS_MODES:
        raise InvalidRequest("the parameter tls of connection_url is none of true, false, skip-verify and preferred")
    if not _CHARSET.fullmatch(parsed.parameters.get("charset", "")):
        raise InvalidRequest("the parameter charset of connection_url is no name")


def _check_tls(settings: TlsSettings | None) -> None:
    if settings is None:
        return
    try:
        context_of(TlsSettings(ca_pem=settings.ca_pem))
    except (ssl.SSLError, ValueError) as error:
        raise InvalidRequest("failed to append CA to client options: tls_ca holds no certificate in PEM") from error
    try:
        context_of(settings)
    except (ssl.SSLError, ValueError) as error:
        text = "unable to load tls_certificate_key: it has to be a certificate in PEM and its key, not encrypted"
        raise InvalidRequest(text) from error


def _text(details: Mapping[str, Any], name: str) -> str:
    text = text_of(details, name)
    if len(text) > MOST_BYTES:
        raise InvalidRequest(f"{name} is longer than {MOST_BYTES} bytes")
    return text
