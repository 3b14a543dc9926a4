"""The commands `kv metadata get`, `put`, `patch` and `delete`."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.kv.data import metadata_rows, path_heading, section
from strongroom.cli.kv.mount import MOUNT, nothing, versioned
from strongroom.cli.render import SecretAnswer
from strongroom.cli.text import go_value
from strongroom.client.durations import go_text

_SETTINGS = (
    Flag("cas-required", "Whether every write must name the version it replaces.", "bool"),
    Flag("custom-metadata", "A name and its text to keep with the secret; may be repeated.", "pairs"),
    Flag("delete-version-after", "How long a version lives.", "duration", default=-1),
    Flag("max-versions", "How many versions are kept.", "int", default=-1),
    MOUNT,
)


def _get(call: Invocation) -> int:
    place = versioned(call, "Metadata")
    path = place.under("metadata")
    with call.doing(f"Error reading {path}: "):
        answer = call.client().read(path)
    if answer is None:
        raise Failure(nothing(call, place, "metadata"), 2)
    secret = SecretAnswer(answer)
    if not call.table:
        return call.secret(secret)
    if secret.data is None:
        call.terminal.error(f"No value found at {path}")
        call.warnings(secret.warnings)
        return 2
    data: dict[str, Any] = dict(secret.data)
    versions = data.pop("versions", None) or {}
    path_heading(call, "Metadata Path", path)
    section(call, "Metadata", [(name, go_value(value)) for name, value in sorted(data.items())])
    for number in sorted(versions, key=int):
        call.terminal.out("")
        section(call, f"Version {number}", metadata_rows(versions[number]))
    return 0


def _settings(call: Invocation) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if call.flags.given("cas-required"):
        settings["cas_required"] = call.flags.on("cas-required")
    if call.flags.given("custom-metadata"):
        settings["custom_metadata"] = dict(sorted(call.flags.pairs("custom-metadata").items()))
    if call.flags.number("delete-version-after") >= 0:
        settings["delete_version_after"] = go_text(call.flags.number("delete-version-after"))
    if call.flags.number("max-versions") >= 0:
        settings["max_versions"] = call.flags.number("max-versions")
    return settings


def _written(call: Invocation, path: str, answer: dict[str, Any] | None) -> int:
    if answer is None or SecretAnswer(answer).only_warns:
        return call.done(answer, f"Success! Data written to: {path}")
    return call.answer(answer)


def _put(call: Invocation) -> int:
    path = versioned(call, "Metadata").under("metadata")
    with call.doing(f"Error writing data to {path}: "):
        answer = call.client().write(path, _settings(call))
    return _written(call, path, answer)


def _patch(call: Invocation) -> int:
    path = versioned(call, "Metadata").under("metadata")
    settings = _settings(call)
    removed: dict[str, Any] = dict.fromkeys(call.flags.many("remove-custom-metadata"))
    settings["custom_metadata"] = dict(sorted({**settings.get("custom_metadata", {}), **removed}.items()))
    with call.doing(f"Error writing data to {path}: "):
        answer = call.client().patch(path, dict(sorted(settings.items())))
    return _written(call, path, answer)


def _delete(call: Invocation) -> int:
    path = versioned(call, "Metadata").under("metadata")
    with call.doing(f"Error deleting {path}: "):
        answer = call.client().delete(path)
    if answer is None:
        return call.succeeded(f"Success! Data deleted (if it existed) at: {path}")
    return call.answer(answer)


COMMANDS = {
    "kv metadata get": Command(
        "kv metadata get [options] KEY",
        "Shows a secret's settings and versions, not its data.\n\n$ strongroom kv metadata get -mount=secret web",
        _get,
        (FORMAT_ONLY, Group("Common Options", (MOUNT,))),
        Arity(1, 1),
    ),
    "kv metadata put": Command(
        "kv metadata put [options] KEY",
        "Writes a secret's settings.\n\n$ strongroom kv metadata put -mount=secret -max-versions=5 web",
        _put,
        (FORMAT_ONLY, Group("Common Options", _SETTINGS)),
        Arity(1, 1),
    ),
    "kv metadata patch": Command(
        "kv metadata patch [options] KEY",
        "Changes some of a secret's settings.\n\n$ strongroom kv metadata patch -custom-metadata=owner=eva secret/web",
        _patch,
        (
            FORMAT_ONLY,
            Group(
                "Common Options",
                (
                    *_SETTINGS,
                    Flag("remove-custom-metadata", "A name to remove; may be repeated.", "strings"),
                ),
            ),
        ),
        Arity(1, 1),
    ),
    "kv metadata delete": Command(
        "kv metadata delete [options] PATH",
        "Removes a secret with all its versions, for good.\n\n$ strongroom kv metadata delete -mount=secret web",
        _delete,
        (Group("Common Options", (MOUNT,)),),
        Arity(1, 1),
    ),
}
