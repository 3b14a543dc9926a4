"""Other systems that both servers of a case file reach, and what the file calls their addresses and secrets.

A file whose name stands here is sent with these values kept for both sides, as an `=>` would keep them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from tests.conformance.wire.brokers import rabbitmq
from tests.conformance.wire.clusters import kubernetes, kubernetes_secrets
from tests.conformance.wire.databases import influxdb, redis
from tests.conformance.wire.mariadb_cases import mariadb
from tests.conformance.wire.postgresql_cases import postgresql
from tests.conformance.wire.receivers import receivers
from tests.conformance.wire.signed_tokens import jwt

Surroundings = Callable[[Path], AbstractContextManager[dict[str, str]]]

SURROUNDINGS: dict[str, Surroundings] = {
    "audit_devices": receivers,
    "database_influxdb": influxdb,
    "database_redis": redis,
    "database": postgresql,
    "database_mysql": mariadb,
    "database_static": postgresql,
    "jwt": jwt,
    "jwt_cel": jwt,
    "kubernetes": kubernetes,
    "kubernetes_secrets": kubernetes_secrets,
    "rabbitmq": rabbitmq,
}


@contextlib.contextmanager
def around(file: Path, directory: Path) -> Iterator[dict[str, str]]:
    """What a case file needs, for as long as it is sent; nothing for most."""
    start = SURROUNDINGS.get(file.stem)
    if start is None:
        yield {}
        return
    with start(directory) as values:
        yield values
