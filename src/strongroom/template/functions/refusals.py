"""Functions that this program doesn't have, with the reason, so that a template says why it fails (p)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind

_CONSUL = (
    "byKey", "byMeta", "byPort", "byTag", "caLeaf", "caRoots", "connect", "datacenters", "explode", "exportedServices",
    "importedServices", "key", "keyExists", "keyOrDefault", "ls", "node", "nodes", "partitions", "peerings", "safeLs",
    "safeTree", "service", "services", "tree",
)  # fmt: skip
_NOMAD = ("nomadService", "nomadServices", "nomadVar", "nomadVarExists", "nomadVarList", "nomadVarListSafe")
_SHOWING = ("spew_dump", "spew_printf")


def refused(name: str, reason: str) -> Function:
    """A function that takes whatever it is given and fails.

    Args:
        reason: what follows the function's name in the error.
    """
    return Function(_failing(f'function "{name}" {reason}'), rest=Kind.ANY)


def _all_refused(names: Iterable[str], reason: str) -> dict[str, Function]:
    return {name: refused(name, reason) for name in names}


def _failing(text: str) -> Callable[..., NoReturn]:
    def fail(*_arguments: Any) -> NoReturn:
        raise FunctionFailed(text)

    return fail


FUNCTIONS: Mapping[str, Function] = {
    **_all_refused(_CONSUL, "needs Consul, which this agent doesn't speak to"),
    **_all_refused(_NOMAD, "needs Nomad, which this agent doesn't speak to"),
    **_all_refused(_SHOWING, "writes values to the agent's output, which could be secrets: use spew_sdump"),
    "spew_sprintf": refused("spew_sprintf", "isn't offered: use printf or spew_sdump"),
    "plugin": refused("plugin", "runs a program, which templates may not: give its output to the agent as a file"),
}
