"""Where the API may have snapshots kept, and which of them are removed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.services.snapshots.schedule.rules import (
    check_directory,
    check_prefix,
    file_name,
    own,
    superfluous,
)

SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=12)


@given(SIZES, st.integers(1, 12), st.integers(0, 200), st.data())
def test_the_last_good_one_is_never_removed(sizes: list[int], retain: int, most: int, data: st.DataObject) -> None:
    """Whatever is wanted; the oldest go first, and no more than needed."""
    files = [(f"s-{number}", size) for number, size in enumerate(sizes)]
    good = data.draw(st.sampled_from([name for name, _ in files]))
    gone = superfluous(files, retain, most, good)
    assert good not in gone
    left = [(name, size) for name, size in files if name not in gone]
    assert gone == [name for name, _ in files if name in gone]
    within = len(left) <= retain and not (most and sum(size for _, size in left) > most)
    assert within or [name for name, _ in left] == [good]
    if gone:  # one less would have been too many
        back = [(name, size) for name, size in files if name not in gone[:-1]]
        assert len(back) > retain or (most and sum(size for _, size in back) > most)


def test_names() -> None:
    """They sort by time, and a schedule takes no other file for its own."""
    names = [file_name("s", at) for at in (9.5, 1_800_000_000.25, 10.0)]
    assert own([*names, "s-1.snap", "other-000000000000001.snap", "s-x-000000000000001.snap"], "s") == sorted(names)
    assert own(["s1-000000000000001.snap"], "s.") == []


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("/b", "/etc"),  # a link
        ("/backup", "/backup"),
        ("/bb/x", "/bb/x"),
        ("b", "/b"),
        ("/b/../b", "/b"),
        ("/b//x", "/b/x"),
    ],
)
def test_no_other_directory(path: str, real: str) -> None:
    """Only what is below one, without a link that leads out, in the plainest spelling."""
    with pytest.raises(InvalidRequest):
        check_directory(path, real, ["/b"])
    with pytest.raises(InvalidRequest):
        check_directory("/b", "/b", [])
    check_directory("/b", "/b", ["/b"])
    check_directory("/b/x/", "/b/x", ["/a", "/b"])


@pytest.mark.parametrize("prefix", ["", ".hidden", "a/b", "..", "a b", "x" * 65, "a\n"])
def test_no_other_file(prefix: str) -> None:
    """No path, nothing hidden, nothing that looks like another name."""
    with pytest.raises(InvalidRequest):
        check_prefix(prefix)
