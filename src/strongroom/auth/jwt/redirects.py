"""Where a provider may lead a browser back to (p).

Source: RFC 6749, section 3.1.2.3; RFC 8252, section 7.3
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_allowed(uri: str, allowed: Iterable[str]) -> bool:
    """Whether it is exactly one of the allowed ones.  At a loopback address any port will do."""
    if uri in (listed := tuple(allowed)):
        return True
    wanted = _without_port(uri)
    return wanted is not None and any(wanted == _without_port(other) for other in listed)


def _without_port(uri: str) -> tuple[str, ...] | None:
    """The URI's parts but for its port; None if its host is no loopback address."""
    try:
        parts = urlsplit(uri)
        if parts.hostname not in _LOOPBACK or parts.username is not None or parts.password is not None:
            return None
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, parts.path, parts.query, parts.fragment)


def without_namespace(uri: str) -> tuple[str, str]:
    """The URI without its `namespace` parameter, and what that was; empty if there is none."""
    try:
        parts = urlsplit(uri)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return uri, ""
    namespace = next((value for name, value in pairs if name == "namespace"), "")
    if not namespace:
        return uri, ""
    rest = urlencode([pair for pair in pairs if pair[0] != "namespace"])
    return urlunsplit(parts._replace(query=rest)), namespace


def mount_in(uri: str) -> str:
    """The auth mount that a redirect URI of the API or of the web interface names; empty if it names none."""
    path = urlsplit(uri).path
    _, found, rest = path.partition("/auth/")
    return rest.removesuffix("/oidc/callback") if found and rest.endswith("/oidc/callback") else ""
