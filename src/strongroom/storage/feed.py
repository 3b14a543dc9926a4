"""What rows of a change feed say (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.lib.errors import FeedTooOld
from strongroom.storage.base import Revision
from strongroom.storage.keys import unpack_keys

FeedRow = tuple[int, bytes, bytes]
"""Number, id and packed keys of a commit."""


def after(revision: Revision, newest: int, commits: Sequence[FeedRow]) -> Sequence[FeedRow]:
    """The commits after `revision`.

    Args:
        newest: the number of the newest commit.
        commits: the feed from the number of `revision` on.

    Raises: `FeedTooOld` if the feed doesn't hold `revision`.
    """
    if revision.number == 0:
        known = revision.id == b"" and (newest == 0 or bool(commits and commits[0][0] == 1))
    else:
        known = bool(commits) and commits[0][:2] == (revision.number, revision.id)
    if not known:
        raise FeedTooOld(detail=f"revision {revision.number}")
    return [commit for commit in commits if commit[0] > revision.number]


def up_to(limit: int | None, since: Revision, commits: Sequence[FeedRow]) -> tuple[Revision, dict[str, None]]:
    """The last commit that is included, and the keys until then."""
    through = since
    keys: dict[str, None] = {}
    for number, revision_id, packed in commits:
        keys.update(dict.fromkeys(unpack_keys(packed)))
        through = Revision(number, revision_id)
        if limit is not None and len(keys) >= limit:
            break
    return through, keys
