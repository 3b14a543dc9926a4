"""By what ssh knows the host."""

from __future__ import annotations

from pathlib import Path

from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.ssh.known_hosts import known_hosts
from strongroom.cli.ssh.running import knows, write_private
from strongroom.cli.ssh.words import quoted

_NOTHING_ELSE = (
    *("-o", "GlobalKnownHostsFile=/dev/null"),
    *("-o", "VerifyHostKeyDNS=no"),
    *("-o", "NoHostAuthenticationForLocalhost=no"),
)
"""The machine's own file and DNS would vouch for hosts, too, whose key nobody has signed."""
_NO_COMMAND = ("-o", "KnownHostsCommand=none")
"""So would a program that the user's configuration names, in versions from 8.5 on.  Earlier ones refuse the option."""


def host_key_options(call: Invocation, directory: Path) -> list[str]:
    """The options of ssh about the host's key.

    With `-host-key-mount-point`, only hosts count whose key that mount has signed.

    Args:
        directory: a private one, for the file that says so.
    """
    flags = call.flags
    mount = flags.text("host-key-mount-point")
    if not mount:
        given = flags.text("user-known-hosts-file")
        known = ["-o", f"UserKnownHostsFile={given}"] if given else []
        return [*known, "-o", f"StrictHostKeyChecking={flags.text('strict-host-key-checking')}"]
    path = f"{clean(mount)}/public_key"
    with call.doing(f"{path} doesn't tell whose signature makes a host known: "):
        keys = call.client().without_wrapping().request("GET", path).body.decode("ascii", "replace")
    file = directory / "known_hosts"
    write_private(file, known_hosts(flags.text("host-key-hostnames"), keys))
    no_command = _NO_COMMAND if knows(flags.text("ssh-executable"), _NO_COMMAND, call.environment) else ()
    return [
        *("-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={quoted(str(file))}"),
        *(*_NOTHING_ELSE, *no_command),
    ]
