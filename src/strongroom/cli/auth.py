"""The commands `auth enable`, `disable`, `list`, `tune`, `move` and `help`."""

from __future__ import annotations

from strongroom.cli import login_methods, mounts
from strongroom.cli.command import FORMAT_ONLY, Arity, Command, Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.secrets import move

_LIST_OPTIONS = Group("Command Options", (Flag("detailed", "Print settings, versions and UUIDs too.", "bool"),))


def _enable(call: Invocation) -> int:
    name = call.arguments[0].strip()
    plugin = call.flags.text("plugin-name")
    mount_type = plugin if name == "plugin" and plugin else name
    if name == "plugin" and not plugin:
        raise Failure("Must specify -plugin-name when enabling a plugin")
    path = clean(call.flags.text("path") or mount_type)
    with call.doing(f"Error enabling {mount_type} auth: "):
        call.client().write(f"sys/auth/{path}", mounts.enable_body(call, mount_type), method="POST")
    what = f"{mount_type} plugin" if name == "plugin" else f"{mount_type} auth method"
    call.terminal.out(f"Success! Enabled {what} at: {path}/")
    return 0


def _disable(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing(f"Error disabling auth method at {path}/: "):
        call.client().delete(f"sys/auth/{path}")
    call.terminal.out(f"Success! Disabled the auth method (if it existed) at: {path}/")
    return 0


def _list(call: Invocation) -> int:
    with call.doing("Error listing enabled authentications: "):
        answer = call.client().read("sys/auth")
    return mounts.show_list(call, mounts.listing(answer), "auth")


def _tune(call: Invocation) -> int:
    path = clean(call.arguments[0])
    with call.doing(f"Error tuning auth method {path}/: "):
        call.client().write(f"sys/mounts/auth/{path}/tune", mounts.tune_body(call), method="POST")
    call.terminal.out(f"Success! Tuned the auth method at: {path}/")
    return 0


def _move(call: Invocation) -> int:
    return move(call, "auth method")


def _help(call: Invocation) -> int:
    name = call.arguments[0].strip()
    if name not in login_methods.METHODS:
        path = f"{clean(name)}/"
        with call.doing("Error listing auth methods: "):
            found = mounts.listing(call.client().read("sys/auth"))
        mount = found.get(path)
        if mount is None:
            raise Failure(f'No auth method available on the server at "{path}"')
        name = str(mount.get("type"))
        if name not in login_methods.METHODS:
            raise Failure(f'No method-specific CLI handler available for auth method "{name}"')
    call.terminal.out(login_methods.help_text(name))
    return 0


COMMANDS = {
    "auth enable": Command(
        "auth enable [options] TYPE",
        "Mounts an auth method, by default at its type's name.\n\n$ strongroom auth enable userpass",
        _enable,
        (Group("Command Options", mounts.enable_flags("auth")),),
        Arity(1, 1),
    ),
    "auth disable": Command(
        "auth disable [options] PATH",
        "Unmounts an auth method; tokens that it issued are revoked.\n\n$ strongroom auth disable userpass",
        _disable,
        arity=Arity(1, 1),
    ),
    "auth list": Command(
        "auth list [options]",
        "Lists the mounted auth methods.",
        _list,
        (FORMAT_ONLY, _LIST_OPTIONS),
        Arity(),
    ),
    "auth tune": Command(
        "auth tune [options] PATH",
        "Changes an auth method's settings; what isn't named stays.\n\n"
        "$ strongroom auth tune -default-lease-ttl=1h userpass",
        _tune,
        (Group("Command Options", mounts.tune_flags("auth")),),
        Arity(1, 1),
    ),
    "auth move": Command(
        "auth move [options] SOURCE DESTINATION",
        "Moves an auth method to another path; both begin with auth/.\n\n$ strongroom auth move auth/ldap auth/people",
        _move,
        arity=Arity(2, 2),
    ),
    "auth help": Command(
        "auth help [options] TYPE | PATH",
        "Shows how to log in by an auth method.\n\n$ strongroom auth help userpass",
        _help,
        arity=Arity(1, 1),
    ),
}
