"""Cross-origin resource sharing (pure): tells browsers which origins may call.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol, https://developer.hashicorp.com/vault/api-docs/system/config-cors
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from strongroom.http import encode
from strongroom.http.message import HttpResponse
from strongroom.services.cors import CorsRecord

METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT", "LIST", "SCAN")
_MAX_AGE_S = 300
"""How long a browser may cache a preflight.  Short, so that a change takes effect soon."""


def is_own(origin: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of this server, so that no rule about other origins concerns it.

    Browsers send an origin with each write, also to the server that the page is of.  No script can set these headers.

    Args:
        headers: those of the request, names in lower case.
    """
    if headers.get("sec-fetch-site") == "same-origin":
        return True  # a proxy may have replaced the host
    host = headers.get("host", "")
    return bool(host) and origin.lower() in {f"https://{host.lower()}", f"http://{host.lower()}"}


def refusal() -> HttpResponse:
    """The response to an origin that isn't allowed."""
    return encode.error_body(403, ["origin not allowed"])


def preflight(rule: CorsRecord, origin: str, headers: Mapping[str, str]) -> HttpResponse:
    """The response to `OPTIONS`, which a browser sends before the request.

    Args:
        origin: one that the rule allows.
        headers: those of the request, names in lower case.
    """
    if headers.get("access-control-request-method") not in METHODS:
        return HttpResponse(status=405)
    told = (
        *_granted(rule, origin),
        ("Access-Control-Allow-Methods", ",".join(METHODS)),
        ("Access-Control-Allow-Headers", ",".join(rule.all_headers)),
        ("Access-Control-Max-Age", str(_MAX_AGE_S)),
    )
    return HttpResponse(status=200, headers=told)


def shared(response: HttpResponse, rule: CorsRecord, origin: str) -> HttpResponse:
    """The response, made readable for scripts of an origin that the rule allows."""
    return msgspec.structs.replace(response, headers=(*response.headers, *_granted(rule, origin)))


def _granted(rule: CorsRecord, origin: str) -> tuple[tuple[str, str], ...]:
    granted = (("Access-Control-Allow-Origin", origin), ("Vary", "Origin"))
    return (*granted, ("Access-Control-Allow-Credentials", "true")) if rule.shares_credentials else granted
