"""Which tokens and leases a withdrawal concerns: a table, and the index against asking each withdrawal."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.services.withdrawals.index import Index
from strongroom.services.withdrawals.matching import Bound, Facts, Verdict
from strongroom.services.withdrawals.records import KEEP, Selection, Withdrawal

NONE, MAYBE, YES = Verdict.SPARED, Verdict.UNDETERMINED, Verdict.CONCERNED


def bound(since: float = 0.0, until: float = math.inf, *, undetermined: str = "end", **selection: Any) -> Bound:
    """A withdrawal, prepared."""
    chosen = Selection(**selection)
    return Bound.of(
        Withdrawal(
            id="w", namespace="root", selection=chosen, made_at=0.0, since=since, until=until, undetermined=undetermined
        )
    )


def facts(at: float = 10.0, **known: Any) -> Facts:
    """The facts of one token."""
    return Facts(at=at, namespace="root", **{"address": "", **known})


LOGIN = facts(entities=("e",), aliases=(("up", "ann"),), mounts=("m",), roles=("r",), keys=("k",), address="192.0.2.9")
CHILD = facts(at=20.0, keys=("c",), mounts=("t",), path="auth/token/create", address="2001:db8::1")
OLD = facts(address=None)
LOST = facts(client_known=False)

TABLE: list[tuple[Bound, list[Facts], Verdict]] = [
    (bound(entity_ids=("e",)), [LOGIN], YES),
    (bound(entity_ids=("x", "e")), [CHILD, LOGIN], YES),
    (bound(entity_ids=("x",)), [CHILD, LOGIN], NONE),
    (bound(entity_ids=("x",)), [LOST], MAYBE),
    (bound(token_key="k"), [CHILD, LOGIN], YES),
    (bound(token_key="c"), [LOGIN], NONE),
    (bound(alias="ann", alias_mount="up"), [CHILD, LOGIN], YES),
    (bound(alias="ann", alias_mount="other"), [CHILD, LOGIN], NONE),
    (bound(mount="m", mount_path="root/auth/up/"), [LOGIN], YES),
    (bound(mount="m", mount_path="root/auth/up/", role="r"), [CHILD, LOGIN], YES),
    (bound(mount="m", mount_path="root/auth/up/", role="x"), [CHILD, LOGIN], NONE),
    # The role is one of the child's own mount, not of the login's.
    (bound(mount="t", mount_path="root/auth/token/", role="r"), [CHILD, LOGIN], NONE),
    (bound(mount="x", mount_path="root/auth/token/"), [CHILD], YES),
    (bound(mount="x", mount_path="other/auth/token/"), [CHILD], NONE),
    (bound(mount="x", mount_path="root/auth/tok/"), [CHILD], NONE),
    (bound(networks=("192.0.2.0/24",)), [LOGIN], YES),
    (bound(networks=("192.0.2.0/24",)), [CHILD, LOGIN], YES),
    (bound(networks=("192.0.2.8",)), [CHILD, LOGIN], NONE),
    (bound(networks=("10.0.0.0/8", "2001:db8::/32")), [CHILD], YES),
    (bound(networks=("0.0.0.0/0",)), [CHILD], NONE),
    (bound(networks=("0.0.0.0/0", "::/0")), [facts()], NONE),
    (bound(networks=("0.0.0.0/0",)), [facts(address="::ffff:192.0.2.9")], YES),
    (bound(networks=("192.0.2.0/24",)), [OLD], MAYBE),
    (bound(networks=("192.0.2.0/24",)), [CHILD, OLD], MAYBE),
    # All parts have to be met; the weakest counts.
    (bound(entity_ids=("e",), networks=("192.0.2.0/24",)), [LOGIN], YES),
    (bound(entity_ids=("e",), networks=("10.0.0.0/8",)), [LOGIN], NONE),
    (bound(entity_ids=("x",), networks=("192.0.2.0/24",)), [OLD], NONE),
    # The time is that of the token, or of one of its ancestors, which then has to be met by itself.
    (bound(15.0, entity_ids=("e",)), [LOGIN], NONE),
    (bound(15.0, entity_ids=("e",)), [CHILD, LOGIN], YES),
    (bound(0.0, 15.0, entity_ids=("e",)), [CHILD, LOGIN], YES),
    (bound(0.0, 15.0, token_key="c"), [CHILD, LOGIN], NONE),
    (bound(10.0, 10.0, entity_ids=("e",)), [LOGIN], YES),
    (bound(21.0, entity_ids=("e",)), [CHILD, LOGIN], NONE),
    (bound(), [LOGIN], NONE),
]


@pytest.mark.parametrize(("order", "line", "expected"), TABLE)
def test_verdicts(order: Bound, line: list[Facts], expected: Verdict) -> None:
    """A line is judged by its own facts and by those of its ancestors."""
    assert order.verdict(line) is expected


@pytest.mark.parametrize(("order", "line", "expected"), TABLE)
def test_what_is_undetermined_ends_unless_it_is_kept(order: Bound, line: list[Facts], expected: Verdict) -> None:
    """Only of what can't be told is there a choice."""
    kept = Bound.of(
        Withdrawal(
            id="w",
            namespace="root",
            selection=order.order.selection,
            made_at=0.0,
            since=order.order.since,
            until=order.order.until,
            undetermined=KEEP,
        )
    )
    assert order.ends(line) is (expected is not NONE)
    assert kept.ends(line) is (expected is YES)


_names = st.sampled_from(("a", "b", "c"))
_tuples = st.lists(_names, max_size=2).map(tuple)
_addresses = st.sampled_from(("", "192.0.2.1", "192.0.3.1", "2001:db8::1", "::ffff:192.0.2.1"))
_facts = st.builds(
    Facts,
    at=st.integers(0, 4).map(float),
    namespace=_names,
    path=st.sampled_from(("a/x", "b/x", "b/c/x")),
    keys=_tuples,
    entities=_tuples,
    aliases=st.lists(st.tuples(_names, _names), max_size=1).map(tuple),
    mounts=_tuples,
    roles=_tuples,
    address=st.none() | _addresses,
    client_known=st.booleans(),
)
_selections = st.builds(
    Selection,
    entity_ids=_tuples,
    alias=st.just("") | _names,
    alias_mount=_names,
    token_key=st.just("") | _names,
    networks=st.lists(st.sampled_from(("192.0.2.0/24", "192.0.2.1", "0.0.0.0/0", "2001:db8::/48")), max_size=2).map(
        tuple
    ),
    mount=st.just("") | _names,
    mount_path=st.sampled_from(("a/a/", "a/b/", "b/b/c/")),
    role=st.just("") | _names,
)
_FIELDS = tuple(set(Selection.__struct_fields__) - {"unknown_"})
_bounds = st.builds(
    lambda selection, since, length: bound(
        float(since), float(since + length), **{name: getattr(selection, name) for name in _FIELDS}
    ),
    _selections,
    st.integers(0, 3),
    st.integers(0, 3),
)


@given(st.lists(_bounds, max_size=5), st.lists(_facts, min_size=1, max_size=3))
def test_the_index_leaves_none_out(bounds: list[Bound], line: list[Facts]) -> None:
    """Each withdrawal that ends a line is among the candidates for it, whatever it selects by."""
    candidates = [id(one) for one in Index(bounds).candidates(line)]
    assert {id(one) for one in bounds if one.ends(line)} <= set(candidates)
    assert len(candidates) == len(set(candidates))
