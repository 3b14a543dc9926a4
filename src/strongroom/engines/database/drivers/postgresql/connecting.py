"""Connections to PostgreSQL: made in a thread, by nothing but what the configuration says.

A server says how often SCRAM hashes a password, and libpq does it without a pause: on the event loop a server that says
two thousand million would hold up the whole process.  And names are resolved by a system that may hang.

Source: https://www.postgresql.org/docs/current/libpq-envars.html, https://www.rfc-editor.org/rfc/rfc5802
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator, Mapping

import psycopg
from psycopg import conninfo, pq

from strongroom.engines.database.driver import Target
from strongroom.lib.outgoing.threads import Threads

Connection = psycopg.AsyncConnection[tuple[object, ...]]

AT_ONCE = 16
"""Connections that are made at once to one place. Further ones wait."""
_WAITING = 240
_FILES = (("tls_ca", "sslrootcert"), ("tls_certificate", "sslcert"), ("private_key", "sslkey"))
_LEFT = frozenset({"service", "servicefile", "min_protocol_version", "max_protocol_version"})
"""What can't be given as empty.  A service fills in nothing but what has no value."""
threads = Threads("PostgreSQL", at_once=AT_ONCE, waiting=_WAITING)


async def connect(target: Target, parameters: Mapping[str, str], within_s: float) -> Connection:
    """A new connection.

    Args:
        parameters: libpq's.

    Raises: `psycopg.Error`, `TimeoutError`, `RateLimited` if too many wait for this server.
    """
    lane = " ".join(parameters.get(name, "") for name in ("host", "hostaddr", "port"))
    given_up = threading.Event()

    def made() -> Connection:
        with _files(target) as files:
            info = conninfo.make_conninfo(**alone({**parameters, **files}))
            connection = asyncio.run(_connected(info))
        if given_up.is_set():
            connection.pgconn.finish()
        return connection

    try:
        return await threads.run(lane, made, within_s=within_s)
    except BaseException:
        given_up.set()
        raise


async def _connected(info: str) -> Connection:
    # Nothing is prepared: `DISCARD ALL` would forget it, and so would a pooler.
    return await psycopg.AsyncConnection.connect(info, autocommit=True, prepare_threshold=None)


def known() -> frozenset[str]:
    """The parameters that this libpq knows."""
    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def alone(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters, with values for what libpq would take from the environment or from the user's home.

    There is what the store is reached by.  Whoever configures a connection to a server of their own would be sent it.
    """
    out = dict(parameters)
    by_service = "PGSERVICE" in os.environ
    for option in pq.Conninfo.get_defaults():
        name = option.keyword.decode()
        named = option.envvar is not None and option.envvar.decode() in os.environ
        if name not in _LEFT and (named or (by_service and option.envvar is not None)):
            out.setdefault(name, (option.compiled or b"").decode())
    if "sslcertmode" in known() and not out.get("sslcert"):
        out["sslcertmode"] = "disable"
    return out


@contextlib.contextmanager
def _files(target: Target) -> Iterator[dict[str, str]]:
    """The names of files that hold what was given in PEM.  They are in memory only, and closed when libpq has read."""
    with contextlib.ExitStack() as stack:
        names = {}
        for detail, parameter in _FILES:
            pem = target.details.get(detail)
            if not pem:
                continue
            number = os.memfd_create(f"strongroom-{detail}", os.MFD_CLOEXEC)
            file = stack.enter_context(os.fdopen(number, "wb"))
            os.fchmod(number, 0o600)  # libpq refuses a key that others may read
            file.write(str(pem).encode())
            file.flush()
            names[parameter] = f"/proc/self/fd/{number}"
        yield names
