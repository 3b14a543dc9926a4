"""Which numbers are shown, and under which names."""

from __future__ import annotations

import pytest

from strongroom.lib.exposition import Gauge, Measure
from strongroom.lib.exposure import Exposure, PrefixFilter, parse_rules


@pytest.mark.parametrize(
    ("rules", "default", "shown"),
    [
        ((), True, "tce"),
        ((), False, ""),
        (("-vault.expire",), True, "tc"),
        (("-vault.expire", "+vault.expire.num"), True, "tce"),
        (("+vault.expire", "-vault.expire.num"), False, ""),
        (("+vault.to",), False, "t"),
        (("-vault", "+vault.core", "-vault.core.x"), True, "c"),
    ],
)
def test_the_longest_beginning_decides(rules: tuple[str, ...], default: bool, shown: str) -> None:
    """Whatever order the rules have; `filter_default` decides about all other names."""
    names = {"t": "vault.token.count", "c": "vault.core.unsealed", "e": "vault.expire.num_leases"}
    for given in (rules, rules[::-1]):
        found = PrefixFilter(parse_rules(given), default)
        assert "".join(letter for letter, name in names.items() if found.allows(name)) == shown


@pytest.mark.parametrize("rule", ["", "+", "-", "vault", " +vault"])
def test_a_rule_says_what_it_does(rule: str) -> None:
    """One without a sign or a name is an error, as in Vault."""
    with pytest.raises(ValueError, match=r"expected rules such as"):
        parse_rules([rule])


@pytest.mark.parametrize(("prefix", "name"), [("vault", "vault.a.b"), ("my.app", "my.app.a.b"), ("", "a.b")])
def test_names_begin_with_the_prefix(prefix: str, name: str) -> None:
    """The cluster is a label of all but those of the operating system, which stay as they are and come last."""
    own: list[Measure] = [Gauge("process.open_fds", 1, "A."), Gauge("vault.a.b", 2, "B.", {"x": "y"})]
    exposure = Exposure(prefix, PrefixFilter(((name, True),), default=False))
    assert exposure.shown(own, "c") == [Gauge(name, 2, "B.", {"x": "y", "cluster": "c"}), own[0]]
