"""What is done with the program follows from its state and what happens, for each pair of them."""

from __future__ import annotations

import pytest

from strongroom.agent.supervising.states import Action, Event, Impossible, State, after

TABLE = {
    State.NOT_STARTED: {
        Event.CHANGED: (State.RUNNING, Action.START),
        Event.STOP: (State.OVER, Action.LEAVE),
    },
    State.RUNNING: {
        Event.CHANGED: (State.RESTARTING, Action.TELL_TO_END),
        Event.ENDED: (State.OVER, Action.LEAVE),
        Event.STOP: (State.STOPPING, Action.TELL_TO_END),
    },
    State.RESTARTING: {
        Event.CHANGED: (State.RESTARTING, Action.NOTHING),
        Event.ENDED: (State.RUNNING, Action.START),
        Event.TIMED_OUT: (State.RESTARTING, Action.KILL),
        Event.STOP: (State.STOPPING, Action.NOTHING),
    },
    State.STOPPING: {
        Event.CHANGED: (State.STOPPING, Action.NOTHING),
        Event.ENDED: (State.OVER, Action.LEAVE),
        Event.TIMED_OUT: (State.STOPPING, Action.KILL),
    },
    State.OVER: {},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_pair(state: State, event: Event) -> None:
    """A pair that can't be raises and changes nothing."""
    expected = TABLE[state].get(event)
    if expected is None:
        with pytest.raises(Impossible):
            after(state, event, restarts=True)
    else:
        assert after(state, event, restarts=True) == expected


def test_a_program_that_is_not_restarted_runs_on() -> None:
    """`restart_on_secret_changes = never` starts it once."""
    assert after(State.NOT_STARTED, Event.CHANGED, restarts=False) == (State.RUNNING, Action.START)
    assert after(State.RUNNING, Event.CHANGED, restarts=False) == (State.RUNNING, Action.NOTHING)
    assert after(State.RUNNING, Event.ENDED, restarts=False) == (State.OVER, Action.LEAVE)
