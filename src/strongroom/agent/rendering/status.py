"""How templates and what they ask for are, for whoever looks (p)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.failing import Outage, Trouble
from strongroom.agent.dependencies.state import State
from strongroom.agent.rendering.command import Command
from strongroom.agent.rendering.rendering import Rendering
from strongroom.agent.rendering.renderings import Renderings


@dataclass(frozen=True, slots=True)
class TemplateStatus:
    """A template.

    Attributes:
        name: its file or variable.
        phase: `waiting`, `rendered` or `failing`.
        rendered_at: when it was rendered last, in seconds since the epoch; None if it never was.
        waits_for: what it can't be rendered without.
        trouble: why it can't be rendered.
    """

    name: str
    phase: str
    rendered_at: float | None
    waits_for: tuple[str, ...]
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class DependencyStatus:
    """What templates ask for.

    Attributes:
        is_known: whether there is an answer.
        trouble: since when and why it is stale, or not known; None if it is fresh.
        next: `renew` or `fetch`; empty while that is under way, and for files.
        next_in_s: in how many seconds.
    """

    name: str
    is_known: bool
    trouble: Trouble | None
    next: str
    next_in_s: float


@dataclass(frozen=True, slots=True)
class CommandStatus:
    """A command.

    Attributes:
        command: its words.
        after: the names of the templates after which it is run.
        trouble: why it failed the last time; None if it didn't.
    """

    command: str
    after: tuple[str, ...]
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class RenderingStatus:
    """Everything.

    Attributes:
        outage: since when the server is away; None while it isn't.
    """

    templates: tuple[TemplateStatus, ...]
    dependencies: tuple[DependencyStatus, ...]
    commands: tuple[CommandStatus, ...]
    outage: Trouble | None

    @property
    def failures(self) -> tuple[str, ...]:
        """What goes wrong, a text for each, without a secret: a command is known by its files.

        While the server is away, that is told once, and not for each dependency.
        """
        named: list[tuple[str, Trouble | None]] = [("the server is away", self.outage)]
        named += [(each.name, each.trouble) for each in self.templates]
        named += [(each.name, each.trouble) for each in self.dependencies if self.outage is None]
        named += [(f"the command after {', '.join(each.after)}", each.trouble) for each in self.commands]
        return tuple(f"{name}: {trouble.reason}" for name, trouble in named if trouble is not None)


def status_of(
    renderings: Renderings, states: Mapping[Dependency, State], outage: Outage | None, now: float
) -> RenderingStatus:
    """How everything is.

    Args:
        now: by the monotonic clock.
    """
    return RenderingStatus(
        templates=tuple(
            TemplateStatus(each.name, each.phase.value, each.rendered_at, tuple(map(str, each.waits_for)), each.trouble)
            for each in renderings.templates
        ),
        dependencies=tuple(_dependency(each, state, now) for each, state in states.items()),
        commands=tuple(_command(each, renderings.templates) for each in renderings.commands),
        outage=outage.trouble if outage else None,
    )


def _command(command: Command, templates: Sequence[Rendering]) -> CommandStatus:
    after = tuple(each.name for each in templates if each.command is command)
    return CommandStatus(str(command.line), after, command.trouble)


def _dependency(dependency: Dependency, state: State, now: float) -> DependencyStatus:
    step, at = (state.next.step.value, state.next.at) if state.next else ("", now)
    return DependencyStatus(str(dependency), state.answer is not None, state.trouble, step, max(at - now, 0.0))
