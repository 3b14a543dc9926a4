"""The command `pki health-check`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from strongroom.cli import PROGRAM, render, text
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.pki.health.check import SettingError
from strongroom.cli.pki.health.finding import CUT_OFFS, Finding, Status, exit_code
from strongroom.cli.pki.health.mount import Mount, NothingToCheck, Outdated
from strongroom.cli.pki.health.mount_type import check_type
from strongroom.cli.pki.health.settings import Settled, settled
from strongroom.cli.pki.health.table import CHECKS
from strongroom.cli.pki.results import show
from strongroom.client import values
from strongroom.client.errors import ClientError


def _health_check(call: Invocation) -> int:
    listing = call.flags.on("list")
    if not listing and len(call.arguments) != 1:
        raise Failure(_wrong_arguments(len(call.arguments)))
    indicator = call.flags.text("return-indicator")
    if indicator not in CUT_OFFS:
        known = ", ".join(filter(None, CUT_OFFS))
        raise Failure(f'-return-indicator is one of {known}, and not "{indicator}"')
    if listing:
        return _list(call)
    try:
        checks = settled(CHECKS, _configuration(call), on=not call.flags.on("default-disabled"))
    except SettingError as error:
        raise Failure(f"{call.flags.text('health-config')}: {error}") from error
    client = call.client().without_wrapping()
    try:
        check_type(client, call.arguments[0])
    except ClientError as error:
        raise Failure(f"It can't be seen whether {call.arguments[0]} is a mount of the engine pki:\n{error}") from error
    mount = Mount(client, clean(call.arguments[0]))
    found = {each.check.name: _findings(each, mount) for each in checks if each.enabled}
    try:
        show(call, _document(found), lambda: _tables(found))
    except Failure as failure:
        call.terminal.error(str(failure))
    return exit_code((each for findings in found.values() for each in findings), indicator)


def _wrong_arguments(count: int) -> str:
    return f"One mount is checked, and {count} are named. The usage is {PROGRAM} pki health-check [options] MOUNT"


def _list(call: Invocation) -> int:
    if call.form in {"yaml", "yml"}:
        raise Failure("-list knows no YAML. Leave -format out, or use -format=json.")
    if call.form != "json":
        call.terminal.out("The checks, and what their parameters are unless -health-config says otherwise:")
    defaults = {each.name: each.defaults() for each in CHECKS}
    call.terminal.out(render.document(defaults, "json", sort=True))
    return 0


def _configuration(call: Invocation) -> dict[str, Any]:
    """The document of `-health-config`."""
    name = call.flags.text("health-config")
    if not name:
        return {}
    try:
        document = values.decode(Path(name).read_bytes())
    except OSError as error:
        raise Failure(f"-health-config: {name} can't be read: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise Failure(f"-health-config: {name} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise Failure(f"-health-config: {name} has to be a JSON object, with the names of checks")
    known = {each.name for each in CHECKS}
    if call.table and (strange := sorted(set(document) - known)):
        call.terminal.warn(f"Note: the file {name} configures what is no health check: {', '.join(strange)}.")
    return document


def _findings(settled: Settled, mount: Mount) -> list[Finding]:
    check = settled.check
    try:
        return list(check.run(mount, settled.values))
    except Outdated:
        text = (
            f"The server hasn't got what this check asks for. Servers have it that know the API of Vault {check.since}."
        )
        return [Finding(Status.INVALID_VERSION, check.endpoint.format(mount=mount.path), text)]
    except (NothingToCheck, ClientError) as error:
        raise Failure(f"The check {check.name} can't go on: {error}") from error


def _document(found: dict[str, list[Finding]]) -> dict[str, Any]:
    return {name: [each.document() for each in found[name]] for name in sorted(found)}


def _tables(found: dict[str, list[Finding]]) -> str:
    return "\n".join(_table(name, findings) for name, findings in found.items())


def _table(name: str, findings: Iterable[Finding]) -> str:
    rows = [(each.status.shown, each.endpoint, each.message) for each in findings]
    return f"{name}\n{'-' * len(name)}\n{text.table(('status', 'endpoint', 'message'), rows)}\n\n"


_FLAGS = Group(
    "Command Options",
    (
        Flag("default-disabled", "Run only the checks that the configuration file enables.", "bool"),
        Flag("health-config", "JSON file that enables, disables and tunes checks."),
        Flag("list", "Print all checks with the defaults of their parameters, and run none.", "bool"),
        Flag(
            "return-indicator",
            "From what on the exit code isn't 0: permission, critical, warning, informational or default.",
            default="default",
        ),
    ),
)

COMMANDS = {
    "pki health-check": Command(
        "pki health-check [options] MOUNT",
        "Checks a mount of the engine pki against good practice, and for what is about to fail. Not all advice is for "
        "every mount; a configuration file says which checks run, and with which limits.\n\n"
        "$ strongroom pki health-check pki_root\n\n"
        "$ strongroom pki health-check -health-config=root.json pki_root\n\n"
        "The exit code tells the gravest finding: 0 nothing, 1 an error of this command, 2 informational, 3 warning, "
        "4 critical, 5 the server is too old for a check, 6 the token isn't allowed what a check needs.",
        _health_check,
        (FORMAT_ONLY, _FLAGS),
        Arity(0, None),
    ),
}
