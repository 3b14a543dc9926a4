"""Requests to a cloud's own services: the metadata of the machine that this runs on, or an API.

The address is one of the cloud's documentation or of the environment, never one that a server gave.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from strongroom.client.login.error import LoginError

TIMEOUT_S = 10.0
_ANSWER_BYTES = 1024 * 1024


def ask(url: str, headers: Mapping[str, str], what: str, *, body: bytes | None = None, verb: str = "") -> str:
    """The answer as text.  Neither proxies nor redirects are followed: a metadata service is next door.

    Args:
        url: where.
        headers: of the request.
        what: what is asked for, for the error.
        body: sent by POST; without it the request is a GET.
        verb: instead of these.

    Raises: `LoginError`.
    """
    import http.client  # noqa: PLC0415 - only logins by a cloud's identity need it
    from urllib.parse import urlsplit  # noqa: PLC0415 - as above

    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = connect(parts.netloc, timeout=TIMEOUT_S)
    try:
        connection.request(verb or ("GET" if body is None else "POST"), path, body, dict(headers))
        response = connection.getresponse()
        content = response.read(_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise LoginError(f"{what} can't be had from {parts.netloc}: {error}") from error
    finally:
        connection.close()
    text = content.decode("utf-8", "replace")
    if response.status != 200:
        raise LoginError(f"{what} can't be had from {parts.netloc}: status {response.status}: {text[:500].strip()}")
    return text


def ask_json(url: str, headers: Mapping[str, str], what: str, *, body: bytes | None = None) -> dict[str, Any]:
    """The answer as a JSON object.  Raises `LoginError`."""
    text = ask(url, headers, what, body=body)
    try:
        document = json.loads(text)
    except ValueError as error:
        raise LoginError(f"{what} can't be had: the answer is no JSON") from error
    if not isinstance(document, dict):
        raise LoginError(f"{what} can't be had: the answer is no JSON object")
    return document
