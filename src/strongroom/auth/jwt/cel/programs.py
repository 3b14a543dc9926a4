"""Runs the programs of roles on the claims of proved tokens (p).

Source: https://openbao.org/api-docs/auth/jwt/#cel-login
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from strongroom.auth.jwt.cel.records import CelRole
from strongroom.lib.cel import CelError, Message, MessageType, Program, Timestamp, compile_program, from_json
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.cel_programs import texts_of

_NAMES = frozenset({"claims", "now"})
_MOST_CLAIMS = 5000
"""Values in all claims of a token."""
_ALIAS = MessageType("logical.Alias", {"name": "string", "metadata": "map"})
_LEASE = MessageType(
    "pb.LeaseOptions",
    {"TTL": "int", "MaxTTL": "int", "renewable": "bool", "increment": "int", "issue_time": "timestamp"},
)
# Not among the fields are those by which a program could claim another identity or choose a token's secret.
_AUTH = MessageType(
    "pb.Auth",
    {
        "alias": _ALIAS.name,
        "bound_cidrs": "strings",
        "display_name": "string",
        "explicit_max_ttl": "int",
        "group_aliases": f"{_ALIAS.name}[]",
        "lease_options": _LEASE.name,
        "metadata": "map",
        "no_default_policy": "bool",
        "num_uses": "int",
        "period": "int",
        "policies": "strings",
        "token_type": "uint",
    },
)
_TYPES = {type_.name: type_ for type_ in (_ALIAS, _AUTH, _LEASE)}


@lru_cache(maxsize=128)
def compiled(expression: str, variables: tuple[tuple[str, str], ...]) -> Program:
    """A program that is ready to run.  Its texts are what it is known by, so that no change is missed.

    Raises: `CelError`.
    """
    return compile_program(expression, variables, _NAMES, _TYPES)


def of(role: CelRole) -> Program:
    """The program of a role.  Raises `CelError`."""
    return compiled(*texts_of(role))


def decide(name: str, role: CelRole, claims: Mapping[str, Any], now_s: float) -> Message:
    """What the program gives a login, as `pb.Auth`.

    The answer holds neither the expression nor the claims of anybody else: it goes to whoever has a token.

    Args:
        name: of the role. claims: of the proved token. now_s: the time in seconds since the epoch.

    Raises: `InvalidRequest` for any other result: false and texts refuse a login, and so does an error.
    """
    try:
        values = {"claims": from_json(claims, _MOST_CLAIMS), "now": Timestamp(int(now_s * 10**9))}
        result = of(role).run(values)
    except CelError as error:
        raise _refused(f"CEL auth program failed: failed to evaluate expression: {error}") from error
    if isinstance(result, Message) and result.type is _AUTH:
        return result
    if result is False and role.message:
        raise _refused(f"CEL role '{name}' blocked authorization with message: {role.message}")
    if result is False:
        raise _refused(f"CEL role '{name}' blocked authorization with boolean false return")
    if isinstance(result, str):
        raise _refused(f"CEL role '{name}' blocked authorization with message: {result[:1000]}")
    raise _refused(f"CEL program '{name}' returned unexpected type: it must return pb.Auth, false or a text")


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(f"error executing cel program: {reason}")
