"""The keys of the rows of MFA (pure).  Each takes the id of the namespace first."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.crypto.mac import sha256


def _area(namespace: str) -> str:
    return keys.area(namespace, "mfa")


def methods(namespace: str) -> str:
    """The prefix of the methods."""
    return f"{_area(namespace)}method/"


def method_name(namespace: str, type_: str, name: str) -> str:
    """The key of the row that leads from a method's name to its id.  Methods of different types may share a name."""
    return f"{method_names(namespace)}{name.encode().hex()}/{type_}"


def method_names(namespace: str, name: str = "") -> str:
    """The prefix of these rows, or of those of one name."""
    return f"{_area(namespace)}method-name/" + (f"{name.encode().hex()}/" if name else "")


def enforcements(namespace: str) -> str:
    """The prefix of the login enforcements."""
    return f"{_area(namespace)}enforcement/"


def enforcement(namespace: str, name: str) -> str:
    """The key of an enforcement.  A name may contain any character, so it is encoded as one segment."""
    return enforcements(namespace) + name.encode().hex()


def secrets(namespace: str, method_id: str) -> str:
    """The prefix of the TOTP secrets of a method, by entity."""
    return f"{_area(namespace)}totp/{method_id}/"


def tries(namespace: str, method_id: str) -> str:
    """The prefix of what entities have tried with a method."""
    return f"{_area(namespace)}tries/{method_id}/"


def uses(namespace: str, method_id: str) -> str:
    """The prefix of the rows that name the enforcements of a method: its own namespace's, and those below."""
    return f"{_area(namespace)}use/{method_id}/"


def digest(request_id: str) -> str:
    """What stands for a login's request id in keys.  The id itself is half of a login, and isn't stored."""
    return sha256(request_id.encode("utf-8", "surrogatepass")).hex()


def pending(namespace: str, digest_: str) -> str:
    """The key of a login that waits for its second factor."""
    return f"{_area(namespace)}pending/{digest_}"
