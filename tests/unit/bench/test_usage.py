"""What a process group uses."""

from __future__ import annotations

import os

import pytest
from bench.servers import usage


def test_a_name_with_spaces_changes_nothing() -> None:
    """The fields are counted behind the command's name."""
    fields = ["S", "1", "77", *["0"] * 8, "100", "20", "3", "4", *["0"] * 10]
    stat = f"5 (a ) b) {' '.join(fields)}"
    assert usage.group_of(stat) == 77
    assert usage.processor_s_of(stat) == pytest.approx(127 / os.sysconf("SC_CLK_TCK"))


def test_the_shared_part_counts_once() -> None:
    """What is read is the proportional size, not the resident one."""
    assert usage.pss_kib("Rss:  900 kB\nPss:  300 kB\nPss_Anon: 5 kB\n") == 300


def test_this_process_is_in_its_group() -> None:
    """With memory of its own."""
    group = os.getpgrp()
    assert os.getpid() in usage.members(group)
    assert usage.memory_mib(group) > 1
