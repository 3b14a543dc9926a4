"""The file by which ssh knows hosts whose keys are signed (p)."""

from __future__ import annotations

from strongroom.cli.failure import Failure


def known_hosts(hosts: str, keys: str) -> str:
    """The lines that make authorities count for hosts.

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
