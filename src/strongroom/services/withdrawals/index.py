"""Finds the few withdrawals that may concern something among many that don't (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from strongroom.services.withdrawals.matching import Bound, Facts, number_of


class Index:
    """The withdrawals that stand, each filed under one part of its selection."""

    def __init__(self, bounds: Iterable[Bound]) -> None:
        self.bounds = tuple(bounds)
        self._named: dict[object, list[Bound]] = {}
        self._places: dict[str, list[Bound]] = {}
        self._networks: dict[tuple[int, int], dict[int, list[Bound]]] = {}
        for bound in self.bounds:
            self._file(bound)

    def __bool__(self) -> bool:
        return bool(self.bounds)

    def candidates(self, line: Sequence[Facts]) -> Iterable[Bound]:
        """Those that may concern what this line describes; all of them if it doesn't say enough."""
        if not all(facts.client_known and facts.address is not None for facts in line):
            return self.bounds
        return self.named(line)

    def named(self, line: Sequence[Facts]) -> Iterable[Bound]:
        """Those under which something of the line is filed."""
        found: dict[int, Bound] = {}
        for facts in line:
            for names in (facts.keys, facts.entities, facts.aliases, facts.mounts):
                for name in names:
                    for bound in self._named.get(name, ()):
                        found[id(bound)] = bound
            place = f"{facts.namespace}/{facts.path}/"
            for start, filed in self._places.items():
                if place.startswith(start):
                    found |= {id(bound): bound for bound in filed}
            if self._networks and facts.address:
                version, number = number_of(facts.address)
                for (of, shift), prefixes in self._networks.items():
                    if of == version:
                        found |= {id(bound): bound for bound in prefixes.get(number >> shift, ())}
        return found.values()

    def _file(self, bound: Bound) -> None:
        """File a withdrawal under the part of its selection that fewest clients meet."""
        selection = bound.order.selection
        if selection.token_key:
            self._named.setdefault(selection.token_key, []).append(bound)
        elif selection.entity_ids:
            for name in (*selection.entity_ids, *selection.logins):
                self._named.setdefault(name, []).append(bound)
        elif selection.alias:
            self._named.setdefault((selection.alias_mount, selection.alias), []).append(bound)
        elif selection.mount:
            self._named.setdefault(selection.mount, []).append(bound)
            self._places.setdefault(selection.mount_path, []).append(bound)
        else:
            for network in bound.networks:
                place = self._networks.setdefault((network.version, network.shift), {})
                place.setdefault(network.prefix, []).append(bound)
