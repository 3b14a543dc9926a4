"""The command `ssh-helper`, which PAM runs at each login."""

from __future__ import annotations

import re
import socket
import sys
from typing import Any

from strongroom.cli.command import Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.ssh.helper import config, verdict
from strongroom.cli.ssh.helper.config import HelperConfig
from strongroom.cli.ssh.helper.fault import Fault
from strongroom.cli.ssh.helper.log import LEVELS, Log
from strongroom.client.client import Client
from strongroom.client.errors import ClientError, ResponseError
from strongroom.client.settings import check_files
from strongroom.lib.interfaces import read_interfaces

_ECHO, _ECHOED = "verify-echo-request", "verify-echo-response"
"""Source: https://developer.hashicorp.com/vault/api-docs/secret/ssh#verify-ssh-otp"""
_MOST_BYTES = 1024
_OTP = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REFUSED = 400


def _helper(call: Invocation) -> int:
    flags = call.flags
    level = flags.text("log-level").lower()
    if level not in LEVELS:
        raise Failure(f"-log-level has to be one of {', '.join(LEVELS)}")
    if not flags.text("config"):
        raise Failure("-config is missing: the file that says which server is asked")
    log = Log(level, sys.stderr)
    try:
        found = config.parsed(config.read(flags.text("config")), dev=flags.on("dev"))
        if flags.on("dev"):
            log.write("warn", "-dev: the server is asked without TLS")
        log.write("debug", f"{found.vault_addr}, mount {found.ssh_mount_point}, namespace {found.namespace or 'root'}")
        if flags.on("verify-only"):
            _check_server(found)
            log.write("info", "the server answers: verification successful")
        else:
            log.write("info", _let_in(found, call))
    except Fault as fault:
        log.write("error", str(fault))
        return fault.code
    return 0


def _check_server(found: HelperConfig) -> None:
    if _asked(found, {"otp": _ECHO}).get("message") != _ECHOED:
        raise Fault(f"what answers at {found.vault_addr} is no SSH secrets engine", 2)


def _let_in(found: HelperConfig, call: Invocation) -> str:
    """Check the password of who logs in.  Returns what to tell of it.  Raises `Fault`."""
    user = call.environment.get("PAM_USER", "")
    if not user:
        raise Fault("PAM_USER is missing: PAM runs this command, by pam_exec.so with expose_authtok")
    password = _password(call)
    host = found.host_name or socket.gethostname()
    try:
        addresses = {each.address for each in read_interfaces()}
    except OSError as error:
        raise Fault(f"the addresses of this host can't be read: {error}") from error
    answer = _asked(found, {"otp": password, "host": host})
    verdict.check(answer, found, user=user, host=host, addresses=addresses)
    return f"{user} is let in, by the role {answer.get('role_name')}"


def _password(call: Invocation) -> str:
    """What was typed.  Raises `Fault` for what is no one-time password: it may be another one, which nobody may see."""
    typed = call.stdin.buffer.read(_MOST_BYTES + 1).rstrip(b"\n").removesuffix(b"\0")
    if not _OTP.fullmatch(typed):
        raise Fault("what was typed has not the form of a one-time password, and isn't sent to the server")
    return typed.decode("ascii")


def _asked(found: HelperConfig, body: dict[str, str]) -> dict[str, Any]:
    """The data of the server's answer.  Raises `Fault`."""
    try:
        check_files(found.tls)
        answer = Client(found.settings).write(f"{found.ssh_mount_point}/verify", body)
    except ResponseError as error:
        said = "; ".join(error.errors or ()) or f"status {error.status}"
        if error.status == _REFUSED:
            raise Fault(f"the server refuses the password: {said}") from error
        raise Fault(f"the server at {found.vault_addr} can't answer: {said} ({error.status})", 2) from error
    except ClientError as error:
        raise Fault(f"the server can't be asked: {error}", 2) from error
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise Fault(f"the server at {found.vault_addr} gave no answer about the password", 2)
    return data


COMMANDS = {
    "ssh-helper": Command(
        "ssh-helper -config=FILE [options]",
        "Lets somebody in by a one-time password of an SSH secrets engine. PAM runs this on the host, at each login, "
        "and hands over what was typed. The server says once for whom, which host and by which role the password was "
        "made; all three have to fit. The exit status is 0 for a login that is let in, 1 for one that isn't, and 2 "
        "if the server couldn't be asked.\n\n"
        "$ strongroom ssh-helper -config=/etc/strongroom/ssh-helper.hcl -verify-only\n\n"
        "The configuration has the keys of vault-ssh-helper: vault_addr, ssh_mount_point, namespace, ca_cert, ca_path, "
        "tls_skip_verify, tls_server_name, allowed_roles, allowed_cidr_list; and host_name.",
        _helper,
        (
            Group(
                "Command Options",
                (
                    Flag(
                        "config", "The file that says which server is asked, and what is accepted.", placeholder="file"
                    ),
                    Flag("dev", "Ask the server without TLS. Unsafe.", "bool"),
                    Flag(
                        "log-level", "The least that is told: trace, debug, info, warn, error or off.", default="info"
                    ),
                    Flag("verify-only", "Ask only whether the server answers.", "bool"),
                ),
            ),
        ),
        Arity(0, 0),
        http=False,
    ),
}
