"""From files of configuration, flags and the environment to what an agent runs by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from strongroom.agent.arguments import AgentArguments
from strongroom.agent.config.config import AgentConfig, check, merge, overwritten
from strongroom.agent.config.reading import parse_config
from strongroom.agent.config.server import Server
from strongroom.client.settings import PREFIXES, Settings, from_environment, named, parse_bool
from strongroom.server.sources import SourceError, read

_RETRIES: Final = 12
"""How often a request is sent again whose answer was lost, where nobody says something else."""

_NAMES: Final = {
    "address": "ADDR",
    "ca_cert": "CACERT",
    "ca_path": "CAPATH",
    "client_cert": "CLIENT_CERT",
    "client_key": "CLIENT_KEY",
    "tls_server_name": "TLS_SERVER_NAME",
    "namespace": "NAMESPACE",
}
"""Of each setting of `vault` that is a text, what its variable is called."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an agent runs by.

    Attributes:
        config: with what the command line says put in.
        configured_at: when the newest of its files was changed, in seconds since the epoch.
        server: where the server is, for everything but logins.
        login: the same for logins: in the method's namespace, and without retries, as a session has its own.
    """

    config: AgentConfig
    configured_at: float
    server: Settings = field(repr=False)
    login: Settings = field(repr=False)


def load(arguments: AgentArguments, environment: Mapping[str, str]) -> Loaded:
    """Read the files, and put together what they, the environment and the flags say: the last of them first.

    Raises: `SourceError`, `ConfigError`, `BadSettings`.
    """
    if not arguments.config:
        raise SourceError("no configuration was given: use -config=FILE")
    sources = read(arguments.config, {})
    config = _with_flags(merge(parse_config(text, name) for name, text in sources.texts), arguments)
    check(config)
    config = replace(config, notices=config.notices + overwritten(config))
    configured_at = max(Path(name).stat().st_mtime for name, _ in sources.texts)
    server, login = settings(config, arguments, environment)
    config = replace(config, server=_in_force(config.server, _said(arguments, environment)))
    return Loaded(config, configured_at, server, login)


def _with_flags(config: AgentConfig, arguments: AgentArguments) -> AgentConfig:
    top = config.top
    given = arguments.exit_after_auth
    return replace(
        config,
        top=replace(
            top,
            exit_after_auth=top.exit_after_auth if given is None else given,
            log_level=arguments.log_level or top.log_level,
            log_format=arguments.log_format or top.log_format,
            log_file=arguments.log_file or top.log_file,
            log_rotate_bytes=_given(arguments.log_rotate_bytes, top.log_rotate_bytes),
            log_rotate_duration_s=_given(arguments.log_rotate_duration_s, top.log_rotate_duration_s),
            log_rotate_max_files=_given(arguments.log_rotate_max_files, top.log_rotate_max_files),
        ),
    )


def _given(flag: int | None, configured: int) -> int:
    return configured if flag is None else flag


def settings(
    config: AgentConfig, arguments: AgentArguments, environment: Mapping[str, str]
) -> tuple[Settings, Settings]:
    """Where the server is: for everything, and for logins (pure).

    A flag comes before a variable, and that before the configuration, as documented for each setting of `vault`.

    Raises: `BadSettings`.
    """
    said = _said(arguments, environment)
    method = config.auto_auth.method if config.auto_auth is not None else None
    whole = {**_variables(config.server, said), **said}
    found = from_environment(whole, max_retries=_retries(config.server))
    found = replace(found, token="", wrap_ttl="", headers=(*found.headers, *arguments.headers))
    own = method.namespace if method is not None else ""
    fixed = named(said, "NAMESPACE")[1]
    return (
        replace(found, namespace=found.namespace or own),
        replace(found, namespace=fixed or own or found.namespace, max_retries=0),
    )


def _said(arguments: AgentArguments, environment: Mapping[str, str]) -> dict[str, str]:
    """What comes before the configuration, as variables: flags before variables."""
    above = {f"{PREFIXES[0]}{name}": value for name, value in arguments.client.items()}
    return {**environment, **above}


def _in_force(server: Server, said: Mapping[str, str]) -> Server:
    """`vault` as it counts: commands of the agent are told this, and shall not ask another server than it does."""
    given: dict[str, Any] = {field: value for field, name in _NAMES.items() if (value := named(said, name)[1])}
    skip = named(said, "SKIP_VERIFY")[1]
    return replace(server, **given, tls_skip_verify=parse_bool(skip) if skip else server.tls_skip_verify)


def _variables(server: Server, said: Mapping[str, str]) -> dict[str, str]:
    """What `vault` says and nobody above it, as variables."""
    given = {name: str(getattr(server, field)) for field, name in _NAMES.items()}
    given["SKIP_VERIFY"] = "" if server.tls_skip_verify is None else str(server.tls_skip_verify).lower()
    return {f"{PREFIXES[0]}{name}": value for name, value in given.items() if value and not named(said, name)[1]}


def _retries(server: Server) -> int:
    tries = server.retry.num_retries
    return max(tries, 0) if tries else _RETRIES
