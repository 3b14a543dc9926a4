"""What a store holds that would be lost, were it made that of a follower."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.policy.builtin import built_in_policies

_MOST: Final = 1000
"""Rows of a kind that are counted."""
_NAMED: Final = 3
_ROOT: Final = keys.ROOT_NAMESPACE


async def losses(txn: Transaction, mounts: Collection[str], accessor: str) -> list[str]:
    """What is there beyond a new store, as texts for an operator; empty for a new store.

    Args:
        mounts: the paths of those that a new store doesn't have.
        accessor: of the token that asks.
    """
    identity = keys.identity(_ROOT)
    new = {policy.name for policy in built_in_policies(0.0)}
    policies = [name for name in await _listed(txn, keys.policies(_ROOT)) if name not in new]
    tokens = [name for name in await _listed(txn, keys.accessors(_ROOT)) if name != accessor]
    return [
        *_shown("mount", sorted(mounts)),
        *_shown("namespace", await _listed(txn, keys.namespaces(_ROOT))),
        *_shown("policy", policies),
        *_shown("password policy", await _listed(txn, keys.password_policies(_ROOT))),
        *_counted("other token", tokens),
        *_counted("entity", await _listed(txn, f"{identity}entity/")),
        *_counted("group", await _listed(txn, f"{identity}group/")),
    ]


async def _listed(txn: Transaction, prefix: str) -> list[str]:
    return await txn.list(prefix, limit=_MOST)


def _shown(kind: str, names: Sequence[str]) -> list[str]:
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return [f"{each} ({shown})" for each in _counted(kind, names)]


def _counted(kind: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    if len(names) == 1:
        return [f"1 {kind}"]
    plural = f"{kind.removesuffix('y')}ies" if kind.endswith("y") else f"{kind}s"
    return [f"{len(names)} {plural}" if len(names) < _MOST else f"{_MOST} {plural} or more"]
