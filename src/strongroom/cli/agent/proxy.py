"""The command `proxy`: it has the flags of `agent`."""

from __future__ import annotations

from importlib import import_module

from strongroom.cli import PROGRAM
from strongroom.cli.agent.command import OPTIONS, arguments_of
from strongroom.cli.command import Arity, Command
from strongroom.cli.invocation import Invocation


def _proxy(call: Invocation) -> int:
    return int(import_module("strongroom.agent.proxy_run").serve(arguments_of(call)) or 0)


COMMANDS = {
    "proxy": Command(
        "proxy [options]",
        "Starts a proxy. It passes requests of programs on to a server, with a token of its own if they have none, and "
        "keeps answers that hold a lease.\n\n"
        f"$ {PROGRAM} proxy -config=/etc/strongroom/proxy.hcl\n\n"
        "What flags say comes before variables, and these before the configuration.",
        _proxy,
        (OPTIONS,),
        Arity(0, 0),
    ),
}
