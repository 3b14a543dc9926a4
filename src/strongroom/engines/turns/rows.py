"""Reading and writing the rows of groups."""

from __future__ import annotations

from strongroom.engines.turns.records import LastNumber, TurnGroup, TurnLine
from strongroom.sdk import InvalidRequest, View, check_segment_name

GROUPS = "group/"
_LINES = "line/"
_LAST_NUMBER = "last-number"


async def group_of(view: View, name: str) -> TurnGroup | None:
    """A group, or None.  Raises `UnsupportedPath` for what is no name."""
    check_segment_name(name)
    return await view.read(GROUPS + name, TurnGroup)


async def known(view: View, name: str) -> TurnGroup:
    """The group that a request wants to use.  Raises `InvalidRequest` if there is none."""
    group = await group_of(view, name)
    if group is None:
        raise InvalidRequest(f'unknown group "{name}"')
    return group


async def line_of(view: View, name: str) -> TurnLine:
    """Who has a turn of a group, and who waits."""
    line = await view.read(_LINES + name, TurnLine)
    if line is not None:
        return line
    last = await view.read(_LAST_NUMBER, LastNumber)
    return TurnLine(number=last.number if last is not None else 0)


def keep(view: View, name: str, group: TurnGroup) -> None:
    """Store a group's settings."""
    view.write(GROUPS + name, group)


def keep_line(view: View, name: str, line: TurnLine) -> None:
    """Store who has a turn of a group, and who waits."""
    view.write(_LINES + name, line)


async def remove(view: View, name: str) -> None:
    """Remove a group with its line."""
    line = await line_of(view, name)
    last = await view.read(_LAST_NUMBER, LastNumber)
    if line.number > (last.number if last is not None else 0):
        view.write(_LAST_NUMBER, LastNumber(number=line.number))
    view.delete(_LINES + name)
    view.delete(GROUPS + name)
