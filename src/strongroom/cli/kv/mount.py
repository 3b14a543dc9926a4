"""Which mount a key/value path belongs to, and in which version of the engine.

Source: https://developer.hashicorp.com/vault/api-docs/system/internal-ui-mounts
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.client.errors import Missing

MOUNT = Flag("mount", "The mount's path; the argument is then the secret's path below it.")


@dataclass(frozen=True, slots=True)
class Place:
    """A secret's place."""

    mount: str
    """The mount's path, with a slash at its end."""
    path: str
    """What comes behind the mount's path."""
    version: int

    def under(self, section: str) -> str:
        """The API's path of the secret in a section of a version 2 mount (`data`, `metadata`, …)."""
        if self.version != 2:
            return self.mount + self.path if self.path else self.mount.rstrip("/")
        return f"{self.mount}{section}/{self.path}" if self.path else f"{self.mount}{section}"


_READ_BY_KV = frozenset({"data", "metadata"})


def doubled(call: Invocation, place: Place) -> str:
    """A note for who typed the API's path of a secret, where `kv` puts the section in by itself; else empty."""
    section, _, short = place.path.partition("/")
    if place.version != 2 or section not in _READ_BY_KV or not short or not call.table:
        return ""
    return (
        f"Note: kv adds {section}/ to the path by itself, so this is {place.under(section)}. For "
        f"{place.mount}{place.path} the path is {place.mount}{short}."
    )


def nothing(call: Invocation, place: Place, section: str) -> str:
    """What to say when nothing is found at a secret's path in a section of a mount."""
    return "\n".join(filter(None, (f"No value found at {place.under(section)}", doubled(call, place))))


def locate(call: Invocation, argument: str | None = None) -> Place:
    """The place that the arguments and `-mount` name.  Asks the server, even when requests are only shown."""
    name = clean(call.arguments[0] if argument is None else argument)
    mount_flag = call.flags.text("mount")
    asked = clean(mount_flag) if mount_flag else name
    client = call.client(asking=True).without_wrapping()
    with call.doing(""):
        try:
            answer = client.request("GET", f"sys/internal/ui/mounts/{asked}").json()
        except Missing:
            # A server of before 0.10 has no such endpoint, and no version 2 either.
            return Place(f"{asked}/" if mount_flag else "", name, 1)
    data = (answer or {}).get("data") or {}
    version = int((data.get("options") or {}).get("version") or 1)
    mount = str(data.get("path") or "")
    if mount_flag:
        return Place(mount, name if call.arguments else "", version)
    if version != 2:
        # The path is the whole one already; an auth method's `mount` wouldn't even be its beginning.
        return Place("", name, version)
    return Place(mount, f"{name}/".removeprefix(mount).rstrip("/"), version)


def versioned(call: Invocation, what: str) -> Place:
    """As `locate`, but fails with `what` on a version 1 mount."""
    place = locate(call)
    if place.version != 2:
        raise Failure(f"{what} not supported on KV Version 1")
    return place
