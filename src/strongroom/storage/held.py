"""What commits while all other commits wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from strongroom.storage.base import Add, Revision
from strongroom.storage.operations import Commit


class HeldCommitter:
    """The `Committer` that a store's `exclusive` yields.

    Args:
        check: raises `InvalidRequest` for what the store can't take.
        run: runs a commit at once, below the hold.
    """

    def __init__(
        self,
        check: Callable[[Mapping[str, int], Mapping[str, bytes | None], Mapping[str, Add]], None],
        run: Callable[[Commit], Awaitable[Revision]],
    ) -> None:
        self._check = check
        self._run = run

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """Apply `writes` and `adds` at once."""
        self._check(reads, writes, adds)
        return await self._run(Commit(reads, writes, adds))
