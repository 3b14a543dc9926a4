"""The commands `token create`, `lookup`, `renew`, `revoke` and `capabilities`."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import FORMAT_ONLY, OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.lease import revoke_prefix
from strongroom.client.durations import go_text

_SECOND_NS = 10**9
_ACCESSOR = Flag("accessor", "The argument is a token's accessor.", "bool")


def _create(call: Invocation) -> int:
    flags = call.flags
    body: dict[str, Any] = {}
    if flags.text("id"):
        body["id"] = flags.text("id")
    if flags.many("policy"):
        body["policies"] = flags.many("policy")
    if flags.pairs("metadata"):
        body["meta"] = flags.pairs("metadata")
    body |= {
        "ttl": go_text(flags.number("ttl")),
        "explicit_max_ttl": go_text(flags.number("explicit-max-ttl")),
        "period": go_text(flags.number("period")),
    }
    if flags.on("orphan"):
        body["no_parent"] = True
    if flags.on("no-default-policy"):
        body["no_default_policy"] = True
    body |= {
        "display_name": flags.text("display-name"),
        "num_uses": flags.number("use-limit"),
        "renewable": flags.on("renewable"),
        "type": flags.text("type"),
        "entity_alias": flags.text("entity-alias"),
    }
    role = flags.text("role")
    with call.doing("Error creating token: "):
        answer = call.client().write("auth/token/create" + (f"/{role}" if role else ""), body, method="POST")
    return call.answer(answer)


def _lookup(call: Invocation) -> int:
    accessor = call.flags.on("accessor")
    if accessor and not call.arguments:
        raise Failure("Not enough arguments with -accessor (expected 1, got 0)")
    client = call.client()
    with call.doing("Error looking up token: "):
        if not call.arguments:
            answer = client.request("GET", "auth/token/lookup-self").json()
        elif accessor:
            answer = client.write("auth/token/lookup-accessor", {"accessor": call.arguments[0].strip()}, method="POST")
        else:
            answer = client.write("auth/token/lookup", {"token": call.arguments[0].strip()}, method="POST")
    return call.answer(answer)


def _renew(call: Invocation) -> int:
    client = call.client()
    token = call.arguments[0].strip() if call.arguments else ""
    increment = call.flags.number("increment") // _SECOND_NS
    with call.doing("Error renewing token: "):
        if call.flags.on("accessor") and token:
            body: dict[str, Any] = {"accessor": token, "increment": increment}
            answer = client.write("auth/token/renew-accessor", body, method="POST")
        elif token and token != client.settings.token:
            answer = client.write("auth/token/renew", {"increment": increment, "token": token})
        else:
            answer = client.write("auth/token/renew-self", {"increment": increment})
    return call.answer(answer)


def _check_revoke(call: Invocation) -> None:
    flags, count = call.flags, len(call.arguments)
    if not flags.on("self") and count != 1:
        complaint = "Not enough arguments" if count < 1 else "Too many arguments"
        raise Failure(f"{complaint} (expected 1 or -self, got {count})")
    if flags.on("self") and count:
        raise Failure(f"Too many arguments with -self (expected 0, got {count})")
    mode = flags.text("mode")
    if flags.on("self") and flags.on("accessor"):
        raise Failure("Cannot use -self with -accessor!")
    if flags.on("self") and mode:
        raise Failure(f"Cannot use -self with -mode={mode}!")
    if flags.on("accessor") and mode in {"orphan", "path"}:
        raise Failure(f"Cannot use -accessor with -mode={mode}!")
    if mode not in {"", "orphan", "path"}:
        raise Failure(f"Invalid mode: {mode}")


def _revoke(call: Invocation) -> int:
    _check_revoke(call)
    client = call.client()
    token = call.arguments[0].strip() if call.arguments else ""
    if call.flags.text("mode") == "path":
        revoke_prefix(call, token.strip("/"), "Error revoking token: ")
        call.terminal.out("Success! Revoked token (if it existed)")
        return 0
    with call.doing("Error revoking token: "):
        if call.flags.on("self"):
            client.request("PUT", "auth/token/revoke-self")
        elif call.flags.on("accessor"):
            client.write("auth/token/revoke-accessor", {"accessor": token}, method="POST")
        elif call.flags.text("mode") == "orphan":
            client.write("auth/token/revoke-orphan", {"token": token})
        else:
            client.write("auth/token/revoke", {"token": token})
    call.terminal.out("Success! Revoked token (if it existed)")
    return 0


def _capabilities(call: Invocation) -> int:
    client = call.client()
    path = call.arguments[-1]
    with call.doing("Error listing capabilities: "):
        if len(call.arguments) == 1:
            body = {"path": path, "token": client.settings.token}
            answer = client.write("sys/capabilities-self", body, method="POST")
        else:
            answer = client.write("sys/capabilities", {"path": path, "token": call.arguments[0]}, method="POST")
    capabilities = sorted(((answer or {}).get("data") or answer or {}).get("capabilities") or [])
    if not call.table:
        return call.document(capabilities)
    call.terminal.out(", ".join(capabilities))
    return 0


_CREATE = (
    Flag("display-name", "A name for logs and audit."),
    Flag("entity-alias", "The alias of an entity that the token is for; needs -role."),
    Flag("explicit-max-ttl", "The longest the token may live, renewed or not.", "duration"),
    Flag("id", "The token itself; the server makes one by default."),
    Flag("metadata", "A name and its text to keep with the token; may be repeated.", "pairs"),
    Flag("no-default-policy", "Leave out the policy default.", "bool"),
    Flag("orphan", "Outlive the token that creates it.", "bool"),
    Flag("period", "Make it renewable for ever, each time for this long.", "duration"),
    Flag("policy", "A policy; may be repeated. By default, those of the token in use.", "strings"),
    Flag("renewable", "Whether it can be renewed.", "bool", default=True),
    Flag("role", "The role to create it by."),
    Flag("ttl", "How long it lives.", "duration"),
    Flag("type", "service or batch.", default="service"),
    Flag("use-limit", "How often it may be used; 0 means without limit.", "int"),
)

COMMANDS = {
    "token create": Command(
        "token create [options]",
        "Creates a token, a child of the one in use.\n\n$ strongroom token create -policy=web -ttl=1h",
        _create,
        (OUTPUT, Group("Command Options", _CREATE)),
        Arity(),
        once=True,
    ),
    "token lookup": Command(
        "token lookup [options] [TOKEN | ACCESSOR]",
        "Shows a token's properties: its policies, its time left. Without an argument, the token in use.",
        _lookup,
        (OUTPUT, Group("Command Options", (_ACCESSOR,))),
        Arity(0, 1, "0-1"),
    ),
    "token renew": Command(
        "token renew [options] [TOKEN]",
        "Renews a token. Without an argument, the token in use.\n\n$ strongroom token renew -increment=30m hvs.…",
        _renew,
        (
            FORMAT_ONLY,
            Group(
                "Command Options",
                (_ACCESSOR, Flag("increment", "For how long; the server may give less.", "duration", aliases=("i",))),
            ),
        ),
        Arity(0, 1),
    ),
    "token revoke": Command(
        "token revoke [options] [TOKEN | ACCESSOR]",
        "Revokes a token, its leases and its children.\n\n$ strongroom token revoke -accessor 9793c9b3",
        _revoke,
        (
            Group(
                "Command Options",
                (
                    _ACCESSOR,
                    Flag(
                        "mode",
                        "orphan leaves the children; path revokes what was made below a path, or by a user's logins.",
                    ),
                    Flag("self", "Revoke the token in use.", "bool"),
                ),
            ),
        ),
        Arity(0, None),
    ),
    "token capabilities": Command(
        "token capabilities [options] [TOKEN] PATH",
        "Shows what a token may do on a path. With one argument, the token in use.\n\n"
        "$ strongroom token capabilities secret/data/web",
        _capabilities,
        (FORMAT_ONLY,),
        Arity(1, 2, "1-2"),
    ),
}
