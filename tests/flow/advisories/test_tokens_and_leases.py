"""Advisories about how long tokens and leases last, and who may end them."""

from __future__ import annotations

import pytest

from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from tests.flow.node import TestNode


async def lease(node: TestNode, token: str | None = None) -> tuple[str, int]:
    """A leased secret: its id, and for how many seconds."""
    answer = (await node.ok("POST", "probe/secret", token=token)).body
    return str(answer["lease_id"]), int(answer["lease_duration"])


async def test_cve_2020_25816_a_lease_ends_with_its_batch_token() -> None:
    """There the end of a lease that a batch token had made was never scheduled.

    Here the secret would have lived on after the token's time.
    """
    node = await TestNode.start()
    await node.ok("PUT", "sys/policies/acl/all", {"policy": 'path "probe/*" { capabilities = ["update", "create"] }'})
    asked = {"type": "batch", "policies": ["all"], "ttl": "20s"}
    batch = (await node.ok("POST", "auth/token/create", asked)).body["auth"]["client_token"]
    id_, seconds = await lease(node, batch)
    assert 0 < seconds <= 20
    node.clock.advance(21)
    assert (await node.ask("PUT", "sys/leases/renew", {"lease_id": id_})).status == 400
    services = node.node.unsealed
    assert services is not None
    fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    while await Expiry(services).run_once(fence):
        pass
    assert (await node.ask("PUT", "sys/leases/lookup", {"lease_id": id_})).status == 400


@pytest.mark.parametrize("left_s", [0.9, 0.5, 0.01])
async def test_cve_2021_32923_renewed_in_its_last_second_it_still_ends(left_s: float) -> None:
    """There a renewal within a second of the maximum gave zero seconds, and zero stood for "never ends".

    Here a token and a lease that were renewed at the right moment would have been there for ever.
    """
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/probe/tune", {"max_lease_ttl": "100s", "default_lease_ttl": "100s"})
    made = await node.ok("POST", "auth/token/create", {"ttl": "100s", "explicit_max_ttl": "100s"})
    token = made.body["auth"]["client_token"]
    id_, _ = await lease(node)
    node.clock.advance(59)
    await node.ok("PUT", "sys/leases/renew", {"lease_id": id_, "increment": "100s"})
    node.clock.advance(100 - 59 - left_s)
    renewed = await node.ask("POST", "auth/token/renew", {"token": token})
    await node.ask("POST", "auth/token/renew-self", {}, token)
    prolonged = await node.ask("PUT", "sys/leases/renew", {"lease_id": id_, "increment": "100s"})
    for answer in (renewed, prolonged):
        assert answer.status in {200, 400, 403}, answer
    node.clock.advance(3)
    assert (await node.ask("GET", "auth/token/lookup-self", token=token)).status == 403
    assert (await node.ask("PUT", "sys/leases/renew", {"lease_id": id_})).status == 400


async def test_cve_2026_115362_what_has_ended_is_refused_before_it_is_cleared() -> None:
    """There the end of a secret id was not looked at when it was used, only when expired ones were tidied up.

    Here tokens, wrapped answers and leases would have lasted until the expiry came by; none runs in this test.
    """
    node = await TestNode.start()
    made = await node.ok("POST", "auth/token/create", {"ttl": "60s"})
    token = made.body["auth"]["client_token"]
    wrapped = (await node.ok("GET", "sys/mounts", headers={"x-vault-wrap-ttl": "60s"})).body["wrap_info"]["token"]
    id_, _ = await lease(node)
    rows = set(node.rows())
    node.clock.advance(61)
    assert rows <= set(node.rows())
    assert (await node.ask("GET", "auth/token/lookup-self", token=token)).status == 403
    assert (await node.ask("POST", "sys/wrapping/unwrap", {}, wrapped)).status == 400
    assert (await node.ask("POST", "sys/wrapping/unwrap", {"token": wrapped})).status == 400
    assert (await node.ask("PUT", "sys/leases/renew", {"lease_id": id_})).status == 400


async def test_cve_2026_45808_the_older_lease_paths_need_rules_of_their_own() -> None:
    """There `sys/revoke` and its like ended leases of another namespace, past the rules for `sys/leases`.

    Here whoever knows a lease's id would have ended it without any rule that says so.
    """
    node = await TestNode.start()
    id_, _ = await lease(node)
    token = await node.token('path "sys/leases/*" { capabilities = ["deny"] }', no_default_policy=False)
    for path in ("sys/revoke", f"sys/revoke/{id_}", "sys/revoke-prefix/probe", "sys/revoke-force/probe"):
        assert (await node.ask("PUT", path, {"lease_id": id_}, token)).status == 403, path
    # Those that end many need `sudo`, by either name.
    plain = await node.token('path "sys/*" { capabilities = ["update", "create"] }')
    for path in ("sys/revoke-prefix/", "sys/revoke-force/", "sys/leases/revoke-prefix/", "sys/leases/revoke-force/"):
        assert (await node.ask("PUT", f"{path}probe", {}, plain)).status == 403, path
    await node.ok("PUT", "sys/leases/lookup", {"lease_id": id_})


async def test_cve_2026_55774_a_lease_id_alone_ends_nothing() -> None:
    """There the mending of the older paths had forgotten `sys/leases/revoke` and `sys/leases/renew`.

    Here a token without any rule for leases would have ended what it has read the id of.
    """
    node = await TestNode.start()
    id_, _ = await lease(node)
    token = await node.token('path "probe/*" { capabilities = ["read"] }')
    for verb in ("revoke", "renew", "lookup"):
        for path in (f"sys/leases/{verb}", f"sys/leases/{verb}/{id_}"):
            assert (await node.ask("PUT", path, {"lease_id": id_}, token)).status == 403, path
    await node.ok("PUT", "sys/leases/lookup", {"lease_id": id_})


async def test_cve_2026_55774_the_lease_is_the_one_that_the_rule_is_about() -> None:
    """There rules were got round by naming a lease in another place than where they look.

    Here a token that may end the leases below `other/` would have ended any, by naming it in the body.
    """
    node = await TestNode.start()
    id_, _ = await lease(node)
    token = await node.token(
        "\n".join(
            f'path "sys/{folder}/other/*" {{ capabilities = ["update", "create"] }}'
            for folder in ("leases/revoke", "leases/renew", "revoke", "renew")
        )
    )
    before = (await node.ok("PUT", "sys/leases/lookup", {"lease_id": id_})).data
    for folder in ("leases/revoke", "leases/renew", "revoke", "renew"):
        answer = await node.ask("PUT", f"sys/{folder}/other/x", {"lease_id": id_, "increment": 3600}, token)
        assert answer.status == 400, (folder, answer)
    assert (await node.ok("PUT", "sys/leases/lookup", {"lease_id": id_})).data == before
    await node.ok("PUT", f"sys/leases/revoke/{id_}", {"lease_id": id_, "sync": True})
