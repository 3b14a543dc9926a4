"""Makes what keeps templates rendered out of their configuration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.config.rendering import Template
from strongroom.agent.dependencies.dependencies import Dependencies
from strongroom.agent.dependencies.refreshing import Rule
from strongroom.agent.rendering.command import Command, CommandLine, command_of
from strongroom.agent.rendering.consul_template import consul_template
from strongroom.agent.rendering.environment import environment_of
from strongroom.agent.rendering.execution import Language, Place
from strongroom.agent.rendering.jinja import jinja_template
from strongroom.agent.rendering.outlet import Outlet
from strongroom.agent.rendering.rendering import Rendering, Shared
from strongroom.agent.rendering.renderings import Renderings
from strongroom.agent.rendering.source import Read, Source
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.lib.clock import Clock, SleeplessClock
from strongroom.server.config.reader import Where

_ATTEMPTS: Final = 12
"""Of `retry` in `vault`, where it says 0.  Source: https://openbao.org/docs/agent-and-proxy/agent/#vault-stanza"""
_ANYWHERE: Final = Where("", 0)
_Key: TypeAlias = tuple[Template, Rule]


def read_by_engine(template: Template, text: str) -> Language:
    """Read a template in the language that its configuration names.  Raises `NotRendered` if it is none."""
    return jinja_template(template, text) if template.engine == "jinja" else consul_template(template, text)


@dataclass(frozen=True, slots=True)
class Surround:
    """What templates are rendered in.

    Attributes:
        threads: where they are executed.
        variables: the agent's environment.
        turn: when commands may run.
    """

    dependencies: Dependencies
    threads: Executor
    variables: Mapping[str, str]
    clock: Clock = SleeplessClock()  # noqa: RUF009 - it has no state
    turn: Turn = AT_ANY_TIME


def build(
    config: AgentConfig,
    templates: Sequence[Template],
    outlet_of: Callable[[Template], Outlet],
    given: Surround,
    *,
    read: Read = read_by_engine,
) -> Renderings:
    """Everything that keeps these templates rendered; it has to be run.

    Args:
        outlet_of: where the output of each goes.
        read: reads a template's text.
    """
    renderings = Renderings()
    rebuild(renderings, config, templates, outlet_of, given, read=read)
    return renderings


def rebuild(
    renderings: Renderings,
    config: AgentConfig,
    templates: Sequence[Template],
    outlet_of: Callable[[Template], Outlet],
    given: Surround,
    *,
    read: Read = read_by_engine,
) -> None:
    """Have these templates be kept rendered, and no others.  Those whose stanzas are the same go on.

    Args: as for `build`.
    """
    environment = environment_of(config.server, given.variables)
    commands: dict[CommandLine, Command] = {each.line: each for each in renderings.commands}
    before: defaultdict[_Key, list[Rendering]] = defaultdict(list)
    for each in renderings.templates:
        before[_key(each.template, each.rule)].append(each)
    shared = Shared(given.dependencies, given.threads, given.clock, attempts(config), renderings.done)

    def command_for(template: Template) -> Command | None:
        line = command_of(template)
        if line is None:
            return None
        if line not in commands:
            failed = renderings.end if shared.attempts else _go_on
            commands[line] = Command(line, environment, failed=failed, clock=given.clock, turn=given.turn)
        return commands[line]

    def built(template: Template) -> Rendering:
        rule = rule_of(config, template)
        if same := before[_key(template, rule)]:
            same[-1].read_again()
            return same.pop()
        return Rendering(
            template,
            template.destination or template.map_to_environment_variable,
            rule,
            source=Source(template, read),
            place=Place(template.destination, template.sandbox_path, environment),
            outlet=outlet_of(template),
            command=command_for(template),
            shared=shared,
        )

    kept = [built(template) for template in templates]
    used = dict.fromkeys(each.command for each in kept if each.command is not None)
    renderings.begin(kept, tuple(used))


def _key(template: Template, rule: Rule) -> _Key:
    """What makes two stanzas the same, wherever they stand."""
    return replace(template, where=_ANYWHERE), rule


def attempts(config: AgentConfig) -> int:
    """How often something may fail before the agent ends; 0 for any number.  (p)"""
    if not config.template_config.exit_on_retry_failure:
        return 0
    tries = config.server.retry.num_retries
    return max(tries, 1) if tries else _ATTEMPTS


def rule_of(config: AgentConfig, template: Template) -> Rule:
    """How what a template asks for is refreshed.  (p)"""
    every_s = template.refresh_s or config.template_config.static_secret_render_interval_s
    return Rule(every_s, config.template_config.lease_renewal_threshold, template.renew_at)


def _go_on(_: str) -> None:
    """A failed command is told of, and tried again."""
