"""An intermediate authority in four steps: a request in the child mount, its signature, the imports, the name.

When a step fails, what was done before it remains. What to do about that is said, with the names that are needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.pki.issuers import UnreadIssuer, read_issuer
from strongroom.cli.pki.unfinished import Progress, advice
from strongroom.cli.render import SecretAnswer
from strongroom.client.client import Client
from strongroom.client.errors import ClientError


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made."""

    parent: str
    """The path of the issuer that signs."""
    child: str
    """The mount that the new issuer is for."""
    name: str
    """Of the new issuer; may be empty."""
    key_source: str

    @property
    def existing_key(self) -> bool:
        """Whether a key of the child mount is used."""
        return self.key_source == "existing"

    @property
    def parent_mount(self) -> str:
        """The mount of the issuer that signs."""
        return self.parent.partition("/issuer/")[0]

    @property
    def parent_reference(self) -> str:
        """The name or id of the issuer that signs, within its mount."""
        return self.parent.rpartition("/")[2]


class _Unnamed(Exception):
    """An issuer was imported, and couldn't be given its name."""

    def __init__(self, issuer_id: str, name: str, reason: object) -> None:
        super().__init__(f"the issuer {issuer_id} couldn't be named {name}: {reason}")
        self.issuer_id = issuer_id


def issue(call: Invocation, order: Order, data: dict[str, Any]) -> int:
    """Make the authority and print its issuer.  Raises `Failure`."""
    client = call.client().without_wrapping()
    if "/issuer/" not in order.parent:
        raise Failure(
            f"{order.parent} is no path of an issuer: PARENT is MOUNT/issuer/NAME, such as pki/issuer/default"
        )
    try:
        read_issuer(client, order.parent)
    except UnreadIssuer as error:
        raise Failure(f"{order.parent} can't sign, since it can't be read: {error}") from error
    progress = _requested(client, order, data)
    signed, progress = _signed(call, client, order, data, progress)
    issuer_id, progress = _imported(call, client, order, signed, progress)
    _import_parents(call, client, order, signed, progress)
    path = f"{order.child}/issuer/{issuer_id}"
    with call.doing(f"The authority is complete, and can't be read at {path}: ", 1):
        answer = client.read(path)
    return call.answer(answer)


def _requested(client: Client, order: Order, data: dict[str, Any]) -> Progress:
    """The signing request, and the key that was made for it."""
    child = order.child
    try:
        answer = client.write(f"{child}/intermediate/generate/{order.key_source}", data)
    except ClientError as error:
        text = str(error)
        if "no handler for route" in text:
            raise Failure(f"nothing is mounted at {child}, where the authority was to be: {text}") from error
        if "unsupported path" in text:
            raise Failure(f"{child}, where the authority was to be, is no mount of the engine pki: {text}") from error
        raise Failure(f"{child} made no request for a signature: {text}") from error
    found = SecretAnswer(answer).data or {}
    if not isinstance(found.get("csr"), str):
        raise Failure(f"{child} made no request for a signature: its answer has none")
    key_id = "" if order.existing_key else str(found.get("key_id") or "")
    return Progress(order.parent, order.parent_mount, child, order.name, csr=found["csr"], created_key_id=key_id)


def _signed(
    call: Invocation, client: Client, order: Order, data: dict[str, Any], progress: Progress
) -> tuple[dict[str, Any], Progress]:
    try:
        answer = client.write(f"{order.parent}/sign-intermediate", {**data, "csr": progress.csr})
    except ClientError as error:
        raise _stopped(call, progress, f"{order.parent} didn't sign: {error}") from error
    signed = SecretAnswer(answer).data or {}
    chain = "".join(f"{each}\n" for each in signed.get("ca_chain") or ())
    return signed, replace(progress, serial_number=str(signed.get("serial_number", "")), chain=chain)


def _imported(
    call: Invocation, client: Client, order: Order, signed: dict[str, Any], progress: Progress
) -> tuple[str, Progress]:
    certificate = str(signed.get("certificate", ""))
    try:
        issuer_id = _import(client, order.child, certificate, order.name)
    except _Unnamed as error:
        imported = replace(progress, issuer_id=error.issuer_id)
        raise _stopped(call, imported, f"The new authority has no name: {error}") from error
    except ClientError as error:
        text = f"{order.child} didn't take the signed certificate: {error}"
        raise _stopped(call, progress, text) from error
    return issuer_id, replace(progress, issuer_id=issuer_id)


def _import_parents(call: Invocation, client: Client, order: Order, signed: dict[str, Any], progress: Progress) -> None:
    """Import what the new issuer's chain needs.  Its own certificate and its parent's are two of the chain."""
    try:
        _import(client, order.child, str(signed.get("issuing_ca", "")), order.parent_reference)
        if len(signed.get("ca_chain") or ()) > 2:
            client.write(f"{order.child}/issuers/import/cert", {"pem_bundle": progress.chain})
    except _Unnamed as error:
        call.terminal.warn(
            f"The authority is complete. Its parent was imported into {order.child}, too, and has another name there "
            f"than {order.parent_reference}: {error}"
        )
    except ClientError as error:
        raise _stopped(call, progress, f"{order.child} didn't take the chain of the new authority: {error}") from error


def _import(client: Client, mount: str, pem: str, name: str) -> str:
    """Import a certificate, and give it a name; returns the issuer's id.  Raises `_Unnamed`, `ClientError`."""
    answer = SecretAnswer(client.write(f"{mount}/issuers/import/cert", {"pem_bundle": pem}))
    issuer_id = next(iter((answer.data or {}).get("mapping") or {}), "")
    if name and name != "default":
        try:
            client.patch(f"{mount}/issuer/{issuer_id}", {"issuer_name": name})
        except ClientError as error:
            raise _Unnamed(issuer_id, name, error) from error
    return issuer_id


def _stopped(call: Invocation, progress: Progress, reason: str) -> Failure:
    """The failure, after what was done and what to do is said."""
    call.terminal.error(advice(progress))
    return Failure(reason)
