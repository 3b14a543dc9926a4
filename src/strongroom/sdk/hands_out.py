"""Which policies the users, groups and roles of an auth method hand out to the tokens of their logins.

Nobody decides by it.  It answers who could do something: `sys/policies/who-can`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from strongroom.barrier.record import Record


class HandsOut(msgspec.Struct, frozen=True):
    """One kind of rows of a mount."""

    kind: str
    """What one of them is: `role`, `user`, `group`, `config`."""
    place: str
    """The folder of the rows, which ends in `/`, or the key of the only one."""
    record: type[Record]
    policies: Callable[[Any], Iterable[str]]
    """The names of the policies that a record hands out, without `default`."""
    name: Callable[[str, Any], str] = lambda key, _: key
    """What clients call it, by its key in the folder and its record."""
    adds_default: Callable[[Any], bool] = lambda _: True
    """Whether tokens get the policy `default` as well."""


def by_settings(
    kind: str, place: str, record: type[Record], *, name: Callable[[str, Any], str] = lambda key, _: key
) -> HandsOut:
    """Rows whose field `token` has the settings of their tokens."""
    return HandsOut(
        kind,
        place,
        record,
        policies=lambda row: row.token.policies,
        name=name,
        adds_default=lambda row: not row.token.no_default_policy,
    )


def by_policies(kind: str, place: str, record: type[Record]) -> HandsOut:
    """Rows whose field `policies` has what members get, besides what the mount's settings say."""
    return HandsOut(kind, place, record, policies=lambda row: row.policies)
