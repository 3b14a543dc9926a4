"""What is shown of a snapshot (pure)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from strongroom.seals import shamir
from strongroom.snapshot.meta import SealInside
from strongroom.snapshot.reading import Whole

OPENED_HERE: Final = frozenset({shamir.NAME})
"""The types of seals that this release can open."""


def shown(whole: Whole) -> dict[str, Any]:
    """What a snapshot is of."""
    origin = whole.origin
    return {
        "id": origin.commit,
        "index": origin.revision,
        "rows": origin.rows,
        "version": origin.version,
        "storage": origin.storage,
        "created": instant(origin.created_at),
        "cluster_name": origin.cluster_name,
        "cluster_id": origin.cluster_id,
        "seals": [described(seal) for seal in origin.seals],
        "initialized": bool(origin.seals),
        "authenticated_by": "the cluster's keyring" if whole.vouched else "",
    }


def described(seal: SealInside) -> str:
    """What opens a seal."""
    if seal.type in OPENED_HERE:
        return f"{seal.name}: opens with {seal.threshold} of its {seal.shares} key shares"
    return f"{seal.name}: of the type {seal.type or 'unknown'}, which this release cannot open"


def instant(seconds: float) -> str:
    """RFC 3339 in UTC, in whole seconds; empty for 0."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""
