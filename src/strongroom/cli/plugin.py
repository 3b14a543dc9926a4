"""The commands `plugin list`, `info`, `register`, `deregister`, `reload` and `reload-status`."""

from __future__ import annotations

import re
from typing import Any

from strongroom.cli.command import FORMAT_ONLY, OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.text import go_value, pairs, table

_CATALOG = "sys/plugins/catalog"
_RELOAD = "sys/plugins/reload/backend"
_TYPES = {"unknown": 0, "auth": 1, "database": 2, "secret": 3}
"""The API's types of plugins, and the numbers that requests name them by; `unknown` stands for none."""
_DETAILS = ("type", "name", "version", "builtin", "deprecation_status")
_OPTIONAL = frozenset({"version", "deprecation_status"})
_INFO = {
    "args": None,
    "builtin": False,
    "command": "",
    "deprecation_status": "",
    "name": "",
    "sha256": "",
    "version": "",
}
"""What is shown of one plugin, and how what the server doesn't say is shown."""
_VERSION = re.compile(r"v?\d+(\.\d+)*(-?[A-Za-z~-][\w~-]*(\.[\w~-]+)*|-\d[\w~-]*(\.[\w~-]+)*)?(\+[\w~-]+(\.[\w~-]+)*)?")


def _type(text: str, prefix: str = "") -> str:
    """The type that an argument names, empty for `unknown`.  Raises `Failure`."""
    name = text.strip()
    if name not in _TYPES:
        raise Failure(f'{prefix}"{name}" is not a supported plugin type', 2)
    return "" if name == "unknown" else name


def _named(call: Invocation) -> tuple[str, str, str]:
    """The type, name and API path of the plugin that the arguments name: TYPE NAME, or the older NAME alone."""
    *types, name = call.arguments
    type_, name = _type(types[0]) if types else "", name.strip()
    return type_, name, "/".join(filter(None, [_CATALOG, type_, name]))


def _list(call: Invocation) -> int:
    type_ = _type(call.arguments[0], "Error parsing type: ") if call.arguments else ""
    prefix = "Error listing available plugins: "
    with call.doing(prefix):
        answer = call.client().read(_CATALOG)
    data = (answer or {}).get("data")
    if not data:
        raise Failure(f"{prefix}data from server response is empty", 2)
    if type_ and type_ not in data:
        raise Failure(f"{prefix}no {type_} entry in returned data", 2)
    shown = [type_] if type_ else [name for name in _TYPES if name in data]
    details = [
        {name: entry.get(name, "") for name in _DETAILS if name not in _OPTIONAL or entry.get(name)}
        for entry in data.get("detailed") or ()
        if entry.get("type") in shown
    ]
    if not call.table:
        whole = {**{name: data[name] for name in shown}, "details": details}
        return call.document({name: whole[name] for name in sorted(whole)})
    call.warnings((answer or {}).get("warnings") or [])
    call.terminal.out(_plugins_table(call, details, typed=bool(type_)))
    return 0


def _plugins_table(call: Invocation, details: list[dict[str, Any]], *, typed: bool) -> str:
    """The plugins as lines; the type is left out where it was asked for."""
    header = {"name": "Name", "type": "Type", "version": "Version"}
    if call.flags.on("detailed"):
        header["deprecation_status"] = "Deprecation Status"
    elif typed:
        del header["type"]
    return table(list(header.values()), [[str(entry.get(name, "")) for name in header] for entry in details])


def _info(call: Invocation) -> int:
    _, name, path = _named(call)
    version = call.flags.text("version")
    with call.doing(f"Error reading plugin named {name}: "):
        answer = call.client().request("GET", path, query=[("version", version)] if version else []).json() or {}
    data = answer.get("data")
    if data is None:
        raise Failure(f'No value found for plugin "{name}"', 2)
    info = {field: data.get(field, empty) for field, empty in _INFO.items()}
    if call.table:
        info["args"] = info["args"] or []
    if field := call.flags.text("field"):
        if field not in info:
            raise Failure(f'Field "{field}" not present in map')
        return call.value(info[field])
    if not call.table:
        return call.document(info)
    call.warnings(answer.get("warnings") or [])
    call.terminal.out(pairs([(field, go_value(value)) for field, value in info.items()]))
    return 0


def _register(call: Invocation) -> int:
    digest = call.flags.text("sha256")
    if not digest:
        raise Failure("SHA256 is required for all plugins, please provide -sha256")
    type_, name, path = _named(call)
    body: dict[str, Any] = {"type": _TYPES[type_ or "unknown"]}
    if call.flags.given("args"):
        body["args"] = call.flags.many("args")
    body |= {"command": call.flags.text("command") or name, "sha256": digest}
    if version := call.flags.text("version"):
        body["version"] = version
    with call.doing(f"Error registering plugin {name}: "):
        answer = call.client().write(path, body)
    call.warnings((answer or {}).get("warnings") or [])
    call.terminal.out(f"Success! Registered plugin: {name}")
    return 0


def _deregister(call: Invocation) -> int:
    _, name, path = _named(call)
    version = call.flags.text("version")
    if version and not _VERSION.fullmatch(version):
        raise Failure(f'version "{version}" is not a valid semantic version: malformed version: {version}', 2)
    with call.doing(f"Error deregistering plugin named {name}: "):
        answer = call.client().delete(path, [("version", version)])
    call.warnings((answer or {}).get("warnings") or [])
    call.terminal.out(f"Success! Deregistered plugin (if it was registered): {name}")
    return 0


def _reload(call: Invocation) -> int:
    plugin, mounts, scope = call.flags.text("plugin"), call.flags.many("mounts"), call.flags.text("scope")
    if bool(plugin) == bool(mounts):
        given = len(call.arguments) + sum(map(call.flags.given, ("plugin", "mounts", "scope")))
        raise Failure(f"{'Too many' if plugin else 'Not enough'} arguments (expected 1, got {given})")
    if scope not in {"", "global"}:
        call.terminal.error(f"Invalid reload scope: {scope}")
    body = {"plugin": plugin, "mounts": mounts or None, "scope": scope}
    with call.doing("Error reloading plugin/mounts: "):
        answer = call.client().write(_RELOAD, body) or {}
    call.warnings(answer.get("warnings") or [])
    what = f"plugin: {plugin}" if plugin else f"mounts: {go_value(mounts)}"
    reload_id = (answer.get("data") or {}).get("reload_id", "")
    everywhere = scope == "global" and reload_id
    call.terminal.out(
        f"Success! Reloading {what}, reload_id: {reload_id}" if everywhere else f"Success! Reloaded {what}"
    )
    return 0


def _reload_status(call: Invocation) -> int:
    questions = [("reload_id", call.arguments[0].strip())]
    with call.doing("Error retrieving plugin reload status: "):
        answer = call.client().request("GET", f"{_RELOAD}/status", query=questions).json() or {}
    results = (answer.get("data") or {}).get("results") or {}
    lines = [
        (_time_of_day(result), node, go_value(not result.get("error")), str(result.get("error", "")))
        for node, result in sorted(results.items())
    ]
    call.terminal.out(table(("Time", "Participant", "Success", "Message"), lines))
    return 0


def _time_of_day(result: dict[str, Any]) -> str:
    return str(result.get("timestamp", "")).partition("T")[2][:8]


_RELEASE = Flag("version", "The plugin's semantic version.")

COMMANDS = {
    "plugin list": Command(
        "plugin list [options] [TYPE]",
        "Lists the plugins that can be mounted, of one type (auth, database or secret) or of all. Whether they are "
        "mounted isn't said.\n\n$ strongroom plugin list secret",
        _list,
        (FORMAT_ONLY, Group("Command Options", (Flag("detailed", "Print type and deprecation too.", "bool"),))),
        Arity(0, 1, "0 or 1"),
    ),
    "plugin info": Command(
        "plugin info [options] TYPE NAME",
        "Shows a plugin's details.\n\n$ strongroom plugin info secret kv",
        _info,
        (OUTPUT, Group("Command Options", (_RELEASE,))),
        Arity(1, 2, "1 or 2"),
    ),
    "plugin register": Command(
        "plugin register [options] TYPE NAME",
        "Registers a program in a server's directory of plugins. Strongroom's own server refuses that: its plugins are "
        "Python packages, installed beside it and allowed by name in its configuration.\n\n"
        "$ strongroom plugin register -sha256=d3f0a8b… secret greeter",
        _register,
        (
            Group(
                "Command Options",
                (
                    Flag("args", "An argument of the program; may be repeated.", "strings"),
                    Flag("command", "The program's name; by default the plugin's."),
                    Flag("oci", "Say that the program came in a container image.", "bool"),
                    Flag("sha256", "The digest of the program's file, in hexadecimal. Required."),
                    _RELEASE,
                ),
            ),
        ),
        Arity(1, 2, "1 or 2"),
    ),
    "plugin deregister": Command(
        "plugin deregister [options] TYPE NAME",
        "Takes a registered plugin out of the catalog. What is mounted goes on until it is reloaded.\n\n"
        "$ strongroom plugin deregister secret greeter",
        _deregister,
        (Group("Command Options", (_RELEASE,)),),
        Arity(1, 2, "1, or 2"),
    ),
    "plugin reload": Command(
        "plugin reload [options]",
        "Reloads a plugin's mounts: all of them by the plugin's name, or the named ones. Strongroom's own "
        "server loads a plugin's new code when it starts.\n\n$ strongroom plugin reload -plugin=greeter",
        _reload,
        (
            Group(
                "Command Options",
                (
                    Flag("mounts", "The path of a mount; may be repeated.", "strings"),
                    Flag("plugin", "The plugin's name."),
                    Flag("scope", "Empty for the node that answers, global for all of them."),
                ),
            ),
        ),
        Arity(0, None),
    ),
    "plugin reload-status": Command(
        "plugin reload-status RELOAD_ID",
        "Shows how far a reload with -scope=global has come. Strongroom's own server has nothing to tell here.\n\n"
        "$ strongroom plugin reload-status d60a3e83-a598-4f3a-879d-0ddd95f11d4e",
        _reload_status,
        arity=Arity(1, 1),
    ),
}
