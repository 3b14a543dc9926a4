"""`operator diagnose` and `operator validate-config`: what would keep a server from starting, or make it unsafe.

Nothing here disturbs a server that runs on the same configuration.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from strongroom.lib.clock import Clock, SystemClock
from strongroom.lib.rand import Random, SystemRandom
from strongroom.server import logs, sources, unserved
from strongroom.server.config.config import Config, ConfigError, SealConfig
from strongroom.server.diagnose import files as file_checks
from strongroom.server.diagnose import service_user
from strongroom.server.diagnose import system as system_checks
from strongroom.server.diagnose.listeners import check_listeners, skipped_listeners
from strongroom.server.diagnose.result import Finding, Status, document, exit_code, fail, group, ok, skipped, warn
from strongroom.server.diagnose.service_user import UserError
from strongroom.server.diagnose.storage import check_storage, storage_directory
from strongroom.server.plan import PlanError, listener_config, plan
from strongroom.server.redaction import secrets_of

__all__ = ["SKIPPABLE", "UserError", "diagnose", "examine", "validate"]
SKIPPABLE = ("listener", "storage", "autounseal", "os", "permissions", "plugins")
"""What `-skip` may name; the first three are the field's."""
_PARSE = "Parse Configuration"
_REFUSED = "Take the stanza or the setting out; the server doesn't start with it."


def diagnose(
    paths: tuple[str, ...], skip: frozenset[str], *, facts: bool, user: str = ""
) -> tuple[dict[str, Any], int]:
    """Check a configuration and this machine, as the server's user when root asks.

    Args:
        paths: configuration files and directories.
        skip: names of `SKIPPABLE`.
        facts: whether the document holds what was measured, too.
        user: as whom to check; empty to find that out.

    Returns: the tree of findings as a JSON document, and the exit code.
    Raises: `UserError`.
    """
    logs.configure("error")
    clock = SystemClock()
    as_whom = _take_user(paths, user)
    root = asyncio.run(examine(paths, skip, clock, SystemRandom()))
    root = replace(root, children=(as_whom, *root.children))
    return logs.document_without_secrets(document(root, clock.now(), facts=facts)), exit_code(root)


def _take_user(paths: tuple[str, ...], user: str) -> Finding:
    """Become the server's user; says who that is."""
    name, said_by = "Check User", ""
    if not user and os.geteuid() == 0:
        _, loaded = read(_PARSE, paths)
        user, said_by = service_user.server_user(paths, storage_directory(loaded[1].storage) if loaded else None)
    if user:
        service_user.become(user)
        by = f" ({said_by})" if said_by else ""
        return ok(name, f"All is checked as user {user}{by}.")
    if os.geteuid() != 0:
        return ok(name, f"All is checked as user {service_user.name_of(os.geteuid())}.")
    return skipped(name, "All is checked as root, which gets past permissions; -user=NAME checks as the server's user.")


def validate(paths: tuple[str, ...]) -> tuple[dict[str, Any], int]:
    """Check a configuration alone, on any machine.

    Returns: the finding as a JSON document, and the exit code: 0, 1 for an error, 2 for a warning.
    """
    finding, loaded = read("Validate Config", paths, here=False)
    if loaded is not None and (problem := _refused(loaded[1])):
        finding = fail("Validate Config", problem, _REFUSED)
    elif loaded is not None and (problem := _unplanned(loaded[1])):
        finding = fail("Validate Config", problem, "Change one of the two settings, or add what is missing.")
    told = logs.document_without_secrets(document(finding, SystemClock().now()))
    return told, {Status.FAIL: 1, Status.WARN: 2}.get(finding.status, 0)


def read(
    name: str, paths: tuple[str, ...], *, here: bool = True
) -> tuple[Finding, tuple[sources.Sources, Config] | None]:
    """Read a configuration.

    Args:
        here: whether this is the machine that serves.

    Returns: the finding under this name, and what was read unless that failed.
    """
    try:
        found = sources.read(paths, {})
        config = sources.load(found, here=here)
        logs.hide(secrets_of(config, os.environ))
    except sources.SourceError as error:
        return fail(name, str(error), "Correct the path or its permissions.", stops=True), None
    except ConfigError as error:
        advice = "Correct the value at that place; the first number is the line, the second the column."
        return fail(name, error.text, advice, stops=True), None
    notices = tuple(str(notice) for notice in (*config.notices, *unserved.notices(config)))
    if notices:
        advice = "Remove what has no effect, or correct its spelling."
        return Finding(name, Status.WARN, warnings=notices, advice=advice), (found, config)
    return ok(name), (found, config)


async def examine(paths: tuple[str, ...], skip: frozenset[str], clock: Clock, random: Random) -> Finding:
    """All checks that aren't skipped, as one tree."""
    parsed, loaded = read(_PARSE, paths)
    if loaded is None:
        system = _unless(skip, "os", "Check Operating System") or system_checks.operating_system(
            1, skipped("Check Disk Usage", "Where the store is isn't known.")
        )
        return group("Strongroom Diagnose", [system, parsed])
    files, config = loaded
    workers = config.settings.workers or os.cpu_count() or 1
    place = storage_directory(config.storage)
    now = datetime.fromtimestamp(clock.now(), UTC)
    return group(
        "Strongroom Diagnose",
        [
            _unless(skip, "os", "Check Operating System")
            or system_checks.operating_system(workers, file_checks.disk(place)),
            parsed,
            _settings(config),
            _unless(skip, "permissions", "Check File Permissions")
            or file_checks.permissions(config, [name for name, _ in files.texts], place),
            _unless(skip, "plugins", "Check Plugins") or system_checks.plugins(config.settings.plugins),
            system_checks.extras(),
            _unless(skip, "storage", "Check Storage") or await check_storage(config.storage, workers, clock, random),
            _unless(skip, "autounseal", "Check Seals") or _seals(config.seals),
            skipped_listeners() if "listener" in skip else check_listeners(config.listeners, now),
        ],
    )


def _unless(skip: frozenset[str], name: str, title: str) -> Finding | None:
    return skipped(title, f"Left out by -skip={name}.") if name in skip else None


def _settings(config: Config) -> Finding:
    """Checks whether all settings together can be started."""
    name = "Check Settings"
    if config.storage is None or not config.listeners:
        return skipped(name, "A stanza is missing, which is said below.")
    if problem := _refused(replace(config, seals=())):
        return fail(name, problem, _REFUSED)
    try:
        planned = plan(config, 1)
    except PlanError as error:
        return fail(name, str(error), "Change one of the two settings.")
    if planned.settings.clustered and not planned.settings.api_address:
        return warn(
            name,
            "Several nodes can share this store, and api_addr doesn't say how clients reach this one.",
            'Set api_addr = "https://this-node.example:8200".',
        )
    return ok(name)


def _unplanned(config: Config) -> str:
    """What keeps settings from being used together, as the server would say at its start; empty for nothing.

    A file without `storage` or `listener` is taken for a part of a configuration whose other part is elsewhere.
    """
    try:
        if config.storage is not None and config.listeners:
            plan(config, 1)
        for listener in config.listeners:
            listener_config(listener)
    except PlanError as error:
        return str(error)
    return ""


def _seals(seals: tuple[SealConfig, ...]) -> Finding:
    name = "Check Seals"
    if not seals:
        return skipped(name, "No seal stanza: key shares of people open the store.")
    return group(name, [_seal(seal) for seal in seals])


def _seal(seal: SealConfig) -> Finding:
    title = f"Check Seal {seal.name}"
    if problem := _refused(Config(seals=(seal,))):
        return fail(title, problem, "Take the stanza out.")
    return ok(title, f"The seal type {seal.type} is supported; it is opened when the server starts, not here.")


def _refused(config: Config) -> str:
    """Why the server would refuse to start with this configuration; empty if it wouldn't."""
    try:
        unserved.refuse(config)
    except ConfigError as error:
        return error.text
    return ""
