"""Finds the makers of a token in a log (pure).

An entry names a token by digests.  The entry of the request that made the token has the same digests, and the maker's
name.  So a log that is read from its beginning leads from a token of a token back to a login, and from the use of a
wrapping token to what was wrapped in it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from strongroom.inquiry.entries import Auth, Entry

_KEPT = 100_000
"""Tokens, of the newest: some 50 MB."""
_GENERATIONS = 32
_OPENING = frozenset({"sys/wrapping/unwrap", "sys/wrapping/rewrap", "cubbyhole/response"})


@dataclass(frozen=True, slots=True)
class _Made:
    """How a token came to be."""

    by: str
    """The display name of who made it."""
    by_accessor: str
    path: str = ""
    """The path of the response that was wrapped in this token; empty for other tokens."""


class Trail:
    """The tokens in the entries so far.

    Args:
        kept: how many tokens to keep; the oldest are forgotten first.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._made: OrderedDict[str, _Made] = OrderedDict()
        self.forgotten = 0

    def learn(self, entry: Entry) -> None:
        """Store the new tokens in a response."""
        if entry.type != "response" or entry.error or entry.response is None:
            return
        maker, made, wrap = entry.auth, entry.response.auth, entry.response.wrap_info
        if made is not None and made.accessor != maker.accessor:
            self._keep((made.accessor, made.client_token), _Made(maker.display_name, maker.accessor))
        if wrap is not None:
            path = self.opened(entry) or wrap.creation_path or entry.request.path
            self._keep((wrap.accessor, wrap.token), _Made(maker.display_name, maker.accessor, path))
            if wrap.wrapped_accessor != maker.accessor:
                self._keep((wrap.wrapped_accessor,), _Made(maker.display_name, maker.accessor))

    def _keep(self, names: tuple[str, ...], made: _Made) -> None:
        for name in filter(None, names):
            self._made[name] = made
            self._made.move_to_end(name)
        while len(self._made) > self._kept:
            self._made.popitem(last=False)
            self.forgotten += 1

    def names(self, auth: Auth) -> tuple[str, ...]:
        """The display name of who asked, then of who made that token, and so on."""
        found, accessor = [auth.display_name], auth.accessor
        for _ in range(_GENERATIONS):
            made = self._made.get(accessor) if accessor else None
            if made is None:
                break
            found.append(made.by)
            accessor = made.by_accessor
        return tuple(name for name in found if name)

    def opened(self, entry: Entry) -> str:
        """The path whose wrapped answer a request opens; empty for any other request."""
        if entry.request.path not in _OPENING:
            return ""
        asked = entry.request
        for name in (asked.named_token, entry.auth.accessor, entry.auth.client_token, asked.client_token):
            made = self._made.get(name) if name else None
            if made is not None and made.path:
                return made.path
        return ""
