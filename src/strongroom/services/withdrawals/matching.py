"""Which tokens and leases a withdrawal concerns (pure).

A token is described by a line of facts: its own, then those of its ancestors.  It is concerned if one of them was
issued in the withdrawal's time, to somebody who is selected by that one's facts or by those of its ancestors.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache

import msgspec

from strongroom.barrier.record import Part
from strongroom.sdk.token_fields import network_of, plain_address
from strongroom.services.withdrawals.records import END, Selection, Withdrawal

_ADDRESSES_KEPT = 4096
"""Addresses whose numbers are remembered: a client asks many times."""


class Network(msgspec.Struct, frozen=True):
    """A network as numbers, which compare some twenty times as fast as objects."""

    version: int
    prefix: int
    shift: int

    @classmethod
    def of(cls, text: str) -> Network:
        """The network of an address or CIDR block."""
        network = network_of(text)
        shift = network.max_prefixlen - network.prefixlen
        return cls(network.version, int(network.network_address) >> shift, shift)


class Facts(Part, frozen=True):
    """To whom and when one token or lease was issued.  What outlives its makers keeps theirs."""

    at: float
    """Seconds since the epoch."""
    namespace: str = ""
    path: str = ""
    """The API path that issued it, relative to its namespace."""
    keys: tuple[str, ...] = ()
    """That of the token; for a lease, that of the token that it belongs to."""
    entities: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    """Accessor of the auth mount, and name."""
    mounts: tuple[str, ...] = ()
    """Ids."""
    roles: tuple[str, ...] = ()
    address: str | None = None
    """None if the record doesn't say; empty for a Unix socket."""
    client_known: bool = True
    """Whether it says who asked, or has a parent that does."""


class Verdict(IntEnum):
    """Whether a withdrawal concerns something."""

    SPARED = 0
    UNDETERMINED = 1
    """Nothing says that it isn't, and the record lacks what would."""
    CONCERNED = 2


class Bound(msgspec.Struct, frozen=True):
    """A withdrawal, prepared for many comparisons."""

    order: Withdrawal
    networks: tuple[Network, ...]

    @classmethod
    def of(cls, order: Withdrawal) -> Bound:
        """The prepared form."""
        return cls(order, tuple(map(Network.of, order.selection.networks)))

    def ends(self, line: Sequence[Facts]) -> bool:
        """Whether what this line describes is invalid."""
        verdict = self.verdict(line)
        return verdict is Verdict.CONCERNED or (verdict is Verdict.UNDETERMINED and self.order.undetermined == END)

    def verdict(self, line: Sequence[Facts]) -> Verdict:
        """Whether it is concerned, without regard to what becomes of the undetermined."""
        since, until = self.order.since, self.order.until
        # Most withdrawals concern others, or another time; what the whole line doesn't meet no part of it meets.
        if not any(since <= facts.at <= until for facts in line) or self._selected(line) is Verdict.SPARED:
            return Verdict.SPARED
        found = Verdict.SPARED
        for number, facts in enumerate(line):
            if since <= facts.at <= until:
                here = self._selected(line[number:])
                if here is Verdict.CONCERNED:
                    return here
                found = max(found, here)
        return found

    def _selected(self, line: Sequence[Facts]) -> Verdict:
        """The weakest verdict of all parts of the selection."""
        selection, parts = self.order.selection, list[Verdict]()
        known = all(facts.client_known for facts in line)
        if selection.entity_ids:
            parts.append(_any((_is_entity(selection, facts) for facts in line), known=known))
        if selection.alias:
            wanted = (selection.alias_mount, selection.alias)
            parts.append(_any((wanted in facts.aliases for facts in line), known=known))
        if selection.token_key:
            parts.append(_any((selection.token_key in facts.keys for facts in line), known=known))
        if selection.mount:
            parts.append(_any((_at_mount(selection, facts) for facts in line), known=known))
        if selection.networks:
            parts.append(
                _any(
                    (facts.address is not None and self._within(facts.address) for facts in line),
                    known=all(facts.address is not None for facts in line),
                )
            )
        return min(parts, default=Verdict.SPARED)

    def _within(self, address: str) -> bool:
        version, number = number_of(address)
        return any(
            network.version == version and number >> network.shift == network.prefix for network in self.networks
        )


@lru_cache(_ADDRESSES_KEPT)
def number_of(address: str) -> tuple[int, int]:
    """Version and number of an address; version 0 for a client on a Unix socket, which has none."""
    try:
        client = ipaddress.ip_address(plain_address(address))
    except ValueError:
        return 0, 0
    return client.version, int(client)


def _any(outcomes: Iterable[bool], *, known: bool) -> Verdict:
    if any(outcomes):
        return Verdict.CONCERNED
    return Verdict.SPARED if known else Verdict.UNDETERMINED


def _is_entity(selection: Selection, facts: Facts) -> bool:
    return any(id_ in selection.entity_ids for id_ in facts.entities) or any(
        alias in selection.logins for alias in facts.aliases
    )


def _at_mount(selection: Selection, facts: Facts) -> bool:
    """Whether the mount issued it, or logged its client in; in the role, if one is selected."""
    place = f"{facts.namespace}/{facts.path}/"
    at = selection.mount in facts.mounts or place.startswith(selection.mount_path)
    return at and selection.role in {"", *facts.roles}
