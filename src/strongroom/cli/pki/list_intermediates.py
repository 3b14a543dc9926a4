"""The command `pki list-intermediates`."""

from __future__ import annotations

from strongroom.cli import text
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.pki.issuers import UnreadIssuer, compared, read_issuer
from strongroom.cli.pki.results import show
from strongroom.cli.render import SecretAnswer
from strongroom.client.client import Client
from strongroom.client.errors import ClientError

_CERTIFICATES = ("/issuer/", "/certs/", "/revoked/")
"""What is in the path of a certificate, and not in a mount's."""
_CRITERIA = {
    "key_id_match": "key_id_match",
    "path_match": "path_match",
    "signature_match": "direct_sign",
    "subject_match": "subject_match",
    "trust_match": "indirect_sign",
}
"""Which flag demands each of what `compared` tells."""


def _list_intermediates(call: Invocation) -> int:
    if not call.arguments:
        raise Failure("What is missing: PARENT, the path of an issuer. -h shows the usage.")
    client = call.client()
    parent_path = clean(call.arguments[0])
    children = _children(call, client)
    try:
        parent = read_issuer(client, parent_path)
    except UnreadIssuer as error:
        raise Failure(f"{parent_path} can't be the parent: {error}") from error
    demanded = [match for match, flag in _CRITERIA.items() if call.flags.on(flag)]
    found = {}
    for path in children:
        try:
            matches = compared(parent, read_issuer(client, path))
        except UnreadIssuer as error:
            raise Failure(f"{path} can't be compared with it: {error}") from error
        found[path] = all(matches[each] for each in demanded)
    found = dict(sorted(found.items()))

    def table() -> str:
        rows = [(path, text.go_value(value)) for path, value in found.items()]
        return text.table(("intermediate", "match?"), rows) + "\n\n"

    show(call, found, table)
    return 0


def _children(call: Invocation, client: Client) -> list[str]:
    """The paths of the certificates that are compared with the parent."""
    paths: list[str] = []
    for each in call.arguments[1:] or _mounts(client):
        path = clean(each)
        if any(part in path for part in _CERTIFICATES):
            paths.append(path)
        else:
            paths += _issuers(call, client, path)
    return paths


def _mounts(client: Client) -> list[str]:
    """All mounts of the engine pki that the token may see."""
    try:
        mounts = SecretAnswer(client.without_wrapping().read("sys/mounts")).data or {}
    except ClientError as error:
        raise Failure(f"The mounts can't be listed, so name those to look through: {error}") from error
    return [path for path, mount in mounts.items() if isinstance(mount, dict) and mount.get("type") == "pki"]


def _issuers(call: Invocation, client: Client, mount: str) -> list[str]:
    try:
        answer = client.without_wrapping().list(f"{mount}/issuers")
    except ClientError as error:
        raise Failure(f"The issuers of {mount} can't be listed: {error}") from error
    ids = (SecretAnswer(answer).data or {}).get("keys") or []
    if call.flags.on("use_names"):
        ids = [_name(call, client, f"{mount}/issuer/{each}") or each for each in ids]
    return [f"{mount}/issuer/{each}" for each in ids]


def _name(call: Invocation, client: Client, path: str) -> str:
    """The name of an issuer; empty if it has none, or if that isn't known."""
    try:
        answer = client.without_wrapping().read(path)
    except ClientError:
        call.terminal.warn(f"{path} can't be read, and is listed without its name")
        return ""
    return str((SecretAnswer(answer).data or {}).get("issuer_name") or "")


_FLAGS = Group(
    "Command Options",
    (
        Flag("subject_match", "The issuer that a certificate names has to be the parent's subject.", "bool", True),
        Flag("key_id_match", "The authority key id has to be the parent's key id.", "bool", True),
        Flag("direct_sign", "The parent's key has to have signed the certificate.", "bool", True),
        Flag("indirect_sign", "Trust in the parent has to be reason enough to trust it.", "bool", True),
        Flag("path_match", "The parent has to stand in the certificate's chain.", "bool"),
        Flag("use_names", "Name issuers by their names, where they have one, instead of by their ids.", "bool"),
    ),
)

COMMANDS = {
    "pki list-intermediates": Command(
        "pki list-intermediates [options] PARENT [CHILD ...]",
        "Lists certificates, and whether each was issued by PARENT, which is the path of an issuer. CHILD is the path "
        "of another one, or a mount, all of whose issuers are compared. Without it, all mounts are looked through that "
        "the token may see. What has to match is said by flags; see `pki verify-sign`.\n\n"
        "$ strongroom pki list-intermediates pki_root/issuer/default pki_int",
        _list_intermediates,
        (FORMAT_ONLY, _FLAGS),
        Arity(0, None),
    ),
}
