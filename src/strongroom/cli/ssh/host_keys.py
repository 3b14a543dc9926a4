"""By what ssh knows the host."""

from __future__ import annotations

from pathlib import Path

from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.ssh.running import write_private
from strongroom.cli.ssh.words import quoted


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
    with call.doing(f"failed to get the host key authority at {path}: "):
        keys = call.client().without_wrapping().request("GET", path).body.decode("ascii", "replace")
    file = directory / "known_hosts"
    write_private(file, known_hosts(flags.text("host-key-hostnames"), keys))
    return ["-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={quoted(str(file))}"]


def known_hosts(hosts: str, keys: str) -> str:
    """The lines that make authorities count for hosts (p).

    Args:
        hosts: patterns, with commas. keys: of the authorities, one a line.

    Raises: `Failure` for hosts with blanks, which would end in the key's place, or keys that are none.

    Source: https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT
    """
    if not hosts or any(letter.isspace() or not letter.isprintable() for letter in hosts):
        raise Failure("-host-key-hostnames is empty, or has blanks. Names are separated by commas.")
    lines = [line.strip() for line in keys.splitlines() if line.strip()]
    if not lines or not all(line.isascii() and line.isprintable() and len(line.split(" ")) >= 2 for line in lines):
        raise Failure("the mount of -host-key-mount-point has no public key", 2)
    return "".join(f"@cert-authority {hosts} {line}\n" for line in lines)
