"""`ssh -mode=ca`: logs in with a key that the server signs for this once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.ssh import running
from strongroom.cli.ssh.host_keys import host_key_options
from strongroom.cli.ssh.key_pair import KeyPair, content_of, key_pair
from strongroom.cli.ssh.words import quoted
from strongroom.client.errors import ResponseError

_EXTENSIONS = (
    "permit-X11-forwarding",
    "permit-agent-forwarding",
    "permit-port-forwarding",
    "permit-pty",
    "permit-user-rc",
)
"""What ssh-keygen gives a certificate, too.  Source: https://man.openbsd.org/ssh-keygen.1"""
_BAD_REQUEST = 400


def log_in(call: Invocation, mount: str, role: str, user: str) -> int:
    """Have a key signed, and run ssh with it.

    Args:
        user: whom the certificate is for, unless `-valid-principals` says otherwise.
    """
    flags = call.flags
    pair = key_pair(flags.text("public-key-path"), flags.text("private-key-path"), Path.home())
    answer = _signed(call, f"{mount}/sign/{role}", pair, flags.text("valid-principals") or user)
    if flags.on("no-exec"):
        return call.answer(answer)
    certificate = str(((answer or {}).get("data") or {}).get("signed_key") or "")
    if not certificate:
        raise Failure(f"the answer of {mount}/sign/{role} has no signed_key", 2)
    with running.private_directory(call.environment) as directory:
        file = directory / "certificate.pub"
        running.write_private(file, certificate)
        command = [
            flags.text("ssh-executable"),
            *("-i", str(pair.private)),
            *("-o", f"CertificateFile={quoted(str(file))}"),
            *host_key_options(call, directory),
            *call.arguments,
        ]
        return running.run(command, call.environment)


def _signed(call: Invocation, path: str, pair: KeyPair, principals: str) -> Any:
    """The answer to the request for a certificate.

    What ssh-keygen gives certificates is asked for.  A role that refuses has extensions of its own, which count then.
    """
    client = call.client() if call.flags.on("no-exec") else call.client().without_wrapping()
    body = {"public_key": content_of(pair.public), "valid_principals": principals, "cert_type": "user"}
    with call.doing(f"{pair.public} wasn't signed: "):
        try:
            return client.write(path, {**body, "extensions": dict.fromkeys(_EXTENSIONS, "")})
        except ResponseError as refusal:
            if refusal.status != _BAD_REQUEST:
                raise
        # Of two refusals the second one counts: it isn't about the extensions.
        return client.write(path, body)
