"""What is due next, against a naive model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strongroom.agent.dependencies.schedule import Schedule

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 9), st.integers(0, 30)),
        st.tuples(st.just("drop"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("take"), st.just(0), st.integers(0, 30)),
    ),
    max_size=300,
)


@given(_STEPS)
def test_it_is_what_a_dictionary_would_be(steps: list[tuple[str, int, int]]) -> None:
    """Each thing is there once, with its last time, and is taken out in the order of the times."""
    schedule: Schedule[int] = Schedule()
    naive: dict[int, int] = {}
    for kind, thing, at in steps:
        if kind == "put":
            schedule.put(thing, at)
            naive[thing] = at
        elif kind == "drop":
            schedule.drop(thing)
            naive.pop(thing, None)
        else:
            taken = schedule.take(at)
            due = min(naive.values(), default=None)
            assert (taken is None) == (due is None or due > at)
            if taken is not None:
                assert naive.pop(taken) == due
        assert schedule.next_at() == min(naive.values(), default=None)
        assert len(schedule) == len(naive)


def test_putting_again_and_again_takes_no_memory() -> None:
    """What was planned anew a thousand times leaves no thousand entries behind."""
    schedule: Schedule[int] = Schedule()
    for at in range(10_000):
        schedule.put(at % 3, at)
    assert len(schedule._heap) < 200
    assert [schedule.take(20_000) for _ in range(4)] == [1, 2, 0, None]
