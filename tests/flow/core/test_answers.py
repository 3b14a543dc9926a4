"""What becomes of what an engine answers: leases, tokens, wrappings, warnings, and what an engine is handed before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.pipeline import Pipeline
from strongroom.lib.errors import Internal, OutOfRange
from strongroom.sdk import Auth, Lease, Mount, Operation, Request, Response, TokenSettings, path
from strongroom.sdk.request import Client
from strongroom.sdk.response import RawBody
from strongroom.services.exchange import ApiRequest
from strongroom.services.leases import LeaseRecord
from strongroom.services.leases.service import CEILING
from strongroom.services.mounts import MountRecord
from strongroom.services.mounts.records import MountConfig
from strongroom.services.withdrawals import Issue
from strongroom.storage.inmem import InmemStorage
from tests.flow.node import Probe, TestNode
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import Fail, Plan

MONTH_S = 2_764_800


class Told(Probe):
    """A probe that answers what it is told to, to clients with and without a token."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Callable[[], Response | None] = lambda: None

    @path.read("told")
    async def tell(self, request: Request) -> Response | None:
        """Answer as told."""
        self.requests.append(request)
        return self.told()

    @path.list_("told")
    async def tell_names(self, request: Request) -> Response | None:
        """Answer as told."""
        return self.told()

    @path.write("welcome/{username}", unauthenticated=True)
    async def welcome(self, request: Request, username: str) -> Response | None:
        """Answer anybody as told."""
        self.requests.append(request)
        return self.told()


class ToldNode(TestNode):
    """A node whose probe can be told what to answer."""

    __test__ = False

    def __init__(self, storage: InmemStorage, clock: SetClock, plan: Plan | None = None, engines: Any = None) -> None:
        super().__init__(storage, clock, plan, engines)
        self.probe: Told = Told()

    async def told(self, response: Response | None, token: str | None = None, **headers: str) -> Any:
        """The answer to a read for which the engine answers this."""
        self.probe.told = lambda: response
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.ask("GET", "probe/told", None, token, headers=sent)

    async def in_store(self, body: Callable[[Transaction], Awaitable[Any]]) -> Any:
        """Run something on the node's own barrier."""
        assert self.node.unsealed is not None
        return await transact(self.node.unsealed.barrier, body)

    async def leases(self) -> list[LeaseRecord]:
        """All leases."""

        async def read(txn: Transaction) -> list[LeaseRecord]:
            found = [
                await txn.read(keys.lease(name), LeaseRecord)
                for name in await txn.scan(keys.leases(keys.ROOT_NAMESPACE))
            ]
            return [lease for lease in found if lease is not None]

        leases: list[LeaseRecord] = await self.in_store(read)
        return leases


async def started(plan: Plan | None = None) -> ToldNode:
    """An audited node of its own."""
    node = await ToldNode.start(plan)
    await node.audited()
    assert isinstance(node, ToldNode)
    return node


async def test_an_engine_is_handed_what_it_may_know() -> None:
    """The request whole: path below the mount, the mount's times, who asks without the token, no header unasked."""
    node = await started()
    token = await node.token('path "probe/*" { capabilities = ["read"] }', meta={"team": "a"}, display_name="ann")
    shown = (await node.ok("POST", "auth/token/lookup", {"token": token})).data
    await node.ok("POST", "sys/mounts/probe/tune", {"default_lease_ttl": "60s", "max_lease_ttl": "600s"})
    await node.told(Response(data={}), token, x_other="no", x_vault_request="true")
    (asked,) = node.probe.requests
    listed = (await node.ok("GET", "sys/mounts")).data["probe/"]
    services = node.node.unsealed
    assert services is not None
    assert asked == Request(
        operation=Operation.READ,
        path="told",
        data={},
        mount=Mount(
            id=asked.mount.id,
            path="probe/",
            type="probe",
            accessor=listed["accessor"],
            options={},
            default_lease_ttl_s=60,
            max_lease_ttl_s=600,
            does_scheduled_work=False,
        ),
        view=asked.view,
        once=asked.once,
        leases=asked.leases,
        identity=asked.identity,
        well_known=asked.well_known,
        received_at=node.clock.now(),
        client=Client(
            accessor=shown["accessor"],
            display_name="token-ann",
            policies=("only",),
            metadata={"team": "a"},
            token_key=services.tokens.key_of(token),
        ),
        address="192.0.2.7",
        in_clear=True,
        request_id=node.recorder.entries[-3]["request"]["id"],
    )
    await node.ok("POST", "probe/welcome/ann", {}, "")
    assert node.probe.requests[-1].client is None


async def test_a_plain_answer_has_no_lease_and_no_token() -> None:
    """The envelope, whole, of data with warnings; of nothing, 204; of a hint, when to look again."""
    node = await started()
    answer = await node.told(Response(data={"a": "b"}, warnings=["careful"]))
    empty = {
        "request_id": answer.body["request_id"],
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "data": {"a": "b"},
        "wrap_info": None,
        "warnings": ["careful"],
        "auth": None,
    }
    assert answer.body == empty
    assert node.recorder.entries[-1]["request"]["id"] == answer.body["request_id"]
    hinted = await node.told(Response(data={"a": "b"}, hint_ttl_s=90))
    changed = {"request_id": hinted.body["request_id"], "lease_duration": 90, "warnings": None}
    assert hinted.body == empty | changed
    about = await node.told(Response(data={}, lease_id="a/b", hint_ttl_s=5, renewable=True))
    assert (about.body["lease_id"], about.body["lease_duration"], about.body["renewable"]) == ("a/b", 5, True)
    assert (await node.told(Response(data={}, renewable=True))).body["renewable"] is False
    made = {"client_token": "hvs.made", "accessor": "x"}
    assert (await node.told(Response(token=made))).body["auth"] == made
    info = {"token": "hvs.w", "ttl": 60}
    wrapped = await node.told(Response(data={"not": "shown"}, wrap_info=info))
    assert (wrapped.body["wrap_info"], wrapped.body["data"]) == (info, None)
    assert (await node.told(None)).status == 404


@pytest.mark.parametrize(
    ("lease", "tuned", "ttl_s", "max_ttl_s", "bound_by", "warned"),
    [
        (Lease(ttl_s=60), {}, 60, MONTH_S, "mount", 0),
        (Lease(ttl_s=0), {}, MONTH_S, MONTH_S, "mount", 0),
        (Lease(ttl_s=0), {"default_lease_ttl": "300s"}, 300, MONTH_S, "mount", 0),
        (Lease(ttl_s=900), {"max_lease_ttl": "600s"}, 600, 600, "mount", 1),
        (Lease(ttl_s=900, max_ttl_s=500), {"max_lease_ttl": "600s"}, 500, 500, "role", 1),
        (Lease(ttl_s=900, max_ttl_s=700), {"max_lease_ttl": "600s"}, 600, 600, "mount", 1),
    ],
)
async def test_a_lease_is_cut_to_the_narrowest_limit(
    lease: Lease, tuned: dict[str, str], ttl_s: int, max_ttl_s: int, bound_by: str, warned: int
) -> None:
    """Of the mount's and the engine's; the answer and the stored lease say the same, and a cut one warns."""
    node = await started()
    if tuned:
        await node.ok("POST", "sys/mounts/probe/tune", tuned)
    wanted = msgspec.structs.replace(lease, renewable=False, internal={"name": "inner"})
    answer = await node.told(Response(data={"user": "u"}, lease=wanted, warnings=["own"]))
    assert (answer.body["lease_duration"], answer.body["renewable"]) == (ttl_s, False)
    assert answer.data == {"user": "u"}
    assert answer.body["warnings"][warned:] == ["own"]
    assert len(answer.body["warnings"]) == warned + 1
    (stored,) = await node.leases()
    now = node.clock.now()
    assert node.node.unsealed is not None
    assert stored == LeaseRecord(
        id=answer.body["lease_id"],
        mount=node.probe.requests[0].mount.id,
        path="probe/told",
        token_key=node.node.unsealed.tokens.key_of(node.root),
        issued_at=now,
        expires_at=now + ttl_s,
        ttl_s=ttl_s,
        max_ttl_s=max_ttl_s,
        renewable=False,
        internal={"name": "inner"},
        bound_by=bound_by,
        issued=Issue(address="192.0.2.7", mount=node.probe.requests[0].mount.id),
    )
    assert stored.id.startswith("probe/told/")
    assert node.recorder.entries[-1]["response"]["secret"] == {"lease_id": stored.id}


async def test_what_a_batch_token_leases_ends_with_it() -> None:
    """It is no row that could be found when it ends, so no lease outlives it; the parent's end is the lease's, too."""
    node = await started()
    await node.ok("PUT", "sys/policies/acl/only", {"policy": 'path "probe/*" { capabilities = ["read"] }'})
    wanted = {"policies": ["only"], "type": "batch", "ttl": "100s"}
    made = await node.ok("POST", "auth/token/create", wanted)
    token = made.body["auth"]["client_token"]
    node.clock.advance(40)
    answer = await node.told(Response(data={}, lease=Lease(ttl_s=900)), token)
    assert answer.body["lease_duration"] == 60
    node.clock.advance(59.5)
    last = await node.told(Response(data={}, lease=Lease(ttl_s=900)), token)
    assert last.body["lease_duration"] == 1
    assert node.node.unsealed is not None
    root = node.node.unsealed.tokens.key_of(node.root)
    assert [lease.token_key for lease in await node.leases()] == [root, root]


async def test_nobody_is_leased_nothing() -> None:
    """A login path that would lease a secret is a fault of ours, and leaves no lease."""
    node = await started()
    node.probe.told = lambda: Response(data={"secret": "s"}, lease=Lease(ttl_s=60))
    answer = await node.ask("POST", "probe/welcome/ann", {}, "")
    assert (answer.status, answer.errors) == (500, ["internal error"])
    assert await node.leases() == []


async def test_a_full_counter_of_leases_says_when_to_come_back() -> None:
    """429 with the time to wait, as a quota; nothing is leased."""
    plan = Plan()

    node = await started(plan)
    mount = (await node.ok("GET", "sys/mounts")).data["probe/"]["uuid"]
    plan.add("commit", Fail(OutOfRange(keys.LEASE_COUNT + mount)))
    answer = await node.ask("POST", "probe/secret", {})
    assert (answer.status, answer.errors) == (
        429,
        [f"lease count quota exceeded ({CEILING} leases of a mount without a quota at the most, which is fixed)"],
    )
    assert answer.headers["Retry-After"] == "60"
    assert await node.leases() == []


async def test_another_counter_is_no_quota_of_leases() -> None:
    """One that nobody says the meaning of is a fault of ours; its key is for the log alone."""
    plan = Plan()

    node = await started(plan)
    plan.add("commit", Fail(OutOfRange("shared/counter")))
    with capture_logs() as logs:
        answer = await node.ask("POST", "probe/rows/a", {"text": "x"})
    assert (answer.status, answer.errors) == (500, ["internal error"])
    assert [entry["detail"] for entry in logs] == ["a counter would leave its bounds: shared/counter"]
    assert (await node.ask("GET", "probe/rows/a")).status == 404


async def test_a_login_has_its_own_warnings_first() -> None:
    """Those of the token's lifetime before those of the method; the envelope's own lease stays empty."""
    node = await started()
    await node.ok("POST", "sys/mounts/probe/tune", {"max_lease_ttl": "600s"})
    node.probe.told = lambda: Response(auth=Auth(display_name="ann", token=TokenSettings(ttl_s=900)), warnings=["own"])
    answer = await node.ok("POST", "probe/welcome/ann", {}, "")
    assert answer.body["warnings"][1:] == ["own"]
    assert "TTL" in answer.body["warnings"][0]
    assert (answer.body["auth"]["lease_duration"], answer.body["lease_duration"]) == (600, 0)
    assert node.recorder.entries[-1]["response"]["auth"]["token_ttl"] == 600
    node.probe.told = lambda: None
    assert (await node.ask("POST", "probe/welcome/ann", {}, "")).status == 204


@pytest.mark.parametrize(
    ("response", "is_wrapped"),
    [
        (Response(data={"a": "b"}), True),
        (Response(data={"a": "b"}, status=399), True),
        (Response(data={"errors": ["e"]}, status=400), False),
        (Response(data={"errors": ["e"]}, status=404), False),
        (Response(raw=RawBody(b"", "text/plain")), False),
        (None, False),
    ],
)
async def test_answers_are_wrapped_and_errors_are_not(response: Response | None, is_wrapped: bool) -> None:
    """With `X-Vault-Wrap-TTL`, what would hold a secret is put away; what is no secret answers as ever."""
    node = await started()
    answer = await node.told(response, x_vault_wrap_ttl="60")
    assert (isinstance(answer.body, dict) and bool(answer.body.get("wrap_info"))) == is_wrapped
    entry = node.recorder.entries[-1]["response"]
    assert ("wrap_info" in entry, "data" in entry and is_wrapped) == (is_wrapped, False)
    if is_wrapped:
        info = answer.body["wrap_info"]
        assert (info["ttl"], info["creation_path"]) == (60, "probe/told")
        opened = await node.ok("POST", "sys/wrapping/unwrap", {}, info["token"])
        assert opened.data == {"a": "b"}


async def test_a_wrapped_login_shows_its_accessor_alone() -> None:
    """The token stays inside; whoever holds the wrapping knows the accessor to revoke it by."""
    node = await started()
    node.probe.told = lambda: Response(auth=Auth(display_name="ann"))
    answer = await node.ok("POST", "probe/welcome/ann", {}, "", headers={"x-vault-wrap-ttl": "60"})
    info = answer.body["wrap_info"]
    assert answer.body["auth"] is None
    opened = await node.ok("POST", "sys/wrapping/unwrap", {}, info["token"])
    assert opened.body["auth"]["accessor"] == info["wrapped_accessor"]
    assert opened.body["auth"]["display_name" if "display_name" in opened.body["auth"] else "token_type"]
    assert "auth" not in node.recorder.entries[1]["response"]


async def test_what_is_no_audit_entry_is_no_answer() -> None:
    """An answer that no entry can be made of is a 500 that names nothing of it."""
    node = await started()
    answer = await node.told(Response(data={"canary": object()}))
    assert (answer.status, answer.errors) == (500, ["failed to audit request, cannot continue"])


async def test_a_mount_whose_engine_is_not_there_says_so() -> None:
    """It can be seen and asked, and answers with its type, to those who may ask; nobody else learns of it."""
    node = await started()
    record = MountRecord(
        id="00000000-0000-4000-8000-00000000000f", table="secret", path="lost/", type="gone", accessor="gone_1"
    )

    async def mount(txn: Transaction) -> None:
        txn.write(keys.mounts(keys.ROOT_NAMESPACE) + record.id, record)

    await node.in_store(mount)
    assert (await node.ask("GET", "lost/a", None, "")).status == 403
    denied = await node.token('path "other" { capabilities = ["read"] }')
    assert (await node.ask("GET", "lost/a", None, denied)).status == 403
    answer = await node.ask("GET", "lost/a")
    assert answer.status >= 400
    assert node.recorder.entries[-1]["request"]["mount_type"] == "gone"
    assert (await node.ask("POST", "lost/a", {"a": "b"})).status >= 400


@pytest.mark.parametrize(
    ("method", "where", "status", "error"),
    [
        ("GET", "probe/welcome/ann", 405, "unsupported operation"),
        ("DELETE", "probe/welcome/ann", 405, "unsupported operation"),
        ("GET", "probe/none", 403, "permission denied"),
        ("DELETE", "probe/told", 403, "permission denied"),
        ("GET", "nowhere/a", 403, "permission denied"),
    ],
)
async def test_open_paths_tell_what_they_do_not_do_and_others_tell_nothing(
    method: str, where: str, status: int, error: str
) -> None:
    """Without a token only a path that needs none says that a verb is wrong."""
    node = await started()
    answer = await node.ask(method, where, None, "")
    assert (answer.status, answer.errors) == (status, [error])
    first, second = node.recorder.entries
    assert first["auth"] == second["auth"] == {"token_type": "default"}
    assert first["error"] == second["error"]


async def test_help_is_answered_to_those_who_may_read() -> None:
    """`?help=1` explains a path below the mount, with a token that may see it and without another's leave."""
    node = await started()
    answer = await node.ok("GET", "probe/told?help=1")
    assert "Answer as told" in str(answer.body)
    assert node.probe.requests == []
    assert node.recorder.entries[-1]["request"]["operation"] == "help"
    assert (await node.ask("GET", "probe/told?help=1", None, "")).status == 403


async def test_the_last_use_ends_what_was_leased_with_it() -> None:
    """A token's last request may lease a secret, which then ends with the token; the accessor is gone as well."""
    node = await started()
    token = await node.token('path "probe/*" { capabilities = ["read"] }', num_uses=2)
    accessor = (await node.ok("POST", "auth/token/lookup", {"token": token})).data["accessor"]
    await node.told(Response(data={}), token)
    assert (await node.ask("POST", "auth/token/lookup-accessor", {"accessor": accessor})).status == 200
    answer = await node.told(Response(data={}, lease=Lease(ttl_s=60)), token)
    assert answer.status == 200
    assert (await node.ask("POST", "auth/token/lookup-accessor", {"accessor": accessor})).status == 400
    assert (await node.told(Response(data={}), token)).status == 403


async def test_a_listing_is_cut_and_nothing_else_is() -> None:
    """A page's bound concerns listings of names; other answers to a listing, and reads, come whole."""
    node = await started()
    rule = 'path "probe/told" { capabilities = ["read", "list"]\npagination_limit = 2\n}'
    token = await node.token(rule)

    async def listed(data: dict[str, Any] | None) -> Any:
        node.probe.told = lambda: Response(data=data)
        return await node.ask("LIST", "probe/told", None, token)

    info = {"a": 1, "b": 2, "c": 3}
    whole = {"keys": ["a", "b", "c"], "key_info": info, "more": "m"}
    assert (await listed(dict(whole))).data == {"keys": ["a", "b"], "key_info": {"a": 1, "b": 2}, "more": "m"}
    assert (await listed({"keys": ["a", "b"], "key_info": info})).data == {"keys": ["a", "b"], "key_info": info}
    assert (await listed({"keys": ["a", "b", "c"]})).data == {"keys": ["a", "b"]}
    assert (await listed({"keys": ["a", "b", "c"], "key_info": {"a": 1}})).data == {
        "keys": ["a", "b"],
        "key_info": {"a": 1},
    }
    assert (await node.told(Response(data=dict(whole)), token)).data == whole
    node.probe.told = lambda: Response(data=dict(whole))
    assert (await node.ask("LIST", "probe/told")).data == whole


async def test_a_filtered_listing_tells_nothing_else() -> None:
    """Only names that may be read, or listed if they are folders, their details, and no other field."""
    node = await started()
    rules = """
            path "probe/told" { capabilities = ["list"]
                list_scan_response_keys_filter_path = "probe/{{ .key }}" }
            path "probe/a" { capabilities = ["read"] }
            path "probe/b" { capabilities = ["list"] }
            path "probe/c/" { capabilities = ["list"] }
            path "probe/d/" { capabilities = ["read"] }
            path "probe/e" { capabilities = ["read"]
                mfa_methods = ["duo"] }
        """
    token = await node.token(rules)
    names = ["a", "b", "c/", "d/", "e"]
    node.probe.told = lambda: Response(
        data={"keys": names, "key_info": {name: name for name in ("a", "b", "c/")}, "other": names}
    )
    answer = await node.ok("LIST", "probe/told", None, token)
    assert answer.data == {"keys": ["a", "c/"], "key_info": {"a": "a", "c/": "c/"}}
    node.probe.told = lambda: Response(data={"keys": ["b"], "other": ["b"]})
    assert (await node.ask("LIST", "probe/told", None, token)).status == 404
    bound = rules.replace('["list"]', '["list"]\npagination_limit = 1', 1)
    node.probe.told = lambda: Response(data={"keys": names})
    assert (await node.ok("LIST", "probe/told", None, await node.token(bound))).data == {"keys": ["a"]}


async def test_every_error_comes_back_as_an_answer() -> None:
    """Those of the audit devices, too: nobody above the pipeline has to catch anything."""
    node = await started()
    services = node.node.unsealed
    assert services is not None
    request = ApiRequest(
        id="id",
        operation=Operation.READ,
        path="probe/told",
        data={},
        token=node.root,
        wrap_ttl_s=0,
        headers={},
        address="192.0.2.7",
        port=0,
        received_at=node.clock.now(),
    )
    for failing in ("response", "request"):
        node.recorder.failing = lambda entry, failing=failing: entry["type"] == failing
        answer = await Pipeline(services).serve(request)
        assert isinstance(answer.error, Internal)
        assert answer.error.text == "failed to audit request, cannot continue"
        assert (answer.request_id, answer.operation, answer.response) == ("id", Operation.READ, None)


async def test_the_header_of_the_token_stays_outside_whatever_a_mount_lets_through() -> None:
    """Also when a row of the store names it outright, which no request can bring about any more."""
    node = await started()
    refused = await node.ask("POST", "sys/mounts/probe/tune", {"passthrough_request_headers": ["x-vault-TOKEN"]})
    assert refused.status == 400
    services = node.node.unsealed
    assert services is not None

    async def let_through(txn: Transaction) -> None:
        record = (await services.mounts.router(txn)).by_path["probe/"].record
        config = MountConfig(passthrough_request_headers=("X-Vault-Token", "x-wanted"))
        txn.write(keys.mounts(keys.ROOT_NAMESPACE) + record.id, msgspec.structs.replace(record, config=config))

    await node.in_store(let_through)
    await node.told(Response(data={}), x_wanted="yes")
    await node.ask("POST", "probe/welcome/ann", {}, node.root, headers={"x-wanted": "yes"})
    assert [request.headers for request in node.probe.requests] == [{"x-wanted": "yes"}] * 2


async def test_what_cannot_be_ended_or_counted_is_told() -> None:
    """A last use whose token can't be ended, a failed login that can't be counted: the store's error is the answer."""
    plan = Plan()

    node = await started(plan)
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    token = await node.token('path "probe/*" { capabilities = ["read"] }', num_uses=1)
    plan.add("commit", None, Fail())  # the use is charged, and the end fails
    answer = await node.ask("GET", "probe/nothing", None, token)
    assert answer.status >= 500
    assert (await node.ask("GET", "probe/nothing", None, token)).status == 403
    plan.add("commit", Fail())
    answer = await node.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, "")
    assert answer.status >= 500
    assert (await node.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, "")).status == 400


async def test_a_use_that_the_store_does_not_take_is_not_a_refusal() -> None:
    """Its failure is told as such: the token isn't used up, and serves when the store does."""
    plan = Plan()

    node = await started(plan)
    token = await node.token('path "probe/*" { capabilities = ["read"] }', num_uses=1)
    plan.add("commit", Fail())
    assert (await node.told(Response(data={}), token)).status >= 500
    assert (await node.told(Response(data={}), token)).status == 200
