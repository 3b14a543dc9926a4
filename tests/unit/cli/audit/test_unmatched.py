"""Why nothing in a log matches."""

from __future__ import annotations

import pytest

from strongroom.cli.audit.unmatched import notes
from strongroom.inquiry.criteria import Criteria


@pytest.mark.parametrize(
    ("criteria", "note"),
    [
        (Criteria(names=("eva",)), "-name='*-eva'"),
        (Criteria(operations=("write",)), '"write" is no operation of a log. Those are create, delete,'),
        (Criteria(paths=("/secret/data/a",)), 'in front: "secret/data/a"'),
        (Criteria(paths=("v1/sys/mounts",)), 'in front: "sys/mounts"'),
        (Criteria(paths=("secret/shop/db",)), '"secret/data/shop/db"'),
        (Criteria(paths=("auth/*/login/*",)), 'for one segment: "auth/+/login/*"'),
    ],
)
def test_what_a_log_writes_otherwise_is_told(criteria: Criteria, note: str) -> None:
    """A name without its method, a verb of the command line, a URL's path, a short path."""
    assert [note in said for said in notes(criteria)] == [True]


def test_what_a_log_could_hold_gets_no_note() -> None:
    """Nobody is told that a right question is wrong."""
    right = Criteria(
        names=("userpass-eva", "*eva", "root"),
        operations=("read", "scan"),
        paths=("secret/data/a", "secret/*", "+/data/a", "auth/+/login/*", "sys/mounts"),
    )
    assert list(notes(right)) == []
