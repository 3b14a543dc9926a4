"""The commands on namespaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from strongroom.cli.command import FORMAT_ONLY, OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.operator.init import pgp_keys
from strongroom.cli.operator.seal import share
from strongroom.cli.paths import clean, print_keys
from strongroom.cli.render import SecretAnswer
from strongroom.cli.text import field_text, go_value, pairs
from strongroom.client.errors import Missing, describe

_METADATA = Flag("custom-metadata", "A name and its text to keep with it; may be repeated.", "pairs")
_DETAILED = Group("Command Options", (Flag("detailed", "Print ids and metadata too.", "bool"),))


def _path(call: Invocation, prefix: str) -> str:
    """The namespace that the argument names.  Raises `Failure`."""
    path = clean(call.arguments[0])
    if not path:
        raise Failure(f"{prefix}name must not be empty", 2)
    return path


def _show(call: Invocation, answer: dict[str, Any] | None) -> int:
    secret = SecretAnswer(answer)
    data = secret.data or {}
    if call.flags.text("field"):
        return call.field(secret, call.flags.text("field"))
    if not call.table:
        return call.document(data, sort=True)
    call.terminal.out(pairs([(name, field_text(name, data[name])) for name in sorted(data)]))
    return 0


def _create(call: Invocation) -> int:
    path = _path(call, "Error creating namespace: ")
    body: dict[str, Any] = {"custom_metadata": call.flags.pairs("custom-metadata")}
    if (seal := _stanza(call)) is not None:
        body["seal"] = seal
    if keys := pgp_keys(call, "pgp-keys"):
        body["pgp_keys"] = keys
    with call.doing("Error creating namespace: "):
        answer = call.client().write(f"sys/namespaces/{path}", body, method="POST")
    shares = ((answer or {}).get("data") or {}).get("key_shares") or []
    if shares and call.table:
        return _show_shares(call, answer or {}, shares)
    return _show(call, answer)


def _stanza(call: Invocation) -> str | None:
    """The stanza of the seal that the flags ask for; None for no seal."""
    file, counts = call.flags.text("seal"), [call.flags.given(name) for name in ("key-shares", "key-threshold")]
    if file:
        if any(counts):
            raise Failure("-seal cannot be given together with -key-shares or -key-threshold")
        try:
            return Path(file).read_text(encoding="utf-8")
        except OSError as error:
            raise Failure(f"Error reading seal configuration: {file}: {describe(error)}", 2) from error
        except UnicodeDecodeError as error:
            raise Failure(f"Error reading seal configuration: {file} is no text in UTF-8", 2) from error
    if not any(counts):
        return None
    shares, threshold = call.flags.number("key-shares"), call.flags.number("key-threshold")
    return f'seal "shamir" {{\n    shares = {shares}\n    threshold = {threshold}\n}}'


def _show_shares(call: Invocation, answer: dict[str, Any], shares: list[str]) -> int:
    """Print the key shares of a new namespace, and the other fields."""
    threshold = answer["data"].get("key_threshold")
    told = "".join(f"Unseal Key {number}: {share}\n" for number, share in enumerate(shares, 1))
    told += (
        f"\nNamespace initialized with {len(shares)} key shares and a key threshold of {threshold}. Please\n"
        "securely distribute the key shares printed above. The namespace is sealed: you\n"
        f"must supply at least {threshold} of these keys to unseal it, now and whenever it is\n"
        "sealed again.\n"
    )
    if call.flags.text("field"):
        return _show(call, answer)
    call.terminal.out(told)
    rest = {name: value for name, value in answer["data"].items() if not name.startswith("key_")}
    return _show(call, {**answer, "data": rest})


def _seal(call: Invocation) -> int:
    path = _path(call, "Error sealing: ")
    with call.doing("Error sealing: "):
        call.client().write(f"sys/namespaces/{path}/seal", None)
    call.terminal.out(f'Success! Namespace "{path}" is sealed.')
    return 0


def _unseal(call: Invocation) -> int:
    path = _path(call, "Error unsealing: ")
    if call.flags.on("reset"):
        body: dict[str, Any] = {"reset": True}
    else:
        body = {"key": share(call, call.arguments[1:])}
    with call.doing("Error unsealing: "):
        answer = call.client().write(f"sys/namespaces/{path}/unseal", body) or {}
    return _show_seal(call, answer)


def _seal_status(call: Invocation) -> int:
    path = _path(call, "Error reading seal status: ")
    with call.doing("Error reading seal status: "):
        answer = call.client().read(f"sys/namespaces/{path}/seal-status") or {}
    if call.flags.text("field"):
        return call.field(SecretAnswer(answer), call.flags.text("field"))
    return _show_seal(call, answer)


def _show_seal(call: Invocation, answer: dict[str, Any]) -> int:
    data = answer.get("data") or {}
    if not call.table:
        return call.document(data)
    lines = [
        ("Seal Type", data.get("type")),
        ("Initialized", data.get("initialized")),
        ("Sealed", data.get("sealed")),
        ("Total Shares", data.get("n")),
        ("Threshold", data.get("t")),
    ]
    if data.get("sealed"):
        lines.append(("Unseal Progress", f"{data.get('progress')}/{data.get('t')}"))
        lines.append(("Unseal Nonce", data.get("nonce")))
    call.terminal.out(pairs([(name, go_value(value)) for name, value in lines]))
    return 0


def _delete_sealed(call: Invocation) -> int:
    path = _path(call, "Error deleting sealed namespace: ")
    query = "?force=true" if call.flags.on("force") else ""
    with call.doing("Error deleting sealed namespace: "):
        answer = call.client().delete(f"sys/namespaces/{path}/delete-sealed{query}")
    secret = SecretAnswer(answer)
    for warning in secret.warnings:
        call.terminal.warn(warning.capitalize() if warning.islower() else warning)
    if secret.data:
        call.terminal.out(f"Success! Namespace deletion scheduled: {path}/")
    return 0


def _delete(call: Invocation) -> int:
    path = _path(call, "Error deleting namespace: ")
    with call.doing("Error deleting namespace: "):
        answer = call.client().delete(f"sys/namespaces/{path}")
    secret = SecretAnswer(answer)
    if secret.warnings:
        for warning in secret.warnings:
            call.terminal.warn(warning.capitalize() if warning.islower() else warning)
        return 0
    call.terminal.out(f"Success! Namespace deletion scheduled: {path}/")
    return 0


def _lookup(call: Invocation) -> int:
    path = _path(call, "Error looking up namespace: ")
    with call.doing("Error looking up namespace: "):
        answer = call.client().read(f"sys/namespaces/{path}")
    if answer is None:
        raise Failure("Namespace not found", 2)
    return _show(call, answer)


def _patch(call: Invocation) -> int:
    path = _path(call, "Error patching namespace: ")
    metadata: dict[str, Any] = {
        **call.flags.pairs("custom-metadata"),
        **dict.fromkeys(call.flags.many("remove-custom-metadata")),
    }
    if not metadata:
        raise Failure("Must supply at least one of -custom-metadata or -remove-custom-metadata")
    with call.doing("Error patching namespace: "):
        try:
            answer = call.client().patch(f"sys/namespaces/{path}", {"custom_metadata": metadata})
        except Missing as error:
            raise Failure("Namespace not found", 2) from error
    return _show(call, answer)


def _list(call: Invocation) -> int:
    with call.doing("Error listing namespaces: "):
        answer = call.client().list("sys/namespaces")
    return print_keys(call, answer, "No namespaces found")


def _scan(call: Invocation) -> int:
    with call.doing("Error scanning namespaces: "):
        answer = call.client().scan("sys/namespaces")
    return print_keys(call, answer, "No namespaces found")


def _lock(call: Invocation) -> int:
    path = clean(call.arguments[0]) if call.arguments else ""
    with call.doing("Error locking namespace: "):
        answer = call.client().write(f"sys/namespaces/api-lock/lock/{path}".rstrip("/"), None)
    key = ((answer or {}).get("data") or {}).get("unlock_key", "")
    if not call.table:
        return call.document({"unlock_key": key})
    call.terminal.out(
        f"Unlock Key: {key}\n\n"
        "Namespace is now locked. Please securely store the unlock key printed above.\n"
        "You must supply the unlock key to re-enable access to the namespace.\n"
        "If the unlock key is lost, it takes a token of a namespace above with the sudo capability."
    )
    return 0


def _unlock(call: Invocation) -> int:
    path = clean(call.arguments[0]) if call.arguments else ""
    key = call.flags.text("unlock-key")
    body = {"unlock_key": key} if key else None
    with call.doing("Error unlocking namespace: "):
        answer = call.client().write(f"sys/namespaces/api-lock/unlock/{path}".rstrip("/"), body)
    for warning in SecretAnswer(answer).warnings:
        call.terminal.warn(warning)
    return 0


_SEAL = Group(
    "Seal Options",
    (
        Flag("key-shares", "How many key shares to make.", "int", aliases=("n",)),
        Flag("key-threshold", "How many of the key shares are needed to unseal.", "int", aliases=("t",)),
        Flag("pgp-keys", "Files of PGP keys to encrypt the shares with.", "strings"),
        Flag("seal", "A file with a seal stanza, in place of -key-shares and -key-threshold."),
    ),
)

COMMANDS = {
    "namespace create": Command(
        "namespace create [options] PATH",
        "Creates a namespace. With -key-shares and -key-threshold it has a seal of its own, and is sealed at "
        "first.\n\n$ strongroom namespace create team\n\n"
        "$ strongroom namespace create -key-shares=5 -key-threshold=3 tenant",
        _create,
        (OUTPUT, Group("Command Options", (_METADATA,)), _SEAL),
        Arity(1, 1),
    ),
    "namespace delete": Command(
        "namespace delete [options] PATH", "Deletes a namespace with all that is in it.", _delete, arity=Arity(1, 1)
    ),
    "namespace list": Command(
        "namespace list [options]", "Lists the namespaces below this one.", _list, (FORMAT_ONLY, _DETAILED), Arity()
    ),
    "namespace scan": Command(
        "namespace scan [options]", "Lists namespaces, at every depth.", _scan, (FORMAT_ONLY, _DETAILED), Arity()
    ),
    "namespace lookup": Command(
        "namespace lookup [options] PATH", "Shows a namespace.", _lookup, (FORMAT_ONLY,), Arity(1, 1)
    ),
    "namespace patch": Command(
        "namespace patch [options] PATH",
        "Changes a namespace's metadata.\n\n$ strongroom namespace patch -custom-metadata=owner=eva team",
        _patch,
        (
            OUTPUT,
            Group(
                "Command Options",
                (_METADATA, Flag("remove-custom-metadata", "A name to remove; may be repeated.", "strings")),
            ),
        ),
        Arity(1, 1),
    ),
    "namespace seal": Command(
        "namespace seal [options] PATH",
        "Seals a namespace that has a seal of its own, on all nodes. What is below it is sealed with it.",
        _seal,
        arity=Arity(1, 1),
    ),
    "namespace unseal": Command(
        "namespace unseal [options] PATH [KEY]",
        "Gives one key share of a namespace to the server; with enough of them the namespace is unsealed on this "
        "node. Without the second argument the share is asked for, so that it doesn't stay in the shell's history.",
        _unseal,
        (FORMAT_ONLY, Group("Command Options", (Flag("reset", "Throw away the shares given so far.", "bool"),))),
        Arity(1, 2),
    ),
    "namespace seal-status": Command(
        "namespace seal-status [options] PATH",
        "Shows whether a namespace is sealed on this node.",
        _seal_status,
        (OUTPUT,),
        Arity(1, 1),
    ),
    "namespace delete-sealed": Command(
        "namespace delete-sealed [options] PATH",
        "Deletes a sealed namespace whose key shares are lost. Nothing that it has leased is revoked: prefer "
        "`namespace delete`. This needs the sudo capability.",
        _delete_sealed,
        (Group("Command Options", (Flag("force", "Delete the namespaces below it too.", "bool"),)),),
        Arity(1, 1),
    ),
    "namespace lock": Command(
        "namespace lock PATH", "Locks the API of a namespace.", _lock, (FORMAT_ONLY,), Arity(0, 1)
    ),
    "namespace unlock": Command(
        "namespace unlock [options] PATH",
        "Unlocks the API of a namespace, with -unlock-key, or with the sudo capability from above.",
        _unlock,
        (FORMAT_ONLY,),
        Arity(0, 1),
    ),
}
