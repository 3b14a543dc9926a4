"""Collects key shares (pure): a table of transitions, and a value that passes through it."""

from __future__ import annotations

import msgspec

from strongroom.crypto.mac import same


class Collection(msgspec.Struct, frozen=True):
    """Shares that were given so far."""

    nonce: str = ""
    shares: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Collection(nonce={self.nonce}, shares={len(self.shares)})"


class Step(msgspec.Struct, frozen=True):
    """The result of one more share."""

    collection: Collection
    complete: tuple[bytes, ...] = ()
    """All shares, if the threshold is reached.  The collection is empty then."""

    def __repr__(self) -> str:
        return f"Step({self.collection}, complete={bool(self.complete)})"


EMPTY = Collection()


def add(collection: Collection, share: bytes, threshold: int, nonce: str) -> Step:
    """Take one more share.

    Args:
        share: a share that was given already changes nothing. threshold: the number of shares needed. nonce: the name
            of a collection that this share begins.
    """
    if any(same(known, share) for known in collection.shares):
        return Step(collection)
    shares = (*collection.shares, share)
    if len(shares) >= threshold:
        return Step(EMPTY, complete=shares)
    return Step(Collection(nonce=collection.nonce or nonce, shares=shares))
