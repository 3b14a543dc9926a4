"""The commands `secrets enable`, `disable`, `list`, `tune` and `move`."""

from __future__ import annotations

from functools import partial

from strongroom.cli import mount_tables, mounts
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.flags import Group

COMMANDS = {
    "secrets enable": Command(
        "secrets enable [options] TYPE",
        "Mounts a secrets engine, by default at its type's name.\n\n$ strongroom secrets enable -path=team kv",
        partial(mount_tables.enable, table=mount_tables.SECRETS),
        (Group("Command Options", mounts.enable_flags("secrets")),),
        Arity(1, 1),
    ),
    "secrets disable": Command(
        "secrets disable [options] PATH",
        "Unmounts a secrets engine: its leases are revoked and its data is deleted.\n\n"
        "$ strongroom secrets disable team",
        partial(mount_tables.disable, table=mount_tables.SECRETS),
        arity=Arity(1, 1),
    ),
    "secrets list": Command(
        "secrets list [options]",
        "Lists the mounted secrets engines.",
        partial(mount_tables.show, table=mount_tables.SECRETS),
        (FORMAT_ONLY, mount_tables.LIST_OPTIONS),
        Arity(),
    ),
    "secrets tune": Command(
        "secrets tune [options] PATH",
        "Changes a secrets engine's settings. Settings that aren't named stay unchanged.\n\n"
        "$ strongroom secrets tune -default-lease-ttl=1h database",
        partial(mount_tables.tune, table=mount_tables.SECRETS),
        (Group("Command Options", mounts.tune_flags("secrets")),),
        Arity(1, 1),
    ),
    "secrets move": Command(
        "secrets move [options] SOURCE DESTINATION",
        "Moves a secrets engine, with its data, to another path. Its leases are revoked.\n\n"
        "$ strongroom secrets move team/ crew/",
        partial(mount_tables.move, table=mount_tables.SECRETS),
        arity=Arity(2, 2),
    ),
}
