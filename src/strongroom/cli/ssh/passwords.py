"""`ssh -mode=otp`: logs in with a password that the server makes for this once."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from strongroom.cli import PROGRAM
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.ssh import running
from strongroom.cli.ssh.host_keys import host_key_options
from strongroom.cli.ssh.words import Target

_HOST_UNKNOWN = 6
"""The exit status of sshpass when ssh asks whether the host's key is right.  Source: sshpass(1)"""


def log_in(call: Invocation, mount: str, role: str, target: Target) -> int:
    """Have a password made, and run ssh with it.

    Args:
        role: empty for the only one that serves the host.
    """
    flags = call.flags
    ip = address_of(target.host)
    role = role or _only_role(call, mount, ip)
    body = {"ip": ip, "username": target.user}
    if host := flags.text("bind-host"):
        body["host"] = host
    client = call.client() if flags.on("no-exec") else call.client().without_wrapping()
    with call.doing(f"no password for {target.user} at {ip}: "):
        answer = client.write(f"{mount}/creds/{role}", body)
    if flags.on("no-exec"):
        return call.answer(answer)
    data: dict[str, Any] = (answer or {}).get("data") or {}
    password = str(data.get("key") or "")
    if data.get("key_type") != "otp" or not password:
        raise Failure(f"the answer of {mount}/creds/{role} has no one-time password", 2)
    port = str(data.get("port") or "")
    with running.private_directory(call.environment) as directory:
        command = [
            flags.text("ssh-executable"),
            *([] if target.names_port or not port.isdecimal() else ["-p", port]),
            *host_key_options(call, directory),
            *call.arguments,
        ]
        return _typed(call, command, password)


def _typed(call: Invocation, command: list[str], password: str) -> int:
    """Run ssh, and have the password typed by sshpass, or by the user if that isn't installed."""
    typist = running.sshpass()
    if typist is None:
        call.terminal.warn(
            "The program sshpass, which would type the password, isn't installed. Paste it when ssh asks for one."
        )
        # Scripts that type the password find it by this line.
        call.terminal.out(f"OTP for the session is: {password}")
        call.terminal.flush()
        return running.run(command, call.environment)
    status = running.run(command, call.environment, password, typist)
    if status == _HOST_UNKNOWN:
        call.terminal.error(
            "ssh asked whether the host's key is right, which sshpass doesn't answer. Connect once by ssh alone, or "
            "use -host-key-mount-point or -strict-host-key-checking=accept-new."
        )
    return status


def _only_role(call: Invocation, mount: str, ip: str) -> str:
    """The role whose passwords are for an address, if there is one alone.  Raises `Failure`."""
    with call.doing(f"{mount} doesn't tell which roles serve {ip}, so name one by -role: "):
        answer = call.client(asking=True).without_wrapping().write(f"{mount}/lookup", {"ip": ip})
    roles = [str(role) for role in ((answer or {}).get("data") or {}).get("roles") or ()]
    if len(roles) == 1:
        call.terminal.warn(f'Using the role "{roles[0]}", the only one that serves {ip}')
        return roles[0]
    if not roles:
        raise Failure(f'No role of "{mount}" serves {ip}.')
    raise Failure(
        f"Several roles serve {ip}: {', '.join(roles)}. Say which one: {PROGRAM} ssh -mode=otp -role={roles[0]} …"
    )


def address_of(host: str) -> str:
    """The address that ssh reaches a host by.  Raises `Failure` for a name that has none."""
    bare = host.removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return _resolved(bare)


def _resolved(name: str) -> str:
    """The first address of a name.  Raises `Failure` if it has none."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failure(f'"{name}" has no address here, and a password is for one') from error
    return str(found[0][4][0])
