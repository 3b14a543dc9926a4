"""Whether a mount is one of the engine pki, by as much as the token may see."""

from __future__ import annotations

from strongroom.cli.failure import Failure
from strongroom.cli.paths import clean
from strongroom.cli.render import SecretAnswer
from strongroom.client.client import Client
from strongroom.client.errors import ClientError

_REFUSING = "refusing to run PKI health-check on"


def check_type(client: Client, path: str) -> None:
    """Raises `Failure` for another kind of mount, `ClientError` if the server can't be asked."""
    if path.removeprefix("/").startswith("auth/"):
        raise Failure(f"{_REFUSING} auth mount; this command is only relevant to PKI secrets engines.")
    mount = clean(path)
    for place in (f"sys/mounts/{mount}", f"sys/internal/ui/mounts/{mount}"):
        kind = _kind(client, place)
        if kind == "pki":
            return
        if kind:
            raise Failure(f"refusing to run pki health-check on mount of type {kind}")
    answer = client.read(f"{mount}/cert/ca")
    if answer is None:
        raise Failure(f"{_REFUSING} non-PKI mount: path cert/ca did not exist: route entry not found")
    if "certificate" not in (SecretAnswer(answer).data or {}):
        raise Failure(f"{_REFUSING} non-PKI mount: path cert/ca returned invalid data")


def _kind(client: Client, place: str) -> str:
    """The type that a place tells; empty if the token may not ask there."""
    try:
        answer = client.read(place)
    except ClientError:
        return ""
    return str((SecretAnswer(answer).data or {}).get("type") or "")
