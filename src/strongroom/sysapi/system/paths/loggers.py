"""`sys/loggers`: how much each part of the server logs, in all processes of this node.

Source: https://developer.hashicorp.com/vault/api-docs/system/loggers
"""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Normal, OneOf
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.processes import Processes


def _level(text: str) -> str:
    return text.strip().lower()


class LevelBody(Body, frozen=True):
    """How much is logged."""

    level: Annotated[
        str,
        Doc(description="`trace`, `debug`, `info`, `warn` or `error`."),
        OneOf("trace", "debug", "info", "warn", "error"),
        Normal(_level),
    ] = ""


class LoggersPaths(SystemEngine):
    """The levels of the log."""

    @path.read("loggers", root_only=True)
    async def read_levels(self, request: Request) -> Response | None:
        """Reads the log level of every logger."""
        return Response(data={**_processes(request).log_levels()})

    @path.write("loggers", root_only=True)
    async def write_levels(self, request: Request, body: LevelBody) -> Response | None:
        """Changes the log level of all loggers of this node, until it is reset, reloaded or restarted."""
        await _set(request, _given(body))
        return None

    @path.delete("loggers", root_only=True)
    async def reset_levels(self, request: Request) -> Response | None:
        """Resets the log level of all loggers to the configured one."""
        await _set(request, "")
        return None

    @path.read("loggers/{name}", root_only=True)
    async def read_level(self, request: Request, name: str) -> Response | None:
        """Reads the log level of one logger."""
        levels = _processes(request).log_levels()
        return Response(data={name: levels[name]} if name in levels else {})

    @path.write("loggers/{name}", root_only=True)
    async def write_level(self, request: Request, name: str, body: LevelBody) -> Response | None:
        """Changes the log level of one logger of this node, until it is reset, reloaded or restarted."""
        _require(request, name)
        await _set(request, _given(body), name)
        return None

    @path.delete("loggers/{name}", root_only=True)
    async def reset_level(self, request: Request, name: str) -> Response | None:
        """Resets the log level of one logger to the configured one."""
        _require(request, name)
        await _set(request, "", name)
        return None


def _processes(request: Request) -> Processes:
    return system(request).services.processes


def _given(body: LevelBody) -> str:
    level = _level(body.level)
    if not level:
        raise InvalidRequest("level is empty")
    return level


async def _set(request: Request, level: str, logger: str = "") -> None:
    processes = _processes(request)
    await request.once.wait("log level", lambda: processes.set_log_level(level, logger))


def _require(request: Request, name: str) -> None:
    if name not in _processes(request).log_levels():
        raise InvalidRequest(f'logger "{name}" not found')
