"""The commands `secrets enable`, `disable`, `list`, `tune` and `move`."""

from __future__ import annotations

import time

from strongroom.cli import mounts
from strongroom.cli.command import FORMAT_ONLY, Arity, Command, Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean

_LIST_OPTIONS = Group("Command Options", (Flag("detailed", "Print settings, versions and UUIDs too.", "bool"),))
_POLL_S = 1.0


def _enable(call: Invocation) -> int:
    name = call.arguments[0].strip()
    plugin = call.flags.text("plugin-name")
    mount_type = plugin if name == "plugin" and plugin else name
    if name == "plugin" and not plugin:
        raise Failure("Must specify -plugin-name when enabling a plugin")
    path = clean(call.flags.text("path") or mount_type)
    with call.doing("Error enabling: "):
        call.client().write(f"sys/mounts/{path}", mounts.enable_body(call, mount_type), method="POST")
    what = f"{mount_type} plugin" if name == "plugin" else f"{mount_type} secrets engine"
    call.terminal.out(f"Success! Enabled the {what} at: {path}/")
    return 0


def _disable(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing(f"Error disabling secrets engine at {path}/: "):
        call.client().delete(f"sys/mounts/{path}")
    call.terminal.out(f"Success! Disabled the secrets engine (if it existed) at: {path}/")
    return 0


def _list(call: Invocation) -> int:
    with call.doing("Error listing secrets engines: "):
        answer = call.client().read("sys/mounts")
    return mounts.show_list(call, mounts.listing(answer), "secrets")


def _tune(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing(f"Error tuning secrets engine {path}/: "):
        call.client().write(f"sys/mounts/{path}/tune", mounts.tune_body(call), method="POST")
    call.terminal.out(f"Success! Tuned the secrets engine at: {path}/")
    return 0


def move(call: Invocation, noun: str) -> int:
    """Move a mount, and wait until the server says that it has moved."""
    source, target = (f"{clean(argument)}/" for argument in call.arguments)
    prefix = f"Error moving {noun} {source} to {target}: "
    client = call.client()
    with call.doing(prefix):
        answer = client.write("sys/remount", {"from": source, "to": target}, method="POST")
    migration = str(((answer or {}).get("data") or answer or {}).get("migration_id", ""))
    call.terminal.out(f"Started moving {noun} {source} to {target}, with migration ID {migration}")
    while True:
        with call.doing(prefix):
            state = client.read(f"sys/remount/status/{migration}") or {}
        status = ((state.get("data") or {}).get("migration_info") or {}).get("status")
        if status == "success":
            call.terminal.out(f"Success! Finished moving {noun} {source} to {target}, with migration ID {migration}")
            return 0
        if status == "failure":
            raise Failure(f"Failure! Error encountered moving {noun} {source} to {target}, migration ID {migration}", 0)
        call.terminal.out(f"Waiting for terminal status in migration of {noun} {source} to {target}")
        time.sleep(_POLL_S)


def _move(call: Invocation) -> int:
    return move(call, "secrets engine")


COMMANDS = {
    "secrets enable": Command(
        "secrets enable [options] TYPE",
        "Mounts a secrets engine, by default at its type's name.\n\n$ strongroom secrets enable -path=team kv",
        _enable,
        (Group("Command Options", mounts.enable_flags("secrets")),),
        Arity(1, 1),
    ),
    "secrets disable": Command(
        "secrets disable [options] PATH",
        "Unmounts a secrets engine: its leases are revoked and its data is deleted.\n\n"
        "$ strongroom secrets disable team",
        _disable,
        arity=Arity(1, 1),
    ),
    "secrets list": Command(
        "secrets list [options]",
        "Lists the mounted secrets engines.",
        _list,
        (FORMAT_ONLY, _LIST_OPTIONS),
        Arity(),
    ),
    "secrets tune": Command(
        "secrets tune [options] PATH",
        "Changes a secrets engine's settings; what isn't named stays.\n\n"
        "$ strongroom secrets tune -default-lease-ttl=1h database",
        _tune,
        (Group("Command Options", mounts.tune_flags("secrets")),),
        Arity(1, 1),
    ),
    "secrets move": Command(
        "secrets move [options] SOURCE DESTINATION",
        "Moves a secrets engine, with its data, to another path. Its leases are revoked.\n\n"
        "$ strongroom secrets move team/ crew/",
        _move,
        arity=Arity(2, 2),
    ),
}
