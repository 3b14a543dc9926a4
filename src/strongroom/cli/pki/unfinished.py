"""What to do when a new intermediate authority remains half made.  (p)"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.cli import PROGRAM


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it came.  What is empty wasn't reached."""

    parent: str
    parent_mount: str
    child: str
    name: str
    csr: str = ""
    created_key_id: str = ""
    serial_number: str = ""
    chain: str = ""
    issuer_id: str = ""


def advice(progress: Progress) -> str:
    """What was done, how to go on, and how to undo it."""
    done = [f"{progress.child} has made a key and a request for a signature."]
    if not progress.created_key_id:
        done = [f"{progress.child} has made a request for a signature."]
    if progress.serial_number:
        done.append(f"{progress.parent_mount} has signed it: the certificate is {progress.serial_number}.")
    if progress.issuer_id:
        done.append(f"{progress.child} has taken the certificate: the issuer is {progress.issuer_id}.")
    parts = ["The authority is half made:\n" + "\n".join(done), f"To go on:\n{_go_on(progress)}"]
    if not progress.issuer_id:
        parts.append(f"To undo it:\n{_undo(progress)}")
    return "\n\n".join(parts) + "\n"


def _go_on(progress: Progress) -> str:
    lines = []
    if not progress.serial_number:
        lines.append(
            f"Save the signing request as pki_int.csr, and have it signed by `{PROGRAM} write "
            f"{progress.parent}/sign-intermediate csr=@pki_int.csr ...` with the same parameters, but for key_type and "
            f"issuer_name:\n{progress.csr}"
        )
    if not progress.issuer_id:
        if progress.chain:
            lines.append(f"The certificate and its chain, signed by {progress.parent}:\n{progress.chain}")
        lines.append(
            "Save the certificate with its chain as chain.pem, and import it: "
            f"`{PROGRAM} write {progress.child}/issuers/import/cert pem_bundle=@chain.pem`"
        )
    if progress.name:
        issuer = progress.issuer_id or "<issuer-uuid>"
        lines.append(f"Name the issuer: `{PROGRAM} patch {progress.child}/issuer/{issuer} issuer_name={progress.name}`")
    return "\n".join(lines) or f"The issuer is complete in {progress.child}; import what its chain lacks."


def _undo(progress: Progress) -> str:
    lines = []
    if progress.created_key_id:
        lines.append(f"Delete the key that was made: `{PROGRAM} delete {progress.child}/key/{progress.created_key_id}`")
    if progress.serial_number:
        lines.append(
            "Revoke the certificate that was signed: "
            f"`{PROGRAM} write {progress.parent_mount}/revoke serial_number={progress.serial_number}`"
        )
    return "\n".join(lines) or "Nothing was made that has to be removed."
