"""Starts AWS's own DynamoDB Local, where somebody has put it: it checks requests as DynamoDB does.

It is no package of a distribution.  `STRONGROOM_DYNAMODB_LOCAL` names a directory with its jar, those that it needs and
its library of SQLite, as Maven copies them for `com.amazonaws:DynamoDBLocal`.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.ports import free_port
from tests.sim.aws.moto import Moto

DIRECTORY = os.environ.get("STRONGROOM_DYNAMODB_LOCAL", "")
_MAIN = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
_LONGEST_S = 60.0


@contextmanager
def running() -> Iterator[Moto]:
    """A server of its own, with everything in memory."""
    port = free_port()
    jars = Path(DIRECTORY).absolute()
    command = ["java", "-Xmx512m", f"-Djava.library.path={jars}", "-cp", f"{jars}/*", _MAIN]
    # It leaves a file where it runs.
    with TemporaryDirectory() as place:
        server = subprocess.Popen(
            [*command, "-inMemory", "-port", str(port)],
            cwd=place,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.monotonic() + _LONGEST_S
            while not _answers(url):
                assert server.poll() is None, "DynamoDB Local has ended"
                if time.monotonic() > until:
                    raise TimeoutError("DynamoDB Local doesn't answer")
                time.sleep(0.1)
            yield Moto(url)
        finally:
            server.terminate()
            server.wait(30)


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=5)
    except httpx.TransportError:
        return False
    return True
