"""Which quotas count for a request."""

from __future__ import annotations

import msgspec
import pytest

from strongroom.services.namespaces import ROOT, Namespace
from strongroom.services.quotas.records import QuotaScope
from strongroom.services.quotas.scope import QuotaIndex

A = Namespace(id="a", path="a/", lineage=("root", "a"))
AB = Namespace(id="ab", path="a/b/", lineage=("root", "a", "ab"))


class Quota(msgspec.Struct, frozen=True):
    """A quota of no kind."""

    name: str
    scope: QuotaScope


def quota(name: str, **scope: object) -> Quota:
    """One for these requests."""
    return Quota(name, QuotaScope(**scope))  # type: ignore[arg-type]


GLOBAL = quota("global", inheritable=True)
MOUNT = quota("mount", mount="m")
EXACT = quota("exact", mount="m", suffix="data/foo")
GLOB = quota("glob", mount="m", suffix="data/*")
LONGER = quota("longer", mount="m", suffix="data/foo/*")
WHOLE = quota("whole", mount="m", suffix="*")
ROLE = quota("role", mount="m", role="r")
OF_A = quota("of a", namespace="a")
HANDED_DOWN = quota("handed down", namespace="a", inheritable=True)
OF_AB = quota("of ab", namespace="ab")
IN_A = quota("in a", namespace="a", mount="am")


@pytest.mark.parametrize(
    ("quotas", "request_", "expected"),
    [
        ([], (ROOT, "m", "x"), ""),
        ([GLOBAL], (ROOT, "", ""), "global"),
        ([GLOBAL], (AB, "other", "x"), "global"),
        ([GLOBAL, MOUNT], (ROOT, "m", "x"), "mount"),
        ([GLOBAL, MOUNT], (ROOT, "n", "x"), "global"),
        ([MOUNT, WHOLE], (ROOT, "m", "x"), "whole"),
        ([MOUNT, WHOLE, GLOB], (ROOT, "m", "data/x"), "glob"),
        ([MOUNT, WHOLE, GLOB, LONGER], (ROOT, "m", "data/foo/x"), "longer"),
        ([MOUNT, GLOB, LONGER], (ROOT, "m", "data/foo"), "glob"),
        ([MOUNT, GLOB, EXACT], (ROOT, "m", "data/foo"), "exact"),
        ([MOUNT, GLOB, EXACT], (ROOT, "m", "data/foo/"), "exact"),
        ([MOUNT, EXACT], (ROOT, "m", "data/foo/bar"), "mount"),
        ([EXACT, ROLE], (ROOT, "m", "data/foo", "r"), "role"),
        ([EXACT, ROLE], (ROOT, "m", "data/foo", "s"), "exact"),
        ([ROLE], (ROOT, "m", "login", ""), ""),
        ([GLOBAL, OF_A], (A, "am", "x"), "of a"),
        ([GLOBAL, OF_A], (AB, "abm", "x"), "global"),
        ([OF_A], (AB, "abm", "x"), ""),
        ([GLOBAL, HANDED_DOWN], (AB, "abm", "x"), "handed down"),
        ([GLOBAL, HANDED_DOWN, OF_AB], (AB, "abm", "x"), "of ab"),
        ([quota("not handed down", inheritable=False)], (AB, "", "x"), ""),
        ([IN_A], (AB, "abm", "x"), ""),
        ([IN_A], (A, "am", "x"), "in a"),
    ],
)
def test_the_most_specific_counts(quotas: list[Quota], request_: tuple[Namespace, str, str], expected: str) -> None:
    """Role, path, longest beginning, mount, namespace, closest one above that hands down, global: Vault's order."""
    assert [each.name for each in QuotaIndex(quotas).applying(*request_)] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("scope", "request_", "counts"),
    [
        ({"inheritable": True}, (AB, "abm", "x"), True),
        ({}, (A, "am", "x"), False),
        ({"mount": "m"}, (ROOT, "m", "data/foo"), True),
        ({"mount": "m"}, (ROOT, "n", "data/foo"), False),
        ({"mount": "m", "suffix": "data/*"}, (ROOT, "m", "data/foo"), True),
        ({"mount": "m", "suffix": "data/*"}, (ROOT, "m", "metadata/foo"), False),
        ({"mount": "m", "suffix": "data/foo"}, (ROOT, "m", "data/foo/"), True),
        ({"mount": "m", "suffix": "data/foo"}, (ROOT, "m", "data/foo/bar"), False),
        ({"mount": "m", "role": "r"}, (ROOT, "m", "login", "r"), True),
        ({"mount": "m", "role": "r"}, (ROOT, "m", "login", "s"), False),
    ],
)
def test_additional_quotas_count_beside_it(
    scope: dict[str, object], request_: tuple[Namespace, str, str], counts: bool
) -> None:
    """Each additional quota for a request counts beside the most specific one, whatever else there is."""
    index = QuotaIndex([GLOBAL, EXACT, quota("additional", additional=True, **scope)])
    found = [each.name for each in index.applying(*request_)]
    assert ("additional" in found) is counts
    assert len(found) - counts == 1
