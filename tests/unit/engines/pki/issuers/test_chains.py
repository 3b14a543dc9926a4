"""The line of a chain."""

from __future__ import annotations

import itertools
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.pki.issuers.chains import line

IDS = st.sampled_from("abcdefgh")
GRAPHS = st.dictionaries(IDS, st.lists(IDS, unique=True, max_size=4))


def _distances(start: str, above: dict[str, list[str]], roots: set[str]) -> dict[str, int]:
    found, waiting = {start: 0}, deque([start])
    while waiting:
        at = waiting.popleft()
        for each in [] if at in roots else above.get(at, []):
            if each not in found:
                found[each] = found[at] + 1
                waiting.append(each)
    return found


@given(start=IDS, above=GRAPHS, roots=st.sets(IDS))
def test_a_line_goes_up_without_loops_to_the_nearest_root(
    start: str, above: dict[str, list[str]], roots: set[str]
) -> None:
    """Whatever has signed whatever, loops included.

    A line begins with the issuer, each certificate is signed by the next one, and none stands in it twice.  If a root
    can be reached, the line ends with one that is nearest, and no other root is in it.  Otherwise nothing is further
    away than its end.
    """
    found = line(start, above, roots)
    distances = _distances(start, above, roots)

    assert found[0] == start
    assert len(set(found)) == len(found)
    assert all(upper in above[lower] for lower, upper in itertools.pairwise(found))
    assert not roots.intersection(found[:-1])
    reachable = [distances[each] for each in roots if each in distances]
    assert len(found) - 1 == (min(reachable) if reachable else max(distances.values()))
    assert (found[-1] in roots) is bool(reachable)


def test_the_preferred_one_is_taken_of_several() -> None:
    """Of two ways of the same length, the one that comes first."""
    above = {"leaf": ["one", "two"], "one": ["root"], "two": ["root"]}
    assert line("leaf", above, {"root"}) == ("leaf", "one", "root")
    assert line("leaf", {**above, "leaf": ["two", "one"]}, {"root"}) == ("leaf", "two", "root")


def test_a_root_is_its_own_chain() -> None:
    """Even where another authority has signed it too."""
    assert line("root", {"root": ["other"]}, {"root"}) == ("root",)
