"""The commands on namespaces."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import FORMAT_ONLY, OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.operator.init import pgp_keys
from strongroom.cli.paths import clean, print_keys
from strongroom.cli.render import SecretAnswer
from strongroom.cli.text import field_text, pairs
from strongroom.client.errors import Missing

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
    if seal := call.flags.text("seal"):
        body["seal"] = {"type": seal}
        for name in ("key-shares", "key-threshold"):
            if call.flags.given(name):
                body["seal"][name.replace("key-", "secret_")] = call.flags.number(name)
        if keys := pgp_keys(call, "pgp-keys"):
            body["seal"]["pgp_keys"] = keys
    with call.doing("Error creating namespace: "):
        answer = call.client().write(f"sys/namespaces/{path}", body, method="POST")
    return _show(call, answer)


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
        "If the unlock key is lost, sudo capability is required to unlock the namespace without it."
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
        Flag("seal", "Give the namespace a seal of its own, of this type."),
    ),
)

COMMANDS = {
    "namespace create": Command(
        "namespace create [options] PATH",
        "Creates a namespace.\n\n$ strongroom namespace create team",
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
    "namespace lock": Command(
        "namespace lock PATH", "Locks the API of a namespace.", _lock, (FORMAT_ONLY,), Arity(0, 1)
    ),
    "namespace unlock": Command(
        "namespace unlock [options] PATH",
        "Unlocks the API of a namespace, with -unlock-key or the sudo capability.",
        _unlock,
        (FORMAT_ONLY,),
        Arity(0, 1),
    ),
}
