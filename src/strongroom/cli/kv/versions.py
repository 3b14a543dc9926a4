"""The commands `kv delete`, `undelete`, `destroy`, `list`, `scan` and `enable-versioning`."""

from __future__ import annotations

from strongroom.cli.command import FORMAT_ONLY, OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.kv.mount import MOUNT, Place, doubled, locate, nothing, versioned
from strongroom.cli.paths import clean, page, print_keys

_VERSIONS = Flag("versions", "Version numbers, with commas between or in several flags.", "strings")
_COMMON = Group("Common Options", (MOUNT, _VERSIONS))


def _numbers(call: Invocation) -> list[str]:
    return [part.strip() for text in call.flags.many("versions") for part in text.split(",") if part.strip()]


def _delete(call: Invocation) -> int:
    return delete(call, locate(call))


def delete(call: Invocation, place: Place) -> int:
    """Delete the newest version of a secret, or those that `-versions` names."""
    if note := doubled(call, place):
        call.terminal.warn(note)
    path = place.under("data")
    numbers = _numbers(call)
    with call.doing(f"Error deleting {path}: "):
        if numbers and place.version == 2:
            answer = call.client().write(place.under("delete"), {"versions": numbers})
        else:
            answer = call.client().delete(path)
    if answer is None:
        return call.succeeded(f"Success! Data deleted (if it existed) at: {path}")
    return call.answer(answer)


def _change(call: Invocation, verb: str) -> int:
    numbers = _numbers(call)
    if not numbers:
        raise Failure(f'No versions provided, use the "-versions" flag to specify the version to {verb}.')
    path = versioned(call, verb.capitalize()).under(verb)
    with call.doing(f"Error writing data to {path}: "):
        answer = call.client().write(path, {"versions": numbers})
    if answer is None:
        return call.succeeded(f"Success! Data written to: {path}")
    return call.answer(answer)


def _undelete(call: Invocation) -> int:
    return _change(call, "undelete")


def _destroy(call: Invocation) -> int:
    return _change(call, "destroy")


def _needs_path(call: Invocation) -> None:
    if not call.arguments and not call.flags.text("mount"):
        raise Failure("Not enough arguments (expected 1, got 0)")


def _list(call: Invocation) -> int:
    _needs_path(call)
    return list_names(call, locate(call, call.arguments[0] if call.arguments else ""))


def list_names(call: Invocation, place: Place) -> int:
    """Print the names below a place."""
    path = place.under("metadata")
    with call.doing(f"Error listing {path}: "):
        answer = call.client().list(path, page(call))
    return print_keys(call, answer, nothing(call, place, "metadata"))


def _scan(call: Invocation) -> int:
    _needs_path(call)
    return scan_names(call, locate(call, call.arguments[0] if call.arguments else ""))


def scan_names(call: Invocation, place: Place) -> int:
    """Print the names below a place, at every depth."""
    path = place.under("metadata")
    with call.doing(f"Error scanning {path}: "):
        answer = call.client().scan(path, page(call))
    return print_keys(call, answer, f"No entries found at {path}")


def _enable_versioning(call: Invocation) -> int:
    mount = clean(call.arguments[0]) + "/"
    body = {"options": {"version": "2"}, "default_lease_ttl": "", "max_lease_ttl": "", "force_no_cache": False}
    with call.doing(f"Error tuning secrets engine {mount}: "):
        call.client().write(f"sys/mounts/{mount}tune", body, method="POST")
    call.terminal.out(f"Success! Tuned the secrets engine at: {mount}")
    return 0


COMMANDS = {
    "kv delete": Command(
        "kv delete [options] PATH",
        "Deletes the newest version of a secret, or those that -versions names. On a mount that keeps versions they "
        "can be undeleted.\n\n$ strongroom kv delete -mount=secret web",
        _delete,
        (OUTPUT, _COMMON),
        Arity(1, 1),
    ),
    "kv undelete": Command(
        "kv undelete [options] KEY",
        "Undeletes versions of a secret.\n\n$ strongroom kv undelete -mount=secret -versions=3 web",
        _undelete,
        (FORMAT_ONLY, _COMMON),
        Arity(1, 1),
    ),
    "kv destroy": Command(
        "kv destroy [options] KEY",
        "Removes versions of a secret for good.\n\n$ strongroom kv destroy -mount=secret -versions=3 web",
        _destroy,
        (FORMAT_ONLY, _COMMON),
        Arity(1, 1),
    ),
    "kv list": Command(
        "kv list [options] PATH",
        "Lists names of secrets.\n\n$ strongroom kv list -mount=secret team/",
        _list,
        (FORMAT_ONLY, Group("Common Options", (MOUNT,))),
        Arity(0, 1),
    ),
    "kv scan": Command(
        "kv scan [options] PATH",
        "Lists names of secrets, at every depth.\n\n$ strongroom kv scan -mount=secret team/",
        _scan,
        (FORMAT_ONLY, Group("Common Options", (MOUNT,))),
        Arity(0, 1),
    ),
    "kv enable-versioning": Command(
        "kv enable-versioning [options] KEY",
        "Turns a version 1 mount into one that keeps versions.\n\n$ strongroom kv enable-versioning secret",
        _enable_versioning,
        (FORMAT_ONLY,),
        Arity(1, 1),
    ),
}
