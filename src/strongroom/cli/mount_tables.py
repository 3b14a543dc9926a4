"""What `secrets` and `auth` do alike: enable, disable, list, tune and move the mounts of a table."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

from strongroom.cli import mounts
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean, folder
from strongroom.cli.render import SecretAnswer
from strongroom.cli.suggestion import meant
from strongroom.client.errors import BadRequest, ClientError

_POLL_S = 1.0
LIST_OPTIONS = Group("Command Options", (Flag("detailed", "Print settings, versions and UUIDs too.", "bool"),))


class Table(NamedTuple):
    """One of the two tables of mounts, and the words for what is in it."""

    name: Literal["secrets", "auth"]
    noun: str
    place: str
    """The API path below which its mounts are enabled and listed."""
    tuned_at: str
    """The API path below which they are tuned."""
    enabling_failed: str
    """What stands before an error of enabling; `{type}` is the mount's type."""
    listing_failed: str
    article: str
    """What stands before the noun where a new mount is told of."""
    plugins: str
    """The part of the catalog of plugins that has its types."""


SECRETS = Table(
    "secrets", "secrets engine", "sys/mounts", "sys/mounts", "Error enabling: ", "secrets engines", "the ", "secret"
)
AUTH = Table(
    "auth",
    "auth method",
    "sys/auth",
    "sys/mounts/auth",
    "Error enabling {type} auth: ",
    "enabled authentications",
    "",
    "auth",
)


def enable(call: Invocation, table: Table) -> int:
    """Mount something of the type that the argument names."""
    name = call.arguments[0].strip()
    plugin = call.flags.text("plugin-name")
    type_ = plugin if name == "plugin" and plugin else name
    if name == "plugin" and not plugin:
        raise Failure("Must specify -plugin-name when enabling a plugin")
    path = clean(call.flags.text("path") or type_)
    try:
        with call.doing(table.enabling_failed.format(type=type_)):
            answer = call.client().write(f"{table.place}/{path}", mounts.enable_body(call, type_), method="POST")
    except Failure as failure:
        if call.table and isinstance(failure.__cause__, BadRequest) and (note := _known_types(call, table, type_)):
            raise Failure(f"{failure}\n{note}", failure.code) from failure.__cause__
        raise
    call.warnings(SecretAnswer(answer).warnings)
    what = f"{type_} plugin" if name == "plugin" else f"{type_} {table.noun}"
    call.terminal.out(f"Success! Enabled {table.article}{what} at: {folder(path)}")
    if table is AUTH and call.table and path.startswith("auth/"):
        call.terminal.warn(f"Note: auth/ is put before the path by itself, so logins are below auth/{folder(path)}")
    return 0


def _known_types(call: Invocation, table: Table, type_: str) -> str:
    """A note with the types that can be mounted, when `type_` is none of them and the token may know them."""
    try:
        answer = call.client(asking=True).without_wrapping().list(f"sys/plugins/catalog/{table.plugins}")
    except ClientError:
        return ""  # the refusal stands without it
    known = ((answer or {}).get("data") or {}).get("keys") or []
    if not known or type_ in known:
        return ""
    nearest = meant(type_, known)
    return f"Note: there is {', '.join(sorted(known))}." + (f' Did you mean "{nearest}"?' if nearest else "")


def disable(call: Invocation, table: Table) -> int:
    """Unmount."""
    path = clean(call.arguments[0])
    with call.doing(f"Error disabling {table.noun} at {folder(path)}: "):
        answer = call.client().delete(f"{table.place}/{path}")
    call.warnings(SecretAnswer(answer).warnings)
    call.terminal.out(f"Success! Disabled the {table.noun} (if it existed) at: {folder(path)}")
    return 0


def show(call: Invocation, table: Table) -> int:
    """List what is mounted."""
    with call.doing(f"Error listing {table.listing_failed}: "):
        answer = call.client().read(table.place)
    return mounts.show_list(call, mounts.listing(answer), table.name)


def tune(call: Invocation, table: Table) -> int:
    """Change a mount's settings."""
    path = clean(call.arguments[0])
    with call.doing(f"Error tuning {table.noun} {folder(path)}: "):
        answer = call.client().write(f"{table.tuned_at}/{path}/tune", mounts.tune_body(call), method="POST")
    call.warnings(SecretAnswer(answer).warnings)
    call.terminal.out(f"Success! Tuned the {table.noun} at: {folder(path)}")
    return 0


def move(call: Invocation, table: Table) -> int:
    """Move a mount, and wait until the server says that it has moved."""
    source, target = map(folder, call.arguments)
    prefix = f"Error moving {table.noun} {source} to {target}: "
    client = call.client()
    with call.doing(prefix):
        answer = client.write("sys/remount", {"from": source, "to": target}, method="POST")
    migration = str(((answer or {}).get("data") or answer or {}).get("migration_id", ""))
    out, moving = call.terminal.out, f"moving {table.noun} {source} to {target}"
    out(f"Started {moving}, with migration ID {migration}")
    # The first warning of every move says that the server's log has its id, which is printed already.
    call.warnings([each for each in (answer or {}).get("warnings") or () if "migration_id" not in str(each)])
    while True:
        with call.doing(prefix):
            state = client.read(f"sys/remount/status/{migration}") or {}
        status = ((state.get("data") or {}).get("migration_info") or {}).get("status")
        if status == "success":
            out(f"Success! Finished {moving}, with migration ID {migration}")
            return 0
        if status == "failure":
            raise Failure(f"Failure! Error encountered {moving}, migration ID {migration}", 0)
        out(f"Waiting for terminal status in migration of {table.noun} {source} to {target}")
        time.sleep(_POLL_S)
