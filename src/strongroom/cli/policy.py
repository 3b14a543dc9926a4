"""The commands `policy read`, `write`, `list`, `delete` and `fmt`."""

from __future__ import annotations

import os

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.policies.draft import read_draft
from strongroom.cli.render import SecretAnswer
from strongroom.client.errors import describe


def _name(call: Invocation) -> str:
    return call.arguments[0].strip().lower()


def _read(call: Invocation) -> int:
    name = _name(call)
    with call.doing(f"Error reading policy named {name}: "):
        answer = call.client().read(f"sys/policies/acl/{name}")
    if answer is None:
        raise Failure(f"No policy named: {name}", 2)
    data = answer.get("data") or answer
    text = str(data.get("policy") or data.get("rules") or "")
    if not call.table:
        return call.document({"policy": text})
    call.terminal.out(text.strip())
    return 0


def _write(call: Invocation) -> int:
    name = _name(call)
    path = call.arguments[1].strip()
    rules = read_draft(call, path)
    with call.doing("Error uploading policy: "):
        answer = call.client().write(f"sys/policies/acl/{name}", {"policy": rules})
    call.warnings(SecretAnswer(answer).warnings)
    call.terminal.out(f"Success! Uploaded policy: {name}")
    return 0


def _list(call: Invocation) -> int:
    with call.doing("Error listing policies: "):
        answer = call.client().list("sys/policies/acl")
    names = ((answer or {}).get("data") or {}).get("keys") or []
    if not call.table:
        return call.document(names)
    for name in names:
        call.terminal.out(str(name))
    return 0


def _delete(call: Invocation) -> int:
    name = _name(call)
    with call.doing(f"Error deleting {name}: "):
        call.client().delete(f"sys/policies/acl/{name}")
    call.terminal.out(f"Success! Deleted policy: {name}")
    return 0


def _replace(path: str, content: bytes) -> None:
    """Replace a file in one step, so that it stays unchanged on a full disk.  Raises `OSError`."""
    target = os.path.realpath(path)
    mode = os.stat(target).st_mode & 0o7777  # noqa: PTH116 - as below
    temporary = f"{target}.{os.urandom(8).hex()}.tmp"
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
        os.replace(temporary, target)  # noqa: PTH105 - pathlib is slow to import
    except OSError:
        if os.path.exists(temporary):  # noqa: PTH110 - as above
            os.unlink(temporary)  # noqa: PTH108 - as above
        raise


def _fmt(call: Invocation) -> int:
    path = os.path.expanduser(call.arguments[0])  # noqa: PTH111 - pathlib is slow to import
    try:
        with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123 - as above
            source = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        raise Failure(f"Error reading source file: open {path}: {reason}") from error
    from strongroom.cli.policy_text import PolicyTextError, format_policy  # noqa: PLC0415 - only this needs HCL

    try:
        formatted = format_policy(source)
    except PolicyTextError as error:
        raise Failure(f"failed to parse policy: {error}") from error
    try:
        _replace(path, formatted.encode())
    except OSError as error:
        raise Failure(f"Error writing {path}: {describe(error)}") from error
    call.terminal.out(f"Success! Formatted policy: {path}")
    return 0


COMMANDS = {
    "policy read": Command(
        "policy read [options] [NAME]",
        "Prints a policy.\n\n$ strongroom policy read web",
        _read,
        (FORMAT_ONLY,),
        Arity(1, 1),
    ),
    "policy write": Command(
        "policy write [options] NAME PATH",
        "Uploads a policy from a file, or from standard input for -.\n\n$ strongroom policy write web web.hcl",
        _write,
        arity=Arity(2, 2),
    ),
    "policy list": Command("policy list [options]", "Lists the names of policies.", _list, (FORMAT_ONLY,), Arity()),
    "policy delete": Command(
        "policy delete [options] NAME",
        "Deletes a policy.\n\n$ strongroom policy delete web",
        _delete,
        arity=Arity(1, 1),
    ),
    "policy fmt": Command(
        "policy fmt [options] PATH",
        "Formats a policy file in place, if it is a policy.\n\n$ strongroom policy fmt web.hcl",
        _fmt,
        arity=Arity(1, 1),
    ),
}
