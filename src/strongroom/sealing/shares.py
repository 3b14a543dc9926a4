"""The collection of key shares (p): a table of what may happen, and a value that goes through it."""

from __future__ import annotations

import msgspec

from strongroom.crypto.mac import same


class Collection(msgspec.Struct, frozen=True):
    """Shares on their way to the threshold."""

    nonce: str = ""
    shares: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Collection(nonce={self.nonce}, shares={len(self.shares)})"


class Step(msgspec.Struct, frozen=True):
    """What one more share led to."""

    collection: Collection
    complete: tuple[bytes, ...] = ()
    """The shares, when they are as many as the threshold; the collection begins anew then."""

    def __repr__(self) -> str:
        return f"Step({self.collection}, complete={bool(self.complete)})"


EMPTY = Collection()


def add(collection: Collection, share: bytes, threshold: int, nonce: str) -> Step:
    """Take one more share.

    Args:
        share: one that is there already changes nothing.
        threshold: how many make it complete.
        nonce: names the collection that this share may begin.
    """
    if any(same(known, share) for known in collection.shares):
        return Step(collection)
    shares = (*collection.shares, share)
    if len(shares) >= threshold:
        return Step(EMPTY, complete=shares)
    return Step(Collection(nonce=collection.nonce or nonce, shares=shares))
