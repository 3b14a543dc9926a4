"""Decisions of the provider (pure)."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection

from strongroom.crypto.mac import same, sha256
from strongroom.lib.errors import InvalidRequest
from strongroom.services.oidc.records import OidcAssignment

ISSUER_WARNING = (
    'If "issuer" is set explicitly, all tokens must be validated against that address, including those issued by '
    'secondary clusters. Setting issuer to "" will restore the default behavior of using the cluster\'s api_addr as '
    "the issuer."
)
S256 = "S256"
PLAIN = "plain"
_ISSUER = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LOOPBACK = re.compile(r"(https?://(?:localhost|127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?((?:[/?].*)?)", re.DOTALL)
"""Written out, because URL parsers disagree on what the host of `http://a\\@127.0.0.1/` is."""
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f#]+")
_SCRIPTS = frozenset({"javascript", "data", "vbscript"})
_URI_BYTES = 2048


def check_issuer(text: str) -> None:
    """Raise `InvalidRequest` unless the text is empty or a scheme, a host and perhaps a port."""
    if text and _ISSUER.fullmatch(text) is None:
        raise InvalidRequest(
            "invalid issuer, which must include only a scheme, host, and optional port (e.g. https://example.com:8200)"
        )


def check_redirect_uri(text: str) -> None:
    """Raise `InvalidRequest` for what no browser should be sent to with a code.

    Source: RFC 6749, section 3.1.2
    """
    if len(text.encode("utf-8", "surrogatepass")) > _URI_BYTES:
        raise InvalidRequest(f"a redirect URI is longer than {_URI_BYTES} bytes")
    if _URI.fullmatch(text) is None or text.partition(":")[0].lower() in _SCRIPTS:
        raise InvalidRequest(f'redirect URI "{text}" is not an absolute URI without a fragment')


def redirect_allowed(uri: str, allowed: Collection[str]) -> bool:
    """Whether a code may be sent to `uri`.

    URIs are compared as they are.  Only the port of a loopback address is ignored, because a native application takes
    whichever is free.  Source: RFC 8252, section 7.3
    """
    if uri in allowed:
        return True
    asked = _without_port(uri)
    return asked is not None and any(_without_port(each) == asked for each in allowed)


def _without_port(uri: str) -> tuple[str, str] | None:
    found = _LOOPBACK.fullmatch(uri)
    if found is None or "#" in uri:
        return None
    return found[1], found[2]


def is_challenge(text: str) -> bool:
    """Whether a text can be a code challenge or verifier.  Source: RFC 7636, section 4.1"""
    return _CHALLENGE.fullmatch(text) is not None


def verifier_fits(verifier: str, challenge: str, method: str) -> bool:
    """Whether a code verifier is the one of a challenge.  Source: RFC 7636, section 4.6"""
    given = verifier.encode("utf-8", "surrogatepass")
    if method == S256:
        given = base64.urlsafe_b64encode(sha256(given)).rstrip(b"=")
    return same(given, challenge.encode())


def covers(assignment: OidcAssignment, entity_id: str, group_ids: Collection[str]) -> bool:
    """Whether an assignment names an entity or one of its groups."""
    return entity_id in assignment.entity_ids or any(id_ in group_ids for id_ in assignment.group_ids)
