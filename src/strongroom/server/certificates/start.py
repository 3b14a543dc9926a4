"""The supervisor's part in certificates by ACME: checks that they can be obtained, and starts the process."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable

from OpenSSL import SSL

from strongroom.lib.extras import install_command
from strongroom.server.build import Build
from strongroom.server.certificates import cache
from strongroom.server.certificates.settings import AcmeError, wanted
from strongroom.server.config.config import Listener
from strongroom.server.messages.companions import StartCertificates
from strongroom.server.plan import Plan, PlanError, log_settings
from strongroom.server.supervisor.companion import Companion

_MODULE = "strongroom.server.certificates.process"


def check(listeners: Iterable[Listener]) -> None:
    """Check that certificates can be obtained, and create their directories.

    Raises: `PlanError`.
    """
    found = wanted(listeners)
    if found and not installed():
        raise PlanError(missing())
    for each in found:
        try:
            cache.prepare(each.settings.cache)
            check_root(each.settings.ca_root)
        except AcmeError as error:
            raise PlanError(str(error)) from error


def missing() -> str:
    """What to say where that library isn't there."""
    return f"certificates by ACME need a package that isn't installed: {install_command('acme')}"


def installed() -> bool:
    """Whether the library is there that speaks to authorities."""
    return importlib.util.find_spec("acme") is not None


def check_root(path: str) -> None:
    """See that a file holds authorities.  Raises `AcmeError`."""
    try:
        if path:
            SSL.Context(SSL.TLS_CLIENT_METHOD).load_verify_locations(path)
    except SSL.Error:
        raise AcmeError(f"tls_acme_ca_root: {path} can't be read, or holds no PEM certificate") from None


def companions(planned: Plan, running: Build) -> tuple[Companion, ...]:
    """The process that obtains what the listeners ask for; none if they ask for nothing.

    Args:
        running: the build of this process.
    """
    found = tuple(wanted(planned.listeners))
    if not found:
        return ()
    start = StartCertificates(os.getpid(), log_settings(planned), found)
    return (Companion("certificates", _MODULE, start, running),)
