"""Numbers as lines for statsd and DogStatsD.

The names are those that Vault's library gives: they were read from what github.com/hashicorp/go-metrics sends.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.exposition import Gauge, Histogram, Measure
from strongroom.lib.statsd import Naming, lines, packets, past_of

LABELS = {"cluster": "c l:u|s@t,e#r", "type": "kv"}
MEASURES: list[Measure] = [
    Gauge("vault.core.unsealed", 1, "A."),
    Gauge("vault.core.mounts", 2.5, "B.", LABELS),
    Gauge("vault.token.creation", 3, "C.", LABELS, counts=True),
    Histogram("vault.core.handle_request", "D.", (0.25, 1.0), (1, 0, 0), 0.2, LABELS),
]


@pytest.mark.parametrize(
    ("naming", "expected"),
    [
        (
            Naming(),
            [
                "vault.core.unsealed:1|g",
                "vault.core.mounts.c_l_u_s_t_e_r.kv:2.5|g",
                "vault.token.creation.c_l_u_s_t_e_r.kv:3|c",
                "vault.core.handle_request.c_l_u_s_t_e_r.kv:0.25|ms",
            ],
        ),
        (
            Naming(prefix="vault", hostname="ho.st"),
            [
                "vault.ho.st.core.unsealed:1|g",
                "vault.ho.st.core.mounts.c_l_u_s_t_e_r.kv:2.5|g",
                "vault.token.creation.c_l_u_s_t_e_r.kv:3|c",
                "vault.core.handle_request.c_l_u_s_t_e_r.kv:0.25|ms",
            ],
        ),
        (
            Naming(prefix="vault", hostname="ho.st", host_label=True),
            [
                "vault.core.unsealed.ho.st:1|g",
                "vault.core.mounts.c_l_u_s_t_e_r.kv.ho.st:2.5|g",
                "vault.token.creation.c_l_u_s_t_e_r.kv.ho.st:3|c",
                "vault.core.handle_request.c_l_u_s_t_e_r.kv.ho.st:0.25|ms",
            ],
        ),
        (
            Naming(tagged=True, prefix="vault", hostname="ho.st", tags=("env:prod", "a")),
            [
                "vault.core.unsealed:1|g|#env:prod,a",
                "vault.core.mounts:2.5|g|#env:prod,a,cluster:c_l_u_s_t_e_r,type:kv",
                "vault.token.creation:3|c|#env:prod,a,cluster:c_l_u_s_t_e_r,type:kv",
                "vault.core.handle_request:0.25|ms|#env:prod,a,cluster:c_l_u_s_t_e_r,type:kv",
            ],
        ),
        (
            Naming(tagged=True, prefix="vault", hostname="ho.st", host_label=True),
            [
                "vault.core.unsealed:1|g|#host:ho.st",
                "vault.core.mounts:2.5|g|#cluster:c_l_u_s_t_e_r,type:kv,host:ho.st",
                "vault.token.creation:3|c|#cluster:c_l_u_s_t_e_r,type:kv,host:ho.st",
                "vault.core.handle_request:0.25|ms|#cluster:c_l_u_s_t_e_r,type:kv,host:ho.st",
            ],
        ),
    ],
)
def test_names_are_those_of_vaults_library(naming: Naming, expected: list[str]) -> None:
    """Labels in the name or as tags; the host in the names of gauges alone, or as a label of all."""
    assert list(lines(MEASURES, {}, naming)) == expected


def test_a_counter_sends_its_growth() -> None:
    """Nothing while it stands still; all of it when it has begun anew.  A gauge is sent each time."""

    def sent(before: float, now: float) -> list[str]:
        old, new = ([Gauge("vault.a_total", each, "A."), Gauge("vault.b", each, "B.")] for each in (before, now))
        return list(lines(new, past_of(old), Naming()))

    assert sent(3, 5) == ["vault.a_total:2|c", "vault.b:5|g"]
    assert sent(5, 5) == ["vault.b:5|g"]
    assert sent(5, 2) == ["vault.a_total:2|c", "vault.b:2|g"]


def test_a_histogram_sends_what_came_since() -> None:
    """Each size once, in milliseconds, with a sample rate that makes the receiver count all events of it."""

    def of(*counts: int) -> Histogram:
        return Histogram("vault.a_seconds", "A.", (0.001, 0.5), counts, 0.0)

    past = past_of([of(1, 0, 2)])
    assert list(lines([of(5, 1, 2)], past, Naming())) == [
        "vault.a_milliseconds:1|ms|@0.25",
        "vault.a_milliseconds:500|ms",
    ]
    assert list(lines([of(0, 0, 2)], past, Naming())) == ["vault.a_milliseconds:500|ms|@0.5"]
    assert not list(lines([of(1, 0, 2)], past, Naming()))


@given(st.text(), st.text(), st.booleans())
def test_no_label_begins_another_line_or_another_tag(label: str, value: str, tagged: bool) -> None:
    """Whatever a mount or a namespace is called, there is one line with one value and its own tags."""
    (line,) = lines([Gauge("vault.a", 1, "A.", {label: value})], {}, Naming(tagged=tagged))
    assert line.split() == [line]
    name, _, rest = line.partition("|g")
    assert (name.count(":"), name.rpartition(":")[2], name.count("|")) == (1, "1", 0)
    assert (rest.count("|"), rest.count(","), rest.count("@")) == (int(tagged), 0, 0)


@given(st.lists(st.text("ab", min_size=1, max_size=30)), st.integers(1, 60))
def test_datagrams_hold_all_lines_in_order(given_lines: list[str], most: int) -> None:
    """None is longer than allowed, unless a single line is."""
    found = list(packets(iter(given_lines), most))
    assert b"\n".join(found).decode().split("\n") == (given_lines or [""])
    assert all(len(packet) <= most or b"\n" not in packet for packet in found)


@pytest.mark.parametrize(("tagged", "expected"), [(False, "vault.a.none:1|g"), (True, "vault.a:1|g|#cluster:none")])
def test_a_label_without_a_value_has_a_name(tagged: bool, expected: str) -> None:
    """The cluster of a server that was never initialised: no name ends in a dot."""
    assert list(lines([Gauge("vault.a", 1, "A.", {"cluster": ""})], {}, Naming(tagged=tagged))) == [expected]
