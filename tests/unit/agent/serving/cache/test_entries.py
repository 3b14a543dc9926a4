"""What ends with what, of the answers that are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.agent.serving.cache.entries import CachedAnswer, CachedAnswers
from strongroom.agent.serving.cache.holding import LeaseHeld, TokenHeld
from strongroom.agent.serving.cache.record import decoded, encoded
from strongroom.agent.serving.cache.revocations import (
    AccessorGone,
    Everything,
    Gone,
    LeaseGone,
    LeasesBelow,
    OrphanedBy,
    PathBelow,
    TokenGone,
)
from strongroom.agent.serving.cache.term import granted


def entry(name: str, token: str, held: LeaseHeld | TokenHeld, namespace: str = "") -> CachedAnswer:
    """The answer to a request with this token."""
    return CachedAnswer(
        key=name.encode(),
        place=name,
        namespace=namespace,
        token=token,
        held=held,
        term=granted(60, 0.0),
        stored_at=0.0,
        status=200,
        headers=(("Content-Type", "application/json"),),
        body=b"{}",
    )


def token(name: str, parent: str, *, orphan: bool = False) -> CachedAnswer:
    """The answer that made a token."""
    return entry(f"made/{name}", parent, TokenHeld(name, f"of-{name}", 60, orphan))


def lease(name: str, of: str, namespace: str = "") -> CachedAnswer:
    """The answer that made a lease."""
    return entry(f"lease/{name}", of, LeaseHeld(name, 60), namespace)


ALL = (
    token("login", "", orphan=True),
    token("child", "login"),
    token("grandchild", "child"),
    token("orphan", "child", orphan=True),
    lease("db/creds/1", "login"),
    lease("db/creds/2", "child"),
    lease("aws/creds/3", "grandchild"),
    lease("db/creds/4", "orphan", "team"),
)


def kept() -> CachedAnswers:
    """All of them."""
    entries = CachedAnswers()
    for each in ALL:
        entries.put(each)
    return entries


@pytest.mark.parametrize(
    ("gone", "ended"),
    [
        (TokenGone("login"), "login child grandchild db/creds/1 db/creds/2 aws/creds/3"),
        (TokenGone("child"), "child grandchild db/creds/2 aws/creds/3"),
        (TokenGone("orphan"), "orphan db/creds/4"),
        (AccessorGone("of-child"), "child grandchild db/creds/2 aws/creds/3"),
        (OrphanedBy("child"), "child db/creds/2"),
        (LeaseGone("db/creds/1"), "db/creds/1"),
        (LeasesBelow("db/"), "db/creds/1 db/creds/2 db/creds/4"),
        (PathBelow("lease/db/", ""), "db/creds/1 db/creds/2"),
        (PathBelow("lease/", "team"), "db/creds/4"),
        (PathBelow("made/child", ""), "child grandchild db/creds/2 aws/creds/3"),
        (TokenGone("unknown"), ""),
        (AccessorGone("unknown"), ""),
        (LeaseGone("unknown"), ""),
        (Everything(), "login child grandchild orphan db/creds/1 db/creds/2 aws/creds/3 db/creds/4"),
    ],
)
def test_what_ends_with_what(gone: Gone, ended: str) -> None:
    """A token takes its leases and the tokens made with it along, but for orphans."""
    found = kept().ended_by(gone)
    names = {each.held.token if isinstance(each.held, TokenHeld) else each.held.lease_id for each in found}
    assert names == set(ended.split())


@given(st.permutations(ALL))
def test_nothing_is_left_of_what_was_removed(order: list[CachedAnswer]) -> None:
    """In any order; the indexes hold nothing either."""
    entries = kept()
    for each in order:
        entries.remove(each.key)
        entries.remove(each.key)
    assert (len(entries), entries.bytes) == (0, 0)
    assert [entries.ended_by(gone) for gone in (TokenGone("login"), LeasesBelow(""), Everything())] == [[], [], []]
    assert not entries.holds_token("login")


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    """For the same request; what the earlier one held isn't found any more."""
    entries = CachedAnswers()
    entries.put(entry("a", "t", LeaseHeld("1", 60)))
    entries.put(entry("a", "t", LeaseHeld("2", 60)))
    assert (len(entries), entries.of_lease("1"), entries.of_lease("2") is not None) == (1, None, True)


def test_there_is_room_for_so_many() -> None:
    """By number and by size."""
    entries = CachedAnswers(most=2, most_bytes=10_000)
    entries.put(ALL[0])
    assert entries.has_room(1000)
    assert not entries.has_room(10_000)
    entries.put(ALL[1])
    assert not entries.has_room(1)


@pytest.mark.parametrize("each", ALL)
def test_a_record_makes_the_same_entry(each: CachedAnswer) -> None:
    """For a process whose clock began at another time; it is asked for within a second."""
    again = decoded(encoded(each, behind_s=1000.0), behind_s=1500.0)
    assert (again.term.ends_at, again.term.failures) == (each.term.ends_at - 500.0, 1)
    for name in ("key", "place", "namespace", "token", "held", "stored_at", "status", "headers", "body"):
        assert getattr(again, name) == getattr(each, name)
