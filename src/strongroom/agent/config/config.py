"""The configuration of the agent and the proxy: files of HCL or JSON to one value (pure).

An unknown key is a notice with its place; a value of the wrong type, and stanzas that don't go together, are errors.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent, https://openbao.org/docs/agent-and-proxy/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

from strongroom.agent.config.auto_auth import AutoAuth
from strongroom.agent.config.rendering import Exec, Template, TemplateConfig, Turns
from strongroom.agent.config.server import Server
from strongroom.agent.config.serving import AgentListener, ApiProxy, Cache
from strongroom.agent.config.top import Top
from strongroom.server.config.reader import ConfigError, Notice, Where

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """A whole configuration."""

    top: Top = field(default_factory=Top)
    server: Server = field(default_factory=Server)
    auto_auth: AutoAuth | None = None
    api_proxy: ApiProxy | None = None
    cache: Cache | None = None
    listeners: tuple[AgentListener, ...] = ()
    templates: tuple[Template, ...] = ()
    template_config: TemplateConfig = field(default_factory=TemplateConfig)
    env_templates: tuple[Template, ...] = ()
    """Each with the name of its variable in `map_to_environment_variable`."""
    exec: Exec | None = None
    turns: Turns | None = None
    notices: tuple[Notice, ...] = field(default=(), compare=False)


def merge(configs: Iterable[AgentConfig]) -> AgentConfig:
    """Put several files together, in the order of their names or of the `-config` flags.

    Listeners and templates add up.  Of other stanzas a later file's takes the place of an earlier one's.
    """
    merged = AgentConfig()
    for config in configs:
        merged = AgentConfig(
            top=_later(merged.top, config.top),
            server=_later(merged.server, config.server),
            auto_auth=config.auto_auth or merged.auto_auth,
            api_proxy=config.api_proxy or merged.api_proxy,
            cache=config.cache or merged.cache,
            listeners=merged.listeners + config.listeners,
            templates=merged.templates + config.templates,
            template_config=_later(merged.template_config, config.template_config),
            env_templates=merged.env_templates + config.env_templates,
            exec=config.exec or merged.exec,
            turns=config.turns or merged.turns,
            notices=merged.notices + config.notices,
        )
    return merged


def _later(one: _T, other: _T) -> _T:
    """The values of `other`, and those of `one` where `other` has the default."""
    default = type(one)()
    given = {
        found.name: getattr(other, found.name)
        for found in fields(one)  # type: ignore[arg-type]
        if getattr(other, found.name) != getattr(default, found.name)
    }
    return replace(one, **given)  # type: ignore[type-var]


def check(config: AgentConfig) -> None:
    """Refuse what doesn't go together.  Raises `ConfigError`."""
    where = _somewhere(config)
    if config.env_templates and config.exec is None:
        raise ConfigError(config.env_templates[0].where, "expected an exec stanza beside env_template, found none")
    if config.exec is not None and not config.env_templates:
        raise ConfigError(config.exec.where, "expected an env_template beside exec, found none")
    if config.exec is not None and not config.exec.command:
        raise ConfigError(config.exec.where, 'expected "command" in exec, found none')
    if config.env_templates and config.templates:
        raise ConfigError(config.templates[0].where, "expected template or env_template, found both")
    if config.env_templates and config.api_proxy is not None:
        raise ConfigError(config.env_templates[0].where, "expected env_template or api_proxy, found both")
    makes = config.templates or config.env_templates
    if (config.cache is not None or config.api_proxy is not None) and not (config.listeners or makes):
        raise ConfigError(where, "expected a listener beside cache or api_proxy, found none")
    if config.auto_auth is None and makes:
        raise ConfigError(makes[0].where, "expected auto_auth, found none")
    if config.auto_auth is not None:
        _check_auto_auth(config, config.auto_auth)


def check_purpose(config: AgentConfig) -> None:
    """Refuse a configuration by which an agent would do nothing, and say which of its keys nobody knows.

    Whoever mistypes the name of a stanza has such a one.

    Raises: `ConfigError`.
    """
    makes = bool(config.templates or config.env_templates)
    if makes or config.listeners or (config.auto_auth is not None and config.auto_auth.sinks):
        return
    unknown = "".join(f"\n{notice}" for notice in config.notices)
    if config.auto_auth is None:
        problem = "expected auto_auth or a listener, found neither: there is nothing to do"
        raise ConfigError(Where("configuration", 0), problem + unknown)
    problem = "expected a sink, a template or a listener beside auto_auth, found none: nobody would get the token"
    raise ConfigError(config.auto_auth.where, problem + unknown)


def overwritten(config: AgentConfig) -> tuple[Notice, ...]:
    """A notice for each template that writes the file of an earlier one."""
    notices: list[Notice] = []
    first: dict[str, Template] = {}
    for template in config.templates:
        earlier = first.setdefault(posixpath.normpath(template.destination), template)
        if earlier is not template:
            told = f"template has the destination of {earlier.where}, {template.destination}: "
            notices.append(Notice(template.where, told + "each writes over what the other wrote"))
    return tuple(notices)


def _check_auto_auth(config: AgentConfig, auto_auth: AutoAuth) -> None:
    uses = (config.cache is not None and config.cache.use_auto_auth_token) or (
        config.api_proxy is not None and config.api_proxy.use_auto_auth_token
    )
    if auto_auth.method.wrap_ttl_s and (uses or config.templates or config.env_templates):
        raise ConfigError(auto_auth.method.where, "expected no wrap_ttl in method: the agent can't use a wrapped token")
    if auto_auth.method.wrap_ttl_s and any(sink.wrap_ttl_s for sink in auto_auth.sinks):
        raise ConfigError(auto_auth.method.where, "expected wrap_ttl in method or in sink, found both")
    if auto_auth.method.max_backoff_s < auto_auth.method.min_backoff_s:
        raise ConfigError(auto_auth.method.where, "expected a max_backoff of at least min_backoff in method")


def _somewhere(config: AgentConfig) -> Where:
    return config.cache.where if config.cache is not None else Where("configuration", 0)
