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
            f"Put this request into a file, asked.pem, and have it signed: `{PROGRAM} write -format=json "
            f"{progress.parent}/sign-intermediate csr=@asked.pem K=V...` For K=V repeat the parameters that you gave, "
            f"without key_type and issuer_name.\n{progress.csr}"
        )
    if not progress.issuer_id:
        if progress.chain:
            lines.append(f"This is the certificate, with those above it:\n{progress.chain}")
        lines.append(
            "Put the certificates into a file, signed.pem, and hand them over: "
            f"`{PROGRAM} write {progress.child}/issuers/import/cert pem_bundle=@signed.pem`"
        )
    if progress.name:
        issuer = progress.issuer_id or "ID"
        lines.append(
            f"Give the issuer its name: `{PROGRAM} patch {progress.child}/issuer/{issuer} issuer_name={progress.name}`"
        )
    return "\n".join(lines) or f"The issuer is complete in {progress.child}; import what its chain lacks."


def _undo(progress: Progress) -> str:
    lines = []
    if progress.created_key_id:
        lines.append(f"The key goes by `{PROGRAM} delete {progress.child}/key/{progress.created_key_id}`")
    if progress.serial_number:
        lines.append(
            f"The certificate is revoked by `{PROGRAM} write {progress.parent_mount}/revoke "
            f"serial_number={progress.serial_number}`"
        )
    return "\n".join(lines) or "Nothing was made that has to be removed."
