"""The commands `auth enable`, `disable`, `list`, `tune`, `move` and `help`."""

from __future__ import annotations

from functools import partial

from strongroom.cli import PROGRAM, mount_tables, mounts
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.login import table
from strongroom.cli.paths import clean


def _help(call: Invocation) -> int:
    name = call.arguments[0].strip()
    if name not in table.names():
        path = f"{clean(name)}/"
        with call.doing("Error listing auth methods: "):
            found = mounts.listing(call.client().read("sys/auth"))
        mount = found.get(path)
        if mount is None:
            raise Failure(
                f'No auth method available on the server at "{path}"\n'
                f'Note: either a type ({", ".join(table.names())}) or a path of "{PROGRAM} auth list" is expected.'
            )
        name = str(mount.get("type"))
        if name not in table.names():
            raise Failure(
                f'No method-specific CLI handler available for auth method "{name}"\n'
                f'Note: log in by the API; "{PROGRAM} path-help auth/{path}" lists its paths.'
            )
    call.terminal.out(table.help_text(name))
    return 0


COMMANDS = {
    "auth enable": Command(
        "auth enable [options] TYPE",
        "Mounts an auth method, by default at its type's name.\n\n$ strongroom auth enable userpass",
        partial(mount_tables.enable, table=mount_tables.AUTH),
        (Group("Command Options", mounts.enable_flags("auth")),),
        Arity(1, 1),
    ),
    "auth disable": Command(
        "auth disable [options] PATH",
        "Unmounts an auth method; tokens that it issued are revoked.\n\n$ strongroom auth disable userpass",
        partial(mount_tables.disable, table=mount_tables.AUTH),
        arity=Arity(1, 1),
    ),
    "auth list": Command(
        "auth list [options]",
        "Lists the mounted auth methods.",
        partial(mount_tables.show, table=mount_tables.AUTH),
        (FORMAT_ONLY, mount_tables.LIST_OPTIONS),
        Arity(),
    ),
    "auth tune": Command(
        "auth tune [options] PATH",
        "Changes an auth method's settings. Settings that aren't named stay unchanged.\n\n"
        "$ strongroom auth tune -default-lease-ttl=1h userpass",
        partial(mount_tables.tune, table=mount_tables.AUTH),
        (Group("Command Options", mounts.tune_flags("auth")),),
        Arity(1, 1),
    ),
    "auth move": Command(
        "auth move [options] SOURCE DESTINATION",
        "Moves an auth method to another path; both begin with auth/.\n\n$ strongroom auth move auth/ldap auth/people",
        partial(mount_tables.move, table=mount_tables.AUTH),
        arity=Arity(2, 2),
    ),
    "auth help": Command(
        "auth help [options] TYPE | PATH",
        "Shows how to log in by an auth method.\n\n$ strongroom auth help userpass",
        _help,
        arity=Arity(1, 1),
    ),
}
