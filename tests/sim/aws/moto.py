"""Starts `moto_server` on the loopback: IAM, STS, EC2, S3 and DynamoDB by AWS's protocols.

Source: https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.ports import free_port

REGION = "us-east-1"
ACCOUNT = "123456789012"
_LONGEST_S = 60.0


@dataclass(frozen=True)
class Moto:
    """A running stand-in."""

    url: str

    def client(self, service: str, keys: tuple[str, str, str | None] = ("AKIAADMIN", "secret", None)) -> Any:
        """A client of a service with these keys: id, secret, session token."""
        import boto3

        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
            aws_session_token=keys[2],
        )

    def reset(self) -> None:
        """Forget everything."""
        httpx.post(f"{self.url}/moto-api/reset").raise_for_status()

    def check_signatures(self, after: int) -> None:
        """Demand valid signatures and permissions, after so many more requests."""
        httpx.post(f"{self.url}/moto-api/reset-auth", content=str(after).encode()).raise_for_status()


@contextmanager
def running(*, managed_policies: bool = False) -> Iterator[Moto]:
    """A stand-in of its own.  Skips the test if the package isn't installed.

    Args:
        managed_policies: whether it has AWS's own policies.
    """
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        pytest.skip("moto[server] is not installed")
    port = free_port()
    command = [sys.executable, "-m", "tests.sim.aws.moto_in_turn", "-H", "127.0.0.1", "-p", str(port)]
    environment = {**os.environ, "AWS_DEFAULT_REGION": REGION}
    if managed_policies:
        environment["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(server, url)
        yield Moto(url)
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        assert server.poll() is None, "moto_server has ended"
        try:
            if httpx.get(f"{url}/moto-api/", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("moto_server doesn't answer")
