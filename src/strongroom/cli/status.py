"""The command `status`, and the seal's state as a table, which unsealing prints too."""

from __future__ import annotations

from typing import Any

from strongroom.cli.command import OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.text import go_value, pairs

_ORDER = (
    "type",
    "initialized",
    "sealed",
    "t",
    "n",
    "progress",
    "nonce",
    "version",
    "commit_date",
    "migration",
    "cluster_name",
    "cluster_id",
    "recovery_seal",
    "storage_type",
    "build_date",
)
_OPTIONAL = frozenset({"cluster_name", "cluster_id"})
_EMPTY = {"build_date": "", "commit_date": "", "migration": False, "recovery_seal": False, "storage_type": ""}


def rows(status: dict[str, Any]) -> list[tuple[str, str]]:
    """The lines of a seal status' table; `status` is what the API says, with `ha_enabled` and its like added."""
    prefix = "Recovery Seal Type" if status.get("recovery_seal") else "Seal Type"
    lines = [
        (prefix, status.get("type")),
        ("Initialized", status.get("initialized")),
        ("Sealed", status.get("sealed")),
        ("Total Recovery Shares" if status.get("recovery_seal") else "Total Shares", status.get("n")),
        ("Threshold", status.get("t")),
    ]
    if status.get("sealed"):
        lines += [
            ("Unseal Progress", f"{status.get('progress')}/{status.get('t')}"),
            ("Unseal Nonce", status.get("nonce")),
        ]
    if status.get("migration"):
        lines.append(("Seal Migration in Progress", True))
    lines.append(("Version", status.get("version")))
    lines += [("Build Date", status["build_date"])] if status.get("build_date") else []
    lines += [("Commit Date", status["commit_date"])] if status.get("commit_date") else []
    lines.append(("Storage Type", status.get("storage_type")))
    if status.get("cluster_name") and status.get("cluster_id"):
        lines += [("Cluster Name", status["cluster_name"]), ("Cluster ID", status["cluster_id"])]
    for name, label in (("storage_state", "Storage State"), ("audit_state", "Audit State")):
        if status.get(name):
            lines.append((label, status[name]))
    lines.append(("HA Enabled", status.get("ha_enabled")))
    if status.get("ha_enabled"):
        lines += _cluster_rows(status)
    return [(name, go_value(value)) for name, value in lines]


def _cluster_rows(status: dict[str, Any]) -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = []
    if not status.get("sealed"):
        lines.append(("HA Cluster", status.get("leader_cluster_address") or "n/a"))
        lines.append(("HA Mode", "active" if status.get("is_self") else "standby"))
        if not status.get("is_self"):
            lines.append(("Active Node Address", status.get("leader_address") or "<none>"))
        elif status.get("active_time"):
            lines.append(("Active Since", status["active_time"]))
    for name, label in (("raft_committed_index", "Raft Committed Index"), ("raft_applied_index", "Raft Applied Index")):
        if status.get(name):
            lines.append((label, status[name]))
    return lines


def document(status: dict[str, Any]) -> dict[str, Any]:
    """The seal's state as JSON prints it: the API's fields in their order, then what is known of the cluster."""
    ordered = {name: status.get(name, _EMPTY.get(name)) for name in _ORDER if name not in _OPTIONAL or status.get(name)}
    return {**ordered, **{name: value for name, value in status.items() if name not in ordered}}


def with_leader(call: Invocation, status: dict[str, Any]) -> dict[str, Any]:
    """The seal's state with what `sys/leader` says of the cluster, if the server is unsealed."""
    client = call.client()
    leader: dict[str, Any] = {}
    if not status.get("sealed"):
        with call.doing("Error checking leader status: ", 1):
            leader = client.read("sys/leader") or {}
    kept = {name: value for name, value in leader.items() if name != "ha_enabled" and value not in ("", None)}
    if not leader.get("ha_enabled"):
        kept = {}
    return {**status, "ha_enabled": bool(leader.get("ha_enabled")), **kept}


def show(call: Invocation, status: dict[str, Any]) -> int:
    """Print the seal's state."""
    if not call.table:
        return call.document(document(status))
    call.terminal.out(pairs(rows(status)))
    return 0


def _status(call: Invocation) -> int:
    try:
        client = call.client()
    except Failure as error:
        # The code 2 says that the server is sealed.
        raise Failure(str(error)) from error.__cause__ or error
    with call.doing("Error checking seal status: ", 1):
        status = client.request("GET", "sys/seal-status").json() or {}
    code = 2 if status.get("sealed") else 0
    status = with_leader(call, status)
    if name := call.flags.text("field"):
        if name not in status:
            call.terminal.error(f'Field "{name}" not present in seal status')
        else:
            call.value(status[name])
        return code
    if call.form == "pretty":
        call.terminal.error("Could not parse output: cannot use the pretty formatter for this type")
        return code
    show(call, status)
    return code


COMMANDS = {
    "status": Command(
        "status [options]",
        "Shows whether the server is initialized and sealed. The exit code is 0 when it is unsealed, 2 when it is "
        "sealed, and 1 when it can't be asked.",
        _status,
        (OUTPUT,),
        Arity(),
    ),
}
