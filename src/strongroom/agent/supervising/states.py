"""What is done with the program, as a table (p)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class State(Enum):
    """How the program is.  The value is the word for people."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    RESTARTING = "restarting"
    """It was told to end, because its environment has changed."""
    STOPPING = "stopping"
    """It was told to end, because the agent ends."""
    OVER = "over"


class Event(Enum):
    """What happens."""

    CHANGED = auto()
    """The environment is complete, has settled, and is another one than the program's."""
    ENDED = auto()
    TIMED_OUT = auto()
    """It was told to end, and didn't in time."""
    STOP = auto()
    """The agent ends."""


class Action(Enum):
    """What is done then."""

    NOTHING = auto()
    START = auto()
    TELL_TO_END = auto()
    KILL = auto()
    LEAVE = auto()
    """Go, with the program's status."""


_TABLE: Final[Mapping[tuple[State, Event], tuple[State, Action]]] = {
    (State.NOT_STARTED, Event.CHANGED): (State.RUNNING, Action.START),
    (State.NOT_STARTED, Event.STOP): (State.OVER, Action.LEAVE),
    (State.RUNNING, Event.CHANGED): (State.RESTARTING, Action.TELL_TO_END),
    (State.RUNNING, Event.ENDED): (State.OVER, Action.LEAVE),
    (State.RUNNING, Event.STOP): (State.STOPPING, Action.TELL_TO_END),
    (State.RESTARTING, Event.CHANGED): (State.RESTARTING, Action.NOTHING),
    (State.RESTARTING, Event.ENDED): (State.RUNNING, Action.START),
    (State.RESTARTING, Event.TIMED_OUT): (State.RESTARTING, Action.KILL),
    (State.RESTARTING, Event.STOP): (State.STOPPING, Action.NOTHING),
    (State.STOPPING, Event.CHANGED): (State.STOPPING, Action.NOTHING),
    (State.STOPPING, Event.ENDED): (State.OVER, Action.LEAVE),
    (State.STOPPING, Event.TIMED_OUT): (State.STOPPING, Action.KILL),
}


class Impossible(Exception):
    """An event can't happen in a state."""


def after(state: State, event: Event, *, restarts: bool) -> tuple[State, Action]:
    """The next state, and what is done.

    Args:
        restarts: whether a running program is restarted when its environment has changed.

    Raises: `Impossible`.
    """
    if (state, event) == (State.RUNNING, Event.CHANGED) and not restarts:
        return state, Action.NOTHING
    try:
        return _TABLE[state, event]
    except KeyError:
        raise Impossible(f"{event.name} while {state.value}") from None
