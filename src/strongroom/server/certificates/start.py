"""What the supervisor does about certificates by ACME: see that they can be obtained, and have it done."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable

from OpenSSL import SSL

from strongroom.lib.extras import install_command
from strongroom.server.certificates import cache
from strongroom.server.certificates.settings import AcmeError, listed, wanted
from strongroom.server.companion import Companion
from strongroom.server.config.config import Listener
from strongroom.server.plan import Plan, PlanError

_MODULE = "strongroom.server.certificates.process"


def check(listeners: Iterable[Listener]) -> None:
    """Find what would keep certificates from ever being obtained, and make the directories for them.

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


def companions(planned: Plan) -> tuple[Companion, ...]:
    """The process that obtains what the listeners ask for; none if they ask for nothing."""
    found = wanted(planned.listeners)
    if not found:
        return ()
    told = {"log_level": planned.log_level, "log_format": planned.log_format, "log_file": planned.log_file}
    return (Companion("certificates", _MODULE, {**told, "wanted": listed(found)}),)
