"""No key and no token is in a log, in an error or, in clear, in the audit log or in the store."""

from __future__ import annotations

import json

from structlog.testing import capture_logs

from strongroom.engines.aws import AwsEngine
from strongroom.engines.aws.calls import AwsCalls
from strongroom.lib.errors import Unreachable
from strongroom.services.mounts import SECRET
from tests.flow.engines.aws.world import DOCUMENT, SECRET_KEY
from tests.flow.node import TestNode
from tests.sim.aws.faulty import FaultyApi
from tests.sim.aws.moto import ACCOUNT, Moto


async def test_no_secret_gets_out(moto: Moto) -> None:
    """But to the client that asked for it: not even its `lease` or a failure names one."""
    api = FaultyApi()
    engine = AwsEngine(calls=AwsCalls(api, environment={}))
    with capture_logs() as logs:
        node = await (await TestNode.start(engines={(SECRET, "aws"): engine})).audited()
        await node.ok("POST", "sys/mounts/aws", {"type": "aws"})
        given = {
            "access_key": "AKIAADMIN",
            "secret_key": SECRET_KEY,
            "iam_endpoint": moto.url,
            "sts_endpoint": moto.url,
        }
        told = [await node.ok("POST", "aws/config/root", given)]
        await node.ok("POST", "aws/roles/user", {"credential_type": "iam_user", "policy_document": DOCUMENT})
        session = {
            "credential_type": "assumed_role",
            "role_arns": f"arn:aws:iam::{ACCOUNT}:role/x",
            "external_id": "canary-external",
        }
        await node.ok("POST", "aws/roles/session", session)
        moto.client("iam").create_user(UserName="ann")
        await node.ok("POST", "aws/static-roles/r", {"username": "ann", "rotation_period": 60})
        answers = [await node.ok("GET", f"aws/{path}") for path in ("creds/user", "sts/session", "static-creds/r")]
        told.append(await node.ok("GET", "aws/roles/session"))
        told.append(await node.ok("POST", "sys/leases/lookup", {"lease_id": answers[0].body["lease_id"]}))
        await node.ask("POST", "aws/creds/session", {"mfa_code": "canary-code"})
        api.losing["CreateAccessKey"] = Unreachable("AWS did not answer in time")
        told += [await node.ask("GET", "aws/creds/user"), await node.ask("POST", "aws/rotate-role/r")]
    data = [answer.body["data"] for answer in answers]
    secrets = [each["secret_key"] for each in data] + [data[1]["session_token"], SECRET_KEY, "canary-code"]
    assert len(set(secrets)) == 6
    audit = b"".join(node.recorder.lines).decode()
    rows = b"".join(node.rows().values())
    for secret in secrets:
        assert secret not in json.dumps(logs, default=repr)
        assert secret not in audit
        assert secret.encode() not in rows
        assert not any(secret in json.dumps(answer.body) for answer in told)
    assert "canary-external" not in audit
    assert "AKIAADMIN" in json.dumps((await node.ok("GET", "aws/config/root")).body)
