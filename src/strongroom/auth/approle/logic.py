"""Who gets in, and what secret ids may be like (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Iterable
from typing import Any, Protocol

from strongroom.auth.approle.records import Role, SecretId
from strongroom.crypto.mac import hmac_sha256_hex, sha256
from strongroom.lib import limits
from strongroom.lib.addresses import plain_interface
from strongroom.lib.durations import format_duration_s
from strongroom.sdk import Auth, InvalidCredentials, InvalidRequest, PermissionDenied, token_fields

USED_STEP_S = 600
"""`used_at` is written once in this time at the most, so that logins by one secret id don't wait for each other."""
MAX_ROLE_ID_BYTES = limits.NAME_BYTES
"""It is the name of an alias."""
MAX_SECRET_ID_BYTES = 4096
RESERVED = ("role_name", "secret_id_accessor")
"""Names in a token's metadata that the method itself fills."""
_NO_FORMAT = "failed to parse metadata: failed to parse the input: invalid <key,value> format"
WRONG = "invalid role or secret ID"
_NO_LIMITS = SecretId(accessor="", role="", created_at=0.0, changed_at=0.0)


class Client(Protocol):
    """Who logs in: a request."""

    @property
    def address(self) -> str:
        """The IP address; empty on a Unix socket."""
        ...

    @property
    def source(self) -> str:
        """The address for an error, and how the server knows it."""
        ...


def role_digest(role_id: str) -> str:
    """The key of a role's row.  A client chose the role id, which may hold any character."""
    return sha256(role_id.encode("utf-8", "surrogatepass")).hex()


def secret_digest(role: Role, secret_id: str) -> str:
    """The key of a secret id's row.  Raises `InvalidRequest` for a text longer than any secret id."""
    return hmac_sha256_hex(role.digest_key, plain_secret_id(secret_id).encode("utf-8", "surrogatepass"))


def plain_role_id(text: str) -> str:
    """A role id without the spaces around it; raises `InvalidRequest` for one that is too long."""
    limits.check_name("role_id", text, MAX_ROLE_ID_BYTES)
    return text.strip()


def plain_secret_id(text: str) -> str:
    """The same of a secret id."""
    limits.check_name("secret_id", text, MAX_SECRET_ID_BYTES)
    return text.strip()


def check_login(role: Role, secret: SecretId | None, client: Client, now: float) -> None:
    """Let a login through, or raise.

    Args:
        secret: by the secret id that was sent, if the role asks for one; None if it has no such secret id.
        now: seconds since the epoch.

    Raises: `InvalidCredentials` for a wrong secret id.  Only who has the right one is told of addresses:
        `InvalidRequest` for those of secret ids, `PermissionDenied` for those of tokens.
    """
    if role.bind_secret_id and (secret is None or is_expired(secret, now)):
        raise InvalidCredentials(WRONG)
    of_secret_id = secret if secret is not None else _NO_LIMITS
    if not token_fields.address_allowed(client.address, of_secret_id.cidrs):
        raise InvalidRequest(f"{client.source} is outside cidr_list of the secret ID")
    if not token_fields.address_allowed(client.address, role.secret_id_bound_cidrs):
        raise InvalidRequest(f"{client.source} is outside secret_id_bound_cidrs of the role")
    if not token_fields.address_allowed(client.address, of_secret_id.token_bound_cidrs):
        raise PermissionDenied(f"{client.source} is outside token_bound_cidrs of the secret ID")
    if not token_fields.address_allowed(client.address, role.token.bound_cidrs):
        raise PermissionDenied(f"{client.source} is outside token_bound_cidrs of the role")


def is_expired(secret: SecretId, now: float) -> bool:
    """Whether its time is up."""
    return bool(secret.expires_at) and now >= secret.expires_at


def token_cidrs(role: Role, secret: SecretId | None) -> tuple[str, ...]:
    """The blocks to bind a token to: those of the secret id, as far as they are in blocks of the role.

    Both let the client in, so that something is left.
    """
    wide, narrow = role.token.bound_cidrs, secret.token_bound_cidrs if secret is not None else ()
    if not wide or not narrow:
        return narrow or wide
    inside = {text for text in narrow if is_within((text,), wide)} | {t for t in wide if is_within((t,), narrow)}
    return tuple(sorted(inside))


def renewed(role: Role, auth: Auth) -> Auth:
    """A login with the role's present times, for a renewal.

    Raises: `PoliciesChanged` if the role has other policies.  Unless the mount says otherwise, the renewal is refused
        if one was taken from the role, because the token would keep it for as long as it is renewed.
    """
    had = set(token_fields.normal_policies(auth.token.policies))
    taken = had - set(token_fields.normal_policies(role.token.policies)) - {"default"}
    return token_fields.renewed(role.token, auth, token_fields.REFUSE if taken else token_fields.KEEP)


def is_within(narrow: Iterable[str], wide: Iterable[str]) -> bool:
    """Whether every block of `narrow` is in one block of `wide`."""
    outer = [plain_interface(text).network for text in wide]
    return all(any(_is_subnet(plain_interface(text).network, each) for each in outer) for text in narrow)


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _is_subnet(inner: _Network, outer: _Network) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def blocks(texts: Iterable[str], what: str = "CIDR blocks") -> tuple[str, ...]:
    """Blocks as they are stored: as they were written, and an address as the block of this one.

    Raises: `InvalidRequest` for what is no block.
    """
    out = []
    for text in texts:
        try:
            interface = plain_interface(text)
        except ValueError as error:
            raise InvalidRequest(f"failed to validate {what}: invalid CIDR address: {text}") from error
        out.append(f"{interface.ip}/{interface.network.prefixlen}")
    return tuple(dict.fromkeys(out))


def metadata_of(given: Any) -> dict[str, str]:
    """A secret id's metadata, from an object, or a text of JSON or `name=text` pairs.  Raises `InvalidRequest`."""
    if isinstance(given, str):
        given = _of_text(given)
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise InvalidRequest(_NO_FORMAT)
    return given


def _of_text(text: str) -> Any:
    """What a text holds: JSON or pairs, either of them also in base64.  None for pairs that aren't."""
    text = _plain(text.strip())
    try:
        return json.loads(text) if text else {}
    except (ValueError, RecursionError):
        pass  # no JSON, so it is pairs
    pairs = [tuple(part.strip() for part in pair.partition("=")) for pair in text.split(",") if pair.strip()]
    return {name: value for name, _, value in pairs} if all(all(pair) for pair in pairs) else None


def _plain(text: str) -> str:
    """The text of a base64 text; any other text as it is."""
    try:
        return base64.b64decode(text, validate=True).decode(errors="replace") or text
    except ValueError:
        return text


def narrowed(role: Role, *, num_uses: int | None, ttl_s: int | None, max_ttl_s: int) -> tuple[int, int, list[str]]:
    """The uses and the time of a new secret id, and warnings.

    Args:
        num_uses, ttl_s: what the request wants; None for what the role says.
        max_ttl_s: the mount's longest time.

    Raises: `InvalidRequest` for more than the role gives.  0 is without end, and so more than any other.
    """
    if num_uses is not None and num_uses < 0:
        raise InvalidRequest("num_uses cannot be negative")
    if num_uses is not None and role.secret_id_num_uses and not 0 < num_uses <= role.secret_id_num_uses:
        raise InvalidRequest("num_uses cannot be higher than the role's secret_id_num_uses")
    if ttl_s is not None and role.secret_id_ttl_s and not 0 < ttl_s <= role.secret_id_ttl_s:
        raise InvalidRequest("ttl cannot be longer than the role's secret_id_ttl")
    uses = role.secret_id_num_uses if num_uses is None else num_uses
    ttl = role.secret_id_ttl_s if ttl_s is None else ttl_s
    if ttl > max_ttl_s:
        shown = f"{format_duration_s(ttl)}; capped at {format_duration_s(max_ttl_s)}, the mount's maximum"
        return uses, max_ttl_s, [f"the secret ID cannot live for {shown}"]
    return uses, ttl, []
