"""Whether a mount is one of the engine pki, by as much as the token may see."""

from __future__ import annotations

from strongroom.cli.failure import Failure
from strongroom.cli.paths import clean
from strongroom.cli.render import SecretAnswer
from strongroom.client.client import Client
from strongroom.client.errors import ClientError


def check_type(client: Client, path: str) -> None:
    """Raises `Failure` for another kind of mount, `ClientError` if the server can't be asked."""
    if path.removeprefix("/").startswith("auth/"):
        raise Failure(f"{path} is an auth method. Health checks are for mounts of the engine pki.")
    mount = clean(path)
    for place in (f"sys/mounts/{mount}", f"sys/internal/ui/mounts/{mount}"):
        kind = _kind(client, place)
        if kind == "pki":
            return
        if kind:
            raise Failure(f"{mount} is a mount of the engine {kind}. Health checks are for mounts of the engine pki.")
    answer = client.read(f"{mount}/cert/ca")
    if answer is None:
        raise Failure(f"there is no mount of the engine pki at {mount}: nothing answers at {mount}/cert/ca")
    if "certificate" not in (SecretAnswer(answer).data or {}):
        raise Failure(f"{mount} is no mount of the engine pki: what answers at {mount}/cert/ca is no certificate")


def _kind(client: Client, place: str) -> str:
    """The type that a place tells; empty if the token may not ask there."""
    try:
        answer = client.read(place)
    except ClientError:
        return ""
    return str((SecretAnswer(answer).data or {}).get("type") or "")
