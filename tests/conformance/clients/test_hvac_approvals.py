"""`hvac` as people use it who ask and approve: a secret that needs two managers."""

from __future__ import annotations

from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.servers import start_ours

RULE = """
path "secret/data/payroll" {
  capabilities = ["read"]
  control_group = {
    ttl = "1h"
    factor "managers" {
      controlled_capabilities = ["read"]
      identity {
        group_names = ["managers"]
        approvals = 2
      }
    }
  }
}
"""


def test_a_secret_that_two_managers_release(tmp_path: Path) -> None:
    """The client library needs nothing but the calls that it has for wrapping, identities and paths."""
    with start_ours(tmp_path) as server:
        root = hvac.Client(url=server.url, token=server.token)
        root.secrets.kv.v2.create_or_update_secret("payroll", {"sum": "42"})
        root.sys.enable_auth_method("userpass")
        root.sys.create_or_update_policy("asker", RULE)
        root.sys.create_or_update_policy("approver", 'path "sys/control-group/authorize" { capabilities = ["update"] }')
        people, ids = {}, {}
        for name, policy in (("rita", "asker"), ("ann", "approver"), ("bob", "approver")):
            root.auth.userpass.create_or_update_user(name, "pw", policies=[policy])
            people[name] = hvac.Client(url=server.url)
            ids[name] = people[name].auth.userpass.login(name, "pw")["auth"]["entity_id"]
        root.secrets.identity.create_or_update_group("managers", member_entity_ids=[ids["ann"], ids["bob"]])
        waiting = people["rita"].secrets.kv.v2.read_secret_version("payroll", raise_on_deleted_version=True)
        info = waiting["wrap_info"]
        assert (info["ttl"], waiting["data"]) == (3600, None)
        approved = []
        for name in ("ann", "bob"):
            with pytest.raises(exceptions.Forbidden, match="request needs further approval"):
                people["rita"].sys.unwrap(info["token"])
            answer = people[name].write_data("sys/control-group/authorize", data={"accessor": info["accessor"]})
            approved.append(answer["data"]["approved"])
        assert approved == [False, True]
        seen = people["rita"].write_data("sys/control-group/request", data={"accessor": info["accessor"]})["data"]
        assert {one["entity_id"] for one in seen["authorizations"]} == {ids["ann"], ids["bob"]}
        secret = people["rita"].sys.unwrap(info["token"])
        assert secret["data"]["data"] == {"sum": "42"}
        with pytest.raises(exceptions.InvalidRequest):
            people["rita"].sys.unwrap(info["token"])
