"""From a login to its token: what stands in the token's record, and when there is none."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from strongroom.barrier import keys
from strongroom.barrier.due import LOCKOUT
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.attempt import Attempt
from strongroom.core.login import log_in, token_kind
from strongroom.http.message import HttpRequest, Peer
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import Auth, Operation, TokenSettings
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.identity import rows
from strongroom.services.mounts import MountEntry, MountRecord
from strongroom.services.mounts.lockout import FailedLogins
from strongroom.services.tokens import TokenRecord
from strongroom.services.withdrawals import Issue
from tests.flow.node import TestNode

HERE, THERE = "192.0.2.7", "192.0.2.8"


async def started() -> TestNode:
    """An audited node of its own that users can log in at."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    return await node.audited()


async def status_from(node: TestNode, address: str, path: str, token: str, body: Any = None) -> int:
    """The status of a request that comes from an address of choice."""
    method, content = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
    peer = Peer(address=address, port=4711, listener="test")
    request = HttpRequest(method, f"/v1/{path}", "", {"x-vault-token": token}, content, peer)
    return (await node.application.answer(request, node.options)).status


async def user(node: TestNode, **settings: Any) -> None:
    """A user, whose logins make tokens like this."""
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right", **settings})


async def token_of(node: TestNode) -> str:
    """Log the user in."""
    made = await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")
    return str(made.body["auth"]["client_token"])


def rows_below(node: TestNode, *prefixes: str) -> list[str]:
    """The keys that are stored below these."""
    return [key for key in node.rows() if key.startswith(prefixes)]


async def test_a_login_that_no_device_took_leaves_no_token() -> None:
    """Without a request entry the method isn't asked, nothing is stored, and the answer holds no token."""
    node = await started()
    before = node.rows()
    node.recorder.failing = lambda entry: True
    answer = await node.ask("POST", "probe/open/ann", {}, "")
    assert (answer.status, answer.errors) == (500, ["failed to audit request, cannot continue"])
    assert node.probe.runs == 0
    assert node.rows() == before
    node.recorder.failing = lambda entry: False
    await node.ok("POST", "probe/open/ann", {}, "")
    assert (node.probe.runs, node.rows() == before) == (1, False)


async def test_the_request_entry_of_a_login_comes_before_the_method_is_asked() -> None:
    """One entry before, one after, and the one before says nothing of who it will turn out to be."""
    node = await started()
    seen: list[list[str]] = []

    async def called(request: Any) -> None:
        seen.append([entry["type"] for entry in node.recorder.entries])

    node.probe.before = called
    await node.ok("POST", "probe/open/ann", {}, "")
    assert seen == [["request"]]
    first, second = node.recorder.entries
    assert first["auth"] == {"token_type": "default"}
    assert second["auth"]["display_name"] == "probe-ann"
    assert "error" not in first | second


async def test_a_token_is_bound_to_the_address_that_logged_in() -> None:
    """With `token_strictly_bind_ip` it works from there alone, to whomever it was given; without, from anywhere."""
    node = await started()
    await user(node)
    loose = await token_of(node)
    await user(node, token_strictly_bind_ip=True)
    bound = await token_of(node)
    for token, address, status in (
        (loose, HERE, 200),
        (loose, THERE, 200),
        (bound, HERE, 200),
        (bound, THERE, 403),
        (bound, f"{HERE}0", 403),
        (bound, "", 403),
    ):
        assert await status_from(node, address, "auth/token/lookup-self", token) == status, (address, token)
    assert await status_from(node, THERE, "auth/token/renew-self", bound, {}) == 403
    await user(node, token_strictly_bind_ip=True, token_type="batch")
    batch = await token_of(node)
    assert await status_from(node, HERE, "auth/token/lookup-self", batch) == 200
    assert await status_from(node, THERE, "auth/token/lookup-self", batch) == 403


async def test_a_token_is_bound_to_its_networks() -> None:
    """With `token_bound_cidrs` a token works from inside them alone."""
    node = await started()
    await user(node, token_bound_cidrs=["192.0.2.0/29", "2001:db8::/64"])
    token = await token_of(node)
    for address, status in ((HERE, 200), (THERE, 403), ("2001:db8::1", 200), ("2001:db9::1", 403), ("", 403)):
        assert await status_from(node, address, "auth/token/lookup-self", token) == status, address


async def made_by(node: TestNode, auth: Auth, path: str = "auth/userpass/") -> tuple[TokenRecord, dict[str, Any]]:
    """The record of the token that a login made, and the block that the client gets."""
    services = node.node.unsealed
    assert services is not None
    request = ApiRequest(
        id="id",
        operation=Operation.UPDATE,
        path=f"{path}login/ann",
        data={},
        token="",
        wrap_ttl_s=0,
        headers={},
        address=HERE,
        port=1,
        received_at=node.clock.now(),
    )

    async def make(txn: Transaction) -> dict[str, Any]:
        entry = await mount(txn)
        attempt = Attempt(services, txn, await services.mounts.router(txn), Exchange(request, entry=entry))
        made = await log_in(attempt, entry, auth)
        return {**made.block, "warnings": made.warnings}

    async def mount(txn: Transaction) -> MountEntry:
        entry = (await services.mounts.router(txn)).find(path)
        assert entry is not None
        return entry

    async def read(txn: Transaction) -> TokenRecord:
        found = await services.tokens.authenticate(txn, block["client_token"], services.mounts, HERE, node.clock.now())
        return found.record

    block = await transact(services.barrier, make)
    return await transact(services.barrier, read), block


async def mount_of(node: TestNode) -> MountRecord:
    """The mount that is logged in at."""
    services = node.node.unsealed
    assert services is not None

    async def read(txn: Transaction) -> MountRecord:
        return (await services.mounts.router(txn)).by_path["auth/userpass/"].record

    return await transact(services.barrier, read)


EVERYTHING = Auth(
    display_name="ann",
    metadata={"username": "ann"},
    internal={"user": "ann"},
    token=TokenSettings(
        policies=("Ops", "audit"),
        ttl_s=600,
        max_ttl_s=7200,
        explicit_max_ttl_s=5400,
        num_uses=7,
        no_default_policy=True,
        bound_cidrs=("192.0.2.0/24",),
        strictly_bind_ip=True,
    ),
)


async def test_a_service_token_is_what_the_method_said() -> None:
    """Its record, whole, and the client's block of it."""
    node = await started()
    record, block = await made_by(node, EVERYTHING)
    now = node.clock.now()
    assert record == TokenRecord(
        key=record.key,
        accessor=record.accessor,
        policies=("audit", "ops"),
        path="auth/userpass/login/ann",
        created_at=now,
        display_name="userpass-ann",
        metadata={"username": "ann"},
        ttl_s=600,
        creation_ttl_s=600,
        expires_at=now + 600,
        explicit_max_ttl_s=5400,
        max_ttl_s=7200,
        renewable=True,
        num_uses=7,
        auth_mount=(await mount_of(node)).id,
        bound_cidrs=("192.0.2.0/24",),
        strictly_bind_ip=True,
        bound_ip=HERE,
        no_default_policy=True,
        internal={"user": "ann"},
        issued=Issue(address=HERE, mount=(await mount_of(node)).id),
    )
    assert len(record.key) > 40
    assert len(record.accessor) == 24
    assert block == {
        "client_token": block["client_token"],
        "accessor": record.accessor,
        "policies": ["audit", "ops"],
        "token_policies": ["audit", "ops"],
        "metadata": {"username": "ann"},
        "lease_duration": 600,
        "renewable": True,
        "entity_id": "",
        "token_type": "service",
        "orphan": True,
        "mfa_requirement": None,
        "num_uses": 7,
        "warnings": [],
    }
    await node.ok("DELETE", "sys/auth/userpass")
    assert await status_from(node, HERE, "auth/token/lookup-self", block["client_token"]) == 403


async def test_a_batch_token_is_in_no_row_and_cannot_be_renewed_or_counted() -> None:
    """No key, no accessor, and none where the uses are to be counted; everything else is as in a service token."""
    node = await started()
    before = set(node.rows())
    counted = msgspec.structs.replace(EVERYTHING.token, type="batch")
    with pytest.raises(InvalidRequest, match='batch tokens cannot have "num_uses" set'):
        await made_by(node, msgspec.structs.replace(EVERYTHING, token=counted))
    uncounted = msgspec.structs.replace(counted, num_uses=0)
    record, block = await made_by(node, msgspec.structs.replace(EVERYTHING, token=uncounted))
    assert set(node.rows()) == before
    assert (record.key, record.accessor, record.renewable, record.num_uses) == ("", "", False, 0)
    assert (record.type, record.bound_ip, record.ttl_s, record.policies) == ("batch", HERE, 600, ("audit", "ops"))
    assert block["client_token"].startswith("hvb.")
    assert (block["token_type"], block["renewable"], block["num_uses"]) == ("batch", False, 0)


async def test_a_token_that_leaves_everything_to_the_mount() -> None:
    """The mount's default lifetime, the default policy, no limits, the mount's name alone; no binding."""
    node = await started()
    record, _ = await made_by(node, Auth(renewable=False))
    now = node.clock.now()
    assert record == TokenRecord(
        key=record.key,
        accessor=record.accessor,
        policies=("default",),
        path="auth/userpass/login/ann",
        created_at=now,
        display_name="userpass",
        ttl_s=2_764_800,
        creation_ttl_s=2_764_800,
        expires_at=now + 2_764_800,
        renewable=False,
        auth_mount=(await mount_of(node)).id,
        issued=Issue(address=HERE, mount=(await mount_of(node)).id),
    )


async def test_the_narrowest_limit_counts_and_says_so() -> None:
    """Of the mount's, the role's and the token's ceiling; a period is granted whole unless it is above them."""
    node = await started()
    await node.ok("POST", "sys/auth/userpass/tune", {"max_lease_ttl": "1000s", "default_lease_ttl": "900s"})
    for auth, ttl_s, warned in (
        (Auth(), 900, 0),
        (Auth(token=TokenSettings(ttl_s=5000)), 1000, 1),
        (Auth(token=TokenSettings(ttl_s=5000, max_ttl_s=800)), 800, 1),
        (Auth(token=TokenSettings(ttl_s=5000, max_ttl_s=3000)), 1000, 1),
        (Auth(token=TokenSettings(ttl_s=700, explicit_max_ttl_s=600)), 600, 1),
        (Auth(token=TokenSettings(ttl_s=50, period_s=300)), 300, 0),
        (Auth(token=TokenSettings(period_s=3000)), 1000, 1),
    ):
        record, block = await made_by(node, auth)
        assert (record.ttl_s, len(block["warnings"])) == (ttl_s, warned), auth
        assert (record.period_s, record.max_ttl_s) == (auth.token.period_s, auth.token.max_ttl_s)
        assert record.expires_at == node.clock.now() + ttl_s


async def test_nobody_logs_in_as_root() -> None:
    """Whatever an auth method says, it makes no root token."""
    node = await started()
    before = node.rows()
    with pytest.raises(InvalidRequest, match="cannot create root tokens"):
        await made_by(node, Auth(token=TokenSettings(policies=("ROOT ", "x"))))
    assert node.rows() == before


async def test_one_alias_is_one_entity_and_a_disabled_one_gets_no_token() -> None:
    """Two logins of an alias have the same entity, another alias or mount another one."""
    node = await started()
    await node.ok("POST", "sys/auth/other", {"type": "userpass"})
    auth = Auth(alias="ann", alias_metadata={"team": "a"})
    first, block = await made_by(node, auth)
    second, _ = await made_by(node, auth)
    elsewhere, _ = await made_by(node, auth, "auth/other/")
    other, _ = await made_by(node, Auth(alias="bob"))
    assert first.entity_id == second.entity_id == block["entity_id"] != ""
    assert len({first.entity_id, elsewhere.entity_id, other.entity_id}) == 3
    assert (first.alias, other.alias) == ("ann", "bob")
    services, accessor = node.node.unsealed, (await mount_of(node)).accessor
    assert services is not None

    async def disable(txn: Transaction) -> None:
        entity = await services.identity.entity(txn, keys.ROOT_NAMESPACE, first.entity_id)
        assert entity is not None
        assert entity.aliases == ((accessor, "ann"),)
        (alias,) = await services.identity.aliases(txn, keys.ROOT_NAMESPACE, entity)
        assert (alias.name, alias.metadata, alias.created_at) == ("ann", {"team": "a"}, node.clock.now())
        assert await services.identity.by_name(txn, keys.ROOT_NAMESPACE, entity.name) == entity
        assert await services.identity.by_name(txn, keys.ROOT_NAMESPACE, "entity_none") is None
        assert await services.identity.by_alias(txn, keys.ROOT_NAMESPACE, alias.mount_accessor, "ann") == entity
        assert await services.identity.by_alias(txn, keys.ROOT_NAMESPACE, alias.mount_accessor, "eve") is None
        subject = await services.identity.subject(txn, keys.ROOT_NAMESPACE, entity.id)
        assert subject is not None
        assert (subject.id, subject.name, subject.aliases[alias.mount_accessor].name) == (
            entity.id,
            entity.name,
            "ann",
        )
        assert subject.aliases[alias.mount_accessor].id == alias.id != entity.id
        assert subject.aliases[alias.mount_accessor].metadata == {"team": "a"}
        assert await services.identity.subject(txn, keys.ROOT_NAMESPACE, "") is None
        txn.write(rows.entity(keys.ROOT_NAMESPACE, entity.id), msgspec.structs.replace(entity, disabled=True))

    await transact(services.barrier, disable)
    before = node.rows()
    with pytest.raises(PermissionDenied):
        await made_by(node, auth)
    assert node.rows() == before
    await made_by(node, auth, "auth/other/")


@pytest.mark.parametrize(
    ("wanted", "tuned", "kind"),
    [
        ("", "default-service", "service"),
        ("default", "default-service", "service"),
        ("", "default-batch", "batch"),
        ("default", "default-batch", "batch"),
        ("service", "default-batch", "service"),
        ("batch", "default-service", "batch"),
        ("default-batch", "default-service", "batch"),
        ("default-service", "default-batch", "service"),
        ("service", "batch", "batch"),
        ("batch", "service", "service"),
        ("batch", "", "batch"),
        ("", "", "service"),
    ],
)
def test_the_mount_decides_the_kind_unless_it_only_has_a_default(wanted: str, tuned: str, kind: str) -> None:
    """`service` and `batch` of a mount bind; its `default-…` are for roles that say nothing."""
    assert token_kind(wanted, tuned) == kind


async def test_failures_are_counted_by_user_and_forgotten_by_a_login() -> None:
    """A wrong password leaves one row, a right one none; a login path without a user never leaves any."""
    node = await started()
    await user(node)
    for count in (1, 2, 3):
        await node.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, "")
        assert len(rows_below(node, keys.LOCKOUT)) == 1
        assert await counted(node) == [("ann", count)]
        assert len(rows_below(node, f"{keys.QUEUE}{LOCKOUT}/")) == 1
        node.clock.advance(1)
    await node.ask("POST", "auth/userpass/login/Ann", {"password": "wrong"}, "")
    assert await counted(node) == [("ann", 4)]
    await token_of(node)
    assert rows_below(node, keys.LOCKOUT) == []
    assert rows_below(node, f"{keys.QUEUE}{LOCKOUT}/") == []


async def counted(node: TestNode) -> list[tuple[str, int]]:
    """Who has failed how often."""
    services = node.node.unsealed
    assert services is not None
    names = rows_below(node, keys.LOCKOUT)

    async def read(txn: Transaction) -> list[tuple[str, int]]:
        found = [await txn.read(name, FailedLogins) for name in names]
        return [(logins.user, logins.count) for logins in found if logins is not None]

    return await transact(services.barrier, read)


async def test_only_wrong_credentials_are_failures() -> None:
    """A login that is refused for another reason, such as the client's address, locks nobody out."""
    node = await started()

    async def refuse(request: Any) -> None:
        raise InvalidRequest("not like this")

    node.probe.before = refuse
    for _ in range(6):
        assert (await node.ask("POST", "probe/open/ann", {}, "")).status == 400
    assert rows_below(node, keys.LOCKOUT) == []


async def test_networks_are_kept_in_their_plain_form() -> None:
    """As an auth method hands them over; what is none makes no token."""
    node = await started()
    record, _ = await made_by(node, Auth(token=TokenSettings(bound_cidrs=("192.0.2.7/32", "2001:DB8::/64"))))
    assert record.bound_cidrs == ("192.0.2.7", "2001:db8::/64")
    before = node.rows()
    with pytest.raises(InvalidRequest, match="error parsing address"):
        await made_by(node, Auth(token=TokenSettings(bound_cidrs=("192.0.2.7/64",))))
    assert node.rows() == before


async def test_where_no_lockout_applies_failures_are_neither_counted_nor_asked_for() -> None:
    """Those from before it was switched off stay where they are, and keep nobody out."""
    node = await started()
    await user(node)
    await node.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, "")
    off = {"user_lockout_config": {"lockout_disable": True}}
    await node.ok("POST", "sys/auth/userpass/tune", off)
    assert (await node.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, "")).status == 400
    assert await counted(node) == [("ann", 1)]
    await token_of(node)
    assert await counted(node) == [("ann", 1)]
