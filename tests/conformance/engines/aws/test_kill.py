"""`kill -9` of a whole node between a user of AWS and its key."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.processes.node import Node, running
from tests.conformance.processes.wire import ConnectionBroken
from tests.conformance.program import wait_until
from tests.sim.answering import Asked, answering
from tests.sim.aws import moto

POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}'


@pytest.mark.timeout(180)
def test_the_node_that_comes_back_deletes_the_user(tmp_path: Path) -> None:
    """Its plan is in the store, and names the user; nobody ever got its key."""
    reached, released = threading.Event(), threading.Event()
    with moto.running() as aws, answering() as proxy, running(Node(tmp_path / "node", workers_wanted=1)) as node:

        def pass_on(asked: Asked) -> tuple[int, Any]:
            if b"Action=CreateAccessKey" in asked.body and not released.is_set():
                reached.set()
                released.wait(60)
            headers = {name: asked.headers[name] for name in ("authorization", "content-type", "x-amz-date")}
            found = httpx.post(aws.url, content=asked.body, headers=headers)
            return found.status_code, found.content

        def users() -> list[str]:
            return [user["UserName"] for user in aws.client("iam").list_users()["Users"]]

        def ask() -> None:
            with contextlib.suppress(OSError, ConnectionBroken):
                node.call("GET", "aws/creds/app")

        proxy.table["POST /"] = pass_on
        node.ready()
        node.ok("POST", "sys/mounts/aws", {"type": "aws"})
        keys = {"access_key": "AKIAADMIN", "secret_key": "canary-secret"}
        node.ok("POST", "aws/config/root", {**keys, "iam_endpoint": proxy.url, "sts_endpoint": proxy.url})
        node.ok("POST", "aws/roles/app", {"credential_type": "iam_user", "policy_document": POLICY})
        client = threading.Thread(target=ask)
        client.start()
        try:
            assert reached.wait(60)
            assert len(users()) == 1
            node.kill()
        finally:
            released.set()
            client.join(60)
        node.start()
        node.unseal()
        node.ok("PUT", "sys/leases/revoke-prefix/aws/creds/app")  # or when the plan is two minutes old
        wait_until(lambda: not users(), "the user is still there")
        assert "canary-secret" not in node.log_text()
