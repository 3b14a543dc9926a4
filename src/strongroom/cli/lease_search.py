"""The commands `lease list`, `search` and `revoke-entity`."""

from __future__ import annotations

from typing import Any

from strongroom.cli import render
from strongroom.cli.command import FORMAT_ONLY, LISTING, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean, print_keys
from strongroom.cli.render import SecretAnswer

_SECOND_NS = 10**9
_TEXTS = ("entity_id", "account", "mount", "prefix", "group", "role", "state", "after")


def _list(call: Invocation) -> int:
    path = clean(call.arguments[0]) if call.arguments else ""
    if call.flags.on("irrevocable"):
        if path:
            raise Failure("-irrevocable lists the leases of the whole namespace, and takes no path")
        return _list_irrevocable(call)
    with call.doing(f"Error listing leases below {path or 'the namespace'}: "):
        answer = call.client().list(f"sys/leases/lookup/{path}".rstrip("/"))
    return print_keys(call, answer, "No lease found")


def _list_irrevocable(call: Invocation) -> int:
    with call.doing("Error listing irrevocable leases: "):
        answer = call.client().read("sys/leases", [("type", "irrevocable")])
    leases = (SecretAnswer(answer).data or {}).get("leases") or []
    if not call.table:
        return call.document(leases)
    if not leases:
        raise Failure("No irrevocable lease found", 2)
    errors = {lease["lease_id"]: {"error": lease["error"]} for lease in leases}
    call.terminal.out(render.detailed_table(list(errors), errors))
    return 0


def _search(call: Invocation) -> int:
    flags, found = call.flags, dict[str, Any]()
    body: dict[str, Any] = {name: text for name in _TEXTS if (text := flags.text(name.replace("_", "-")))}
    if flags.given("older-than"):
        body["older_than"] = flags.number("older-than") // _SECOND_NS
    most = flags.number("limit") if flags.given("limit") else None
    if most is not None and most < 1:
        raise Failure("-limit has to be at least 1")
    client = call.client()
    while most is None or len(found) < most:
        # The server's own limit is 1000 leases in one answer.
        body["limit"] = 1000 if most is None else min(1000, most - len(found))
        with call.doing("Error searching leases: "):
            data = SecretAnswer(client.write("sys/leases/search", body)).data or {}
        found |= data.get("key_info") or {}
        body["after"] = data.get("after")
        if not body["after"]:
            break
    if not call.table:
        return call.document(found if flags.on("detailed") else list(found))
    if not found:
        raise Failure("No lease found", 2)
    shown = render.detailed_table(list(found), found) if flags.on("detailed") else render.keys_table(list(found))
    call.terminal.out(shown)
    return 0


def _revoke_entity(call: Invocation) -> int:
    entity, sync = clean(call.arguments[0]), call.flags.on("sync")
    with call.doing(f"Error revoking the leases of entity {entity}: "):
        answer = call.client().write(f"sys/leases/revoke-entity/{entity}", {"sync": sync})
    call.warnings(SecretAnswer(answer).warnings)
    done = f"Success! Revoked any leases of entity: {entity}"
    call.terminal.out(done if sync else "All revocation operations queued successfully!")
    return 0


COMMANDS = {
    "lease list": Command(
        "lease list [options] [PATH]",
        "Lists the leases of secrets and tokens below a path, or those whose revocation keeps failing.\n\n"
        "$ strongroom lease list database/creds/readonly\n$ strongroom lease list -irrevocable",
        _list,
        (
            LISTING,
            Group(
                "Command Options",
                (Flag("irrevocable", "List the leases whose revocation keeps failing, with the last error.", "bool"),),
            ),
        ),
        Arity(0, 1),
    ),
    "lease search": Command(
        "lease search [options]",
        "Finds leases of secrets. Each option narrows the search.\n\n"
        "$ strongroom lease search -detailed -account=v-app-readonly-K2x8",
        _search,
        (
            LISTING,
            Group(
                "Command Options",
                (
                    Flag("entity-id", "The entity of the client that asked for the secret."),
                    Flag("account", "The user's name in the other system."),
                    Flag("mount", "The path of the mount."),
                    Flag("prefix", "The path that the secrets were asked at, or the beginning of it."),
                    Flag("group", "The group of the lease, such as role/readonly."),
                    Flag("role", "The role; the same as -group=role/ROLE."),
                    Flag("older-than", "Only leases issued longer ago than this.", "duration"),
                    Flag("state", "active, planned, revoking or irrevocable."),
                    Flag("after", "Begin behind the lease with this id."),
                    Flag("limit", "The most leases to find; without it all are.", "int"),
                ),
            ),
        ),
        Arity(),
    ),
    "lease revoke-entity": Command(
        "lease revoke-entity [options] ID",
        "Revokes every lease of an entity: those that it owns, and those of its tokens. The tokens stay.\n\n"
        "$ strongroom lease revoke-entity 7d2e3179-f69b-450c-7179-ac8ee8bd8ca9",
        _revoke_entity,
        (
            FORMAT_ONLY,
            Group("Command Options", (Flag("sync", "Answer only when all is revoked.", "bool"),)),
        ),
        Arity(1, 1),
    ),
}
