"""Advisories about the paths for operators: who may spoil a ceremony, what is told to strangers, what code runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, Peer
from strongroom.lib.errors import StorageError
from strongroom.storage.postgresql.schema import tables_named
from tests.flow.node import TestNode
from tests.sim.faulty_storage import Fail

ROOT = Path(__file__).parents[3]


async def asked(node: TestNode, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request to any path, also outside `/v1/`; with the headers that the listener would have seen."""
    peer = Peer(address="192.0.2.7", port=4711, listener="203.0.113.9:8200")
    where, _, query = path.partition("?")
    answer = await Application(node.node)(HttpRequest(method, where, query, headers, b"", peer))
    return answer.status, dict(answer.headers), answer.body


REKEYING = ("sys/rekey/init", "sys/rekey/verify", "sys/rekey-recovery-key/init", "sys/rotate/root/init")
ROOT_TOKENS = ("sys/generate-root/attempt", "sys/generate-root-token/attempt")


async def untouched(node: TestNode, begin: str, paths: tuple[str, ...], body: Any) -> None:
    """Begin an attempt, and see that nobody without a token can see, cancel, replace or advance it."""
    state = (await node.ok("PUT", begin, body)).body
    nonce = state["nonce"]
    weak = await node.token('path "probe/*" { capabilities = ["read"] }')
    for token in ("", "hvs.unknown", weak):
        for path in paths:
            for method in ("GET", "PUT", "DELETE", "POST"):
                sent = {"nonce": nonce, **body} if method in {"PUT", "POST"} else None
                answer = await node.ask(method, path, sent, token)
                assert answer.status in {403, 405}, (method, path, token, answer)
            update = path.rpartition("/")[0] + "/update"
            answer = await node.ask("PUT", update, {"key": node.keys[0], "nonce": nonce}, token)
            assert answer.status in {403, 404, 405}, (update, token, answer)
    after = (await node.ok("GET", begin)).body
    assert (after["nonce"], after["progress"], after["started"]) == (nonce, 0, True)


async def test_cve_2025_4656_nobody_without_a_token_spoils_a_rekeying() -> None:
    """There the attempt at new key shares could be cancelled by everybody who reached the server.

    Here the holders of the shares would have had to begin again and again.
    """
    await untouched(await TestNode.start(), REKEYING[0], REKEYING, {"secret_shares": 3, "secret_threshold": 2})


async def test_cve_2026_5807_nor_the_making_of_a_root_token() -> None:
    """There the one place for an attempt at a root token could be taken, and freed, by everybody.

    Here the way back in, when all tokens are lost, would have been closed by whoever likes to.
    """
    await untouched(await TestNode.start(), ROOT_TOKENS[0], ROOT_TOKENS, {})


async def test_cve_2020_25594_mounts_are_not_told_to_strangers() -> None:
    """There the answers to a client without a token told mounts that exist from those that don't.

    Here the map of all secrets engines could have been drawn without an account.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
    for there, not_there in (
        ("sys/internal/ui/mounts/probe", "sys/internal/ui/mounts/other"),
        ("sys/internal/ui/mounts/auth/userpass", "sys/internal/ui/mounts/auth/other"),
        ("probe/rows/a", "other/rows/a"),
        ("kv/config", "vk/config"),
        ("auth/userpass/users/ann", "auth/other/users/ann"),
    ):
        for token in ("", "hvs.unknown"):
            for method in ("GET", "LIST", "PUT", "DELETE"):
                body = {} if method == "PUT" else None
                one, other = await node.ask(method, there, body, token), await node.ask(method, not_there, body, token)
                assert (one.status, one.body) == (other.status, other.body), (method, there)
    assert (await node.ok("GET", "sys/internal/ui/mounts", token="")).data == {"auth": {}, "secret": {}}


async def test_cve_2021_3024_an_odd_request_is_not_told_where_the_server_is() -> None:
    """There the answer to some invalid requests held the address that the node has inside of its network.

    Here a redirect would have named it, to a client that named no host itself.
    """
    node = await TestNode.start()
    for path in (
        *("/", "/ui", "/ui/", "/v1", "/v1/", "/v1/sys//health", "/v1/../sys", "/v1/sys/leader", "/v1/sys/health"),
        *("/v1/%zz", "/v2/sys", "//evil.example/v1", "/v1/sys/seal-status", "/v1/%2e%2e/", "/v1/sys/config/cors"),
    ):
        for method in ("GET", "OPTIONS", "TRACE", "HEAD", "PUT"):
            status, headers, body = await asked(node, path, method)
            assert status, path
            shown = str(headers).encode() + body
            for address in (b"203.0.113.9", b"127.0.0.1", b"192.0.2.7"):
                assert address not in shown, (method, path, shown)
            # Not to another host either, whatever the path looks like.
            assert not headers.get("Location", "/v1").startswith("//"), (path, headers)


async def test_cve_2026_115363_the_settings_are_shown_by_name() -> None:
    """There `sys/config/state/sanitized` left out known secrets, and a new setting's key wasn't among them.

    Here each new setting would have been shown until somebody thought of it: this is the whole list.
    """
    node = await TestNode.start()
    shown = (await node.ok("GET", "sys/config/state/sanitized")).data
    assert shown.keys() == {"cluster_name", "default_lease_ttl", "max_lease_ttl", "storage"}
    assert shown["storage"].keys() == {"type"}


async def test_cve_2026_115366_the_catalogue_of_plugins_is_not_written_by_a_request() -> None:
    """There tokens of a namespace could register and remove plugins for all.

    Here `sys/plugins/catalog` would have decided what code runs; the configuration does.
    """
    node = await TestNode.start()
    before = (await node.ok("GET", "sys/plugins/catalog")).data
    body = {"command": "evil", "sha256": "00" * 32, "args": ["-x"], "env": ["A=b"]}
    for path in ("secret/evil", "auth/evil", "database/evil", "secret/kv", "secret/..%2fevil"):
        for method in ("PUT", "POST"):
            assert (await node.ask(method, f"sys/plugins/catalog/{path}", body)).status >= 400, path
        await node.ask("DELETE", f"sys/plugins/catalog/{path}")
    assert (await node.ok("GET", "sys/plugins/catalog")).data == before
    await node.ok("POST", "sys/mounts/still", {"type": "kv"})


async def test_cve_2026_105816_what_a_store_names_is_not_run() -> None:
    """There a catalogue from a restored snapshot named programs outside of the directory of plugins, and they ran.

    Here a mount row of a foreign type would have loaded that code; it answers that there is none.
    """
    node = await TestNode.start()
    for type_ in ("os", "../evil", "strongroom.server.main", "evil:Engine"):
        assert (await node.ask("POST", "sys/mounts/evil", {"type": type_})).status == 400
    unsealed = node.node.unsealed
    assert unsealed is not None
    unsealed.mounts.engines = {key: value for key, value in unsealed.mounts.engines.items() if key[1] != "probe"}
    await node.ok("POST", "sys/mounts/other", {"type": "kv"})
    answer = await node.ask("GET", "probe/rows/a")
    assert answer.status in {500, 404, 400}, answer
    assert node.probe.runs == 0


@pytest.mark.parametrize("method", ["RENEW", "REVOKE", "ROLLBACK", "ALIAS-LOOKAHEAD", "RESOLVE-ROLE", "CREATE", "READ"])
async def test_ghsa_rh46_vc3j_w2w3_no_client_asks_for_an_internal_operation(method: str) -> None:
    """There an operation that only the server itself asks for could be named by a client, and made tokens.

    Here a verb of that name would have reached an engine past the rules.
    """
    node = await TestNode.start()
    for path in ("probe/rows/a", "probe/open/ann", "auth/token/create", "sys/mounts"):
        for spelling in (method, method.lower()):
            status, _, body = await asked(node, f"/v1/{path}", spelling, **{"x-vault-token": node.root})
            assert status in {400, 405}, (spelling, path, body)
    assert node.probe.runs == 0


def test_cve_2020_35192_the_container_has_no_way_in_as_root() -> None:
    """There the images held an account `root` without a password.

    Here a program in the container would have become root; it runs as a user who can become nobody.
    """
    lines = (ROOT / "packaging" / "Containerfile").read_text().splitlines()
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")) :]
    users = [line.split()[1] for line in last if line.startswith("USER ")]
    assert users == ["8200"]
    assert not [line for line in lines if "passwd" in line or "sudo" in line or "chmod u+s" in line]


OPEN = {
    "/identity/mfa/method/totp/self-enroll",  # for a login that has proved its first factor, by its id
    "/identity/oidc/.well-known/keys",  # public keys, for those who check identity tokens
    "/identity/oidc/.well-known/openid-configuration",
    "/identity/oidc/provider/{name}/.well-known/keys",
    "/identity/oidc/provider/{name}/.well-known/openid-configuration",
    "/identity/oidc/provider/{name}/token",  # asks for the client's secret, and a code
    "/identity/oidc/provider/{name}/userinfo",  # asks for an access token
    "/probe/open/{username}",  # a login, of an engine of the tests
    "/sys/activation-flags",  # an empty list
    "/sys/decode-token",  # arithmetic on what the client brings
    "/sys/health",
    "/sys/init",
    "/sys/internal/specs/openapi",  # asks for a token itself
    "/sys/internal/ui/authenticated-messages",  # asks for a token itself
    "/sys/internal/ui/default-auth-methods",  # what a login form offers
    "/sys/internal/ui/feature-flags",  # an empty list
    "/sys/internal/ui/mounts",
    "/sys/internal/ui/mounts/{path}",  # asks for a token itself
    "/sys/internal/ui/namespaces",  # asks for a token itself
    "/sys/internal/ui/unauthenticated-messages",  # what an operator wants everybody to see
    "/sys/leader",
    "/sys/mfa/validate",  # the second phase of a login
    "/sys/replication/dr/status",  # always disabled
    "/sys/replication/performance/status",
    "/sys/replication/status",
    "/sys/seal-backend-status",
    "/sys/seal-status",
    "/sys/unseal",
    "/sys/wrapping/lookup",  # of a wrapping token, by itself
}
"""All that is answered without a token."""


async def test_cve_2021_3282_what_needs_no_token_is_on_a_list() -> None:
    """There a command of operators was taken without a token in one state of the cluster.

    Here a new path could be left open by a slip: every path is asked, by every verb, and this is all that may answer.
    """
    node = await TestNode.start()
    paths = (await node.ok("GET", "sys/internal/specs/openapi")).body["paths"]
    assert len(paths) > 100
    assert {path for path, said in paths.items() if said.get("x-vault-unauthenticated")} == OPEN
    # What no path serves may be told to anybody, beside a path that is open: nothing was done.
    refusals = (["cannot write to a path ending in '/'"], ["unsupported operation"], ["unsupported path"])
    for path in sorted({*paths} - OPEN):
        filled = re.sub(r"\{[^}]*\}", "x", path).lstrip("/")
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "LIST", "SCAN"):
            answer = await node.ask(method, filled, {} if method in {"POST", "PUT", "PATCH"} else None, token="")
            assert answer.status == 403 or answer.errors in refusals, (method, path, answer)
    await node.ok("GET", "sys/mounts")


async def test_cve_2020_7220_the_leases_of_a_mount_end_with_it() -> None:
    """There secrets that a mount had leased lived on when what held the mount was deleted.

    Here nobody would have known of them any more.
    """
    node = await TestNode.start()
    lease = (await node.ok("POST", "probe/secret")).body["lease_id"]
    await node.ok("PUT", "sys/leases/lookup", {"lease_id": lease})
    await node.ok("DELETE", "sys/mounts/probe")
    assert (await node.ask("PUT", "sys/leases/renew", {"lease_id": lease})).status == 400
    await settle(node)
    assert (await node.ask("PUT", "sys/leases/lookup", {"lease_id": lease})).status == 400
    assert not [key for key in node.rows() if key.startswith((keys.leases(keys.ROOT_NAMESPACE), keys.LEASE_OF_MOUNT))]


async def test_cve_2026_42186_a_deletion_that_failed_is_whole_the_next_time() -> None:
    """There deleting again, after a first attempt had failed, left data and leases behind.

    Here the rows of a mount would have stayed for good, encrypted and out of everybody's sight.
    """
    node = await TestNode.start()
    for name in ("a", "b"):
        await node.ok("PUT", f"probe/rows/{name}", {"text": "x"})
    id_ = (await node.ok("GET", "sys/mounts/probe")).data["uuid"]
    assert [key for key in node.rows() if id_ in key]
    node.plan.add("commit", Fail())
    assert (await node.ask("DELETE", "sys/mounts/probe")).status >= 500
    assert (await node.ok("GET", "probe/rows/a")).data == {"text": "x"}
    await node.ok("DELETE", "sys/mounts/probe")
    await settle(node)
    assert not [key for key in node.rows() if id_ in key]


async def settle(node: TestNode) -> None:
    """Let what is due end, and what nothing reaches be cleared."""
    services = node.node.unsealed
    assert services is not None
    fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    expiry = Expiry(services)
    while await expiry.run_once(fence):
        pass


async def test_cve_2022_30689_what_asks_for_a_second_factor_is_closed_without_one() -> None:
    """There the demand for a second factor was forgotten when the server started again.

    Here, where there is none yet, a rule that demands one would have let in with one factor.
    """
    node = await TestNode.start()
    token = await node.token('path "probe/*" { capabilities = ["read", "update"]\n mfa_methods = ["totp"] }')
    for again in (node, await node.peer()):
        assert (await again.ask("GET", "probe/rows/a", None, token)).status == 403


@pytest.mark.parametrize("name", ["rows; DROP TABLE rows", 'rows"', "rows'--", "a.b.c", "rows\0", "", "row s"])
def test_cve_2023_0620_a_configured_name_is_no_sql(name: str) -> None:
    """There names from the storage's configuration were put into its queries as they were.

    Here `table` would have been whatever its writer likes the database to do.
    """
    with pytest.raises(StorageError):
        tables_named(name)
    assert tables_named("rows").rows == '"rows"'
