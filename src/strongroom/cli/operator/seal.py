"""The commands `operator unseal`, `seal`, `step-down`, `members`, `key-status` and `rotate`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from strongroom.cli import status
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.operator.share import QUESTION, REFUSED
from strongroom.cli.prompt import NoTerminal, ask_hidden
from strongroom.cli.text import columns, go_value, table, wrap
from strongroom.client.errors import Missing, Unsupported

_NOBODY = """An error occurred attempting to ask for an unseal key. The raw error message
is shown below, but usually this is because you attempted to pipe a value
into the unseal command or you are executing outside of a terminal (tty). You
should run the unseal command from a terminal for maximum security. If this
is not an option, the unseal key can be provided as the first argument to the
unseal command. The raw error was:  """


def _unseal(call: Invocation) -> int:
    if call.flags.on("reset"):
        body: dict[str, Any] = {"reset": True}
        prefix = "Error resetting unseal status: "
    else:
        body = {"key": share(call, call.arguments), "reset": False, "migrate": call.flags.on("migrate")}
        prefix = "Error unsealing: "
    with call.doing(prefix):
        answer = call.client().write("sys/unseal", body) or {}
    return status.show(call, status.with_leader(call, answer))


def share(call: Invocation, arguments: Sequence[str]) -> str:
    """The share that the arguments begin with, or that the user types.  Raises `Failure`."""
    if arguments:
        return arguments[0].strip()
    if call.flags.on("non-interactive"):
        raise Failure(wrap(f"{REFUSED}unseal key as an argument to this command"))
    try:
        return ask_hidden(QUESTION, to_stdout=True).strip()
    except NoTerminal as error:
        raise Failure(f"{_NOBODY}{error}") from error


def _seal(call: Invocation) -> int:
    with call.doing("Error sealing: "):
        call.client().request("PUT", "sys/seal")
    call.terminal.out("Success! Vault is sealed.")
    return 0


def _step_down(call: Invocation) -> int:
    client = call.client()
    with call.doing("Error stepping down: "):
        client.request("PUT", "sys/step-down")
    call.terminal.out(f"Success! Stepped down: {client.settings.address}")
    return 0


_MEMBER = (
    ("Host Name", "hostname"),
    ("API Address", "api_address"),
    ("Cluster Address", "cluster_address"),
    ("Active Node", "active_node"),
    ("Version", "version"),
    ("Upgrade Version", "upgrade_version"),
    ("Last Echo", "last_echo"),
)


def _members(call: Invocation) -> int:
    with call.doing("Error calling ha-status: "):
        answer = call.client().read("sys/ha-status") or {}
    nodes = answer.get("nodes") or (answer.get("data") or {}).get("nodes") or []
    if not call.table:
        order = ("hostname", "api_address", "cluster_address", "active_node", "last_echo", "version")
        return call.document({"Nodes": [{name: node.get(name) for name in order} for node in nodes]})
    lines = [[go_value(node[name]) if node.get(name) is not None else "" for _, name in _MEMBER] for node in nodes]
    call.terminal.out(table([title for title, _ in _MEMBER], lines))
    return 0


def _show_key(call: Invocation, answer: dict[str, Any]) -> int:
    data = answer.get("data") or answer
    if not call.table:
        return call.document({name: data.get(name) for name in ("term", "install_time", "encryptions")})
    when = datetime.fromisoformat(str(data["install_time"])[:19])
    call.terminal.out(
        columns(
            [
                ("Key Term", go_value(data.get("term"))),
                ("Install Time", when.strftime("%d %b %y %H:%M UTC")),
                ("Encryption Count", go_value(data.get("encryptions", 0))),
            ]
        )
    )
    return 0


def _key_status(call: Invocation) -> int:
    with call.doing("Error reading key status: "):
        answer = call.client().read("sys/key-status") or {}
    return _show_key(call, answer)


def _rotate(call: Invocation) -> int:
    client = call.client()
    with call.doing("Error rotating key: "):
        try:
            client.request("POST", "sys/rotate/keyring")
        except (Missing, Unsupported):
            # Older servers have one kind of rotation, and so the shorter path.
            client.request("PUT", "sys/rotate")
    with call.doing("Error reading key status: "):
        answer = client.read("sys/key-status") or {}
    call.succeeded("Success! Rotated key\n")
    return _show_key(call, answer)


COMMANDS = {
    "operator unseal": Command(
        "operator unseal [options] [KEY]",
        "Gives one key share to the server; with enough of them it unseals. Without an argument the share is asked "
        "for, so that it doesn't stay in the shell's history.",
        _unseal,
        (
            FORMAT_ONLY,
            Group(
                "Command Options",
                (
                    Flag("migrate", "Agree to move to another seal.", "bool"),
                    Flag("reset", "Throw away the shares given so far.", "bool"),
                ),
            ),
        ),
        Arity(0, 1),
    ),
    "operator seal": Command(
        "operator seal [options]",
        "Seals the server: it forgets its keys and serves nothing more.",
        _seal,
        arity=Arity(),
    ),
    "operator step-down": Command(
        "operator step-down [options]",
        "Has the node give up its roles, such as the ending of leases, to another one. It goes on serving. Only the "
        "node that VAULT_ADDR names does: don't go by a load balancer.",
        _step_down,
        arity=Arity(),
    ),
    "operator members": Command(
        "operator members", "Lists the nodes of the cluster.", _members, (FORMAT_ONLY,), Arity()
    ),
    "operator key-status": Command(
        "operator key-status [options]",
        "Shows the encryption key in use: its number, its age, how much it has encrypted.",
        _key_status,
        (FORMAT_ONLY,),
        Arity(),
    ),
    "operator rotate": Command(
        "operator rotate [options]",
        "Takes a new encryption key into use. What was written under older keys stays readable.",
        _rotate,
        (FORMAT_ONLY,),
        Arity(),
    ),
}
