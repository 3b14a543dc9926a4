"""Which ways to log in a user interface offers first, by namespace."""

from __future__ import annotations

from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.services.namespaces import Namespace

MOST: Final = 1000
_ROWS = keys.SETTINGS + "ui-login/"


class LoginRule(Record, frozen=True, tag="ui-login-rule"):
    """The ways of one namespace and, unless it says otherwise, of those below."""

    name: str
    namespace: str
    """Its path without slashes around it; empty for root."""
    default: str = ""
    """An auth method's type; empty for none."""
    backups: tuple[str, ...] = ()
    """Types that are offered besides."""
    own_only: bool = False
    """Whether namespaces below don't have it too."""


async def read(txn: Transaction, name: str) -> LoginRule | None:
    """The rule of that name."""
    return await txn.read(_ROWS + name, LoginRule)


async def all_rules(txn: Transaction) -> list[LoginRule]:
    """All rules, by name."""
    found = [await read(txn, name) for name in await txn.list(_ROWS, limit=MOST)]
    return [rule for rule in found if rule is not None]


def write(txn: Transaction, rule: LoginRule) -> None:
    """Store a rule."""
    txn.write(_ROWS + rule.name, rule)


def delete(txn: Transaction, name: str) -> None:
    """Remove a rule, if there is one."""
    txn.delete(_ROWS + name)


async def rule_for(txn: Transaction, namespace: Namespace) -> LoginRule | None:
    """The rule of a namespace: its own, or else that of the nearest one above that lets those below have it."""
    rules = await txn.derived("ui-login", _by_namespace)
    path = namespace.path.strip("/")
    found, inherited = rules.get(path), False
    while found is None and path:
        path, inherited = path.rpartition("/")[0], True
        found = rules.get(path)
    return None if found is not None and inherited and found.own_only else found


async def _by_namespace(txn: Transaction) -> dict[str, LoginRule]:
    return {rule.namespace: rule for rule in await all_rules(txn)}
