"""A login that needs a second factor has no token before it is proved, and one afterwards."""

from __future__ import annotations

from strongroom.barrier import keys
from tests.flow.mfa.world import LOGIN, VALIDATE, World


def tokens(world: World) -> set[str]:
    """The rows of all tokens."""
    return {key for key in world.node.rows() if key.startswith(keys.tokens(keys.ROOT_NAMESPACE))}


def waiting(world: World) -> set[str]:
    """The rows of logins that wait, and of their due index."""
    return {key for key in world.node.rows() if "/mfa/pending/" in key or "/queue/mfa/" in key}


async def test_the_first_phase_gives_no_token() -> None:
    """It tells which methods are wanted, and nothing else of the login."""
    world = await World.start()
    before = tokens(world)
    answer = await world.login("eva")
    auth = answer.body["auth"]
    requirement = auth.pop("mfa_requirement")
    assert auth == {
        "client_token": "",
        "accessor": "",
        "policies": None,
        "metadata": None,
        "lease_duration": 0,
        "renewable": False,
        "entity_id": "",
        "token_type": "default",
        "orphan": False,
        "num_uses": 0,
    }
    constraint = {"type": "totp", "id": world.method, "uses_passcode": True, "name": "main"}
    assert requirement["mfa_constraints"] == {"e1": {"any": [constraint]}}
    assert answer.body["warnings"][0].startswith("A login request was issued that is subject to MFA validation.")
    assert tokens(world) == before
    assert requirement["mfa_request_id"] not in "".join(world.node.rows())


async def test_the_second_phase_gives_the_login_s_token() -> None:
    """With the policies, the metadata and the path of the login; the row of the login is gone."""
    world = await World.start()
    await world.enrolled("eva")
    answer = await world.validate(await world.request_id("eva"), world.code("eva"))
    auth = answer.body["auth"]
    assert (auth["policies"], auth["metadata"], auth["mfa_requirement"]) == (["default"], {"username": "eva"}, None)
    assert answer.body["warnings"] is None
    found = (await world.node.ok("GET", "auth/token/lookup-self", token=auth["client_token"])).data
    assert (found["path"], found["entity_id"]) == (LOGIN + "eva", auth["entity_id"])
    assert not waiting(world)


async def test_an_id_counts_once() -> None:
    """Of a login that is completed, also with another valid code, and by two requests at once."""
    world = await World.start()
    await world.enrolled("eva")
    id_ = await world.request_id("eva")
    first = await world.validate(id_, world.code("eva"))
    world.node.clock.advance(30)
    again = await world.validate(id_, world.code("eva"))
    assert (first.status, again.status, again.errors) == (200, 400, ["invalid request ID"])
    id_ = await world.request_id("eva")
    world.node.clock.advance(30)
    both = await world.together(world.validate(id_, world.code("eva")), world.validate(id_, world.code("eva", 1)))
    assert sorted(answer.status for answer in both) == [200, 400]


async def test_an_id_counts_on_another_node() -> None:
    """The login began on one node and is completed on the other."""
    world = await World.start()
    peer = await world.node.peer()
    await world.enrolled("eva")
    answer = await world.validate(await world.request_id("eva"), world.code("eva"), node=peer)
    await world.node.ok("GET", "auth/token/lookup-self", token=answer.body["auth"]["client_token"])


async def test_an_id_counts_for_five_minutes() -> None:
    """A second before they are over, and no longer afterwards."""
    world = await World.start()
    await world.enrolled("eva")
    id_ = await world.request_id("eva")
    late = await world.request_id("eva")
    world.node.clock.advance(299)
    assert (await world.validate(id_, world.code("eva"))).status == 200
    world.node.clock.advance(1)
    answer = await world.validate(late, world.code("eva", 1))
    assert (answer.status, answer.errors) == (400, ["invalid request ID"])


async def test_a_wrong_code_leaves_the_login_waiting() -> None:
    """The client may try again."""
    world = await World.start()
    await world.enrolled("eva")
    id_ = await world.request_id("eva")
    refused = await world.validate(id_, world.wrong("eva"))
    assert refused.status == 403
    assert refused.error == (
        "failed to satisfy enforcement e1. error: 2 errors occurred:\n\t* MFA credentials not supplied or incorrect\n"
        f"\t* login MFA validation failed for methodID: [{world.method}]\n\n"
    )
    assert (await world.validate(id_, "passcode=" + world.code("eva"))).status == 200


async def test_a_method_that_no_enforcement_names_proves_nothing() -> None:
    """Even with a valid code of it."""
    world = await World.start()
    other = (await world.node.ok("POST", "identity/mfa/method/totp", {"issuer": "other"})).data["method_id"]
    main, world.method = world.method, other
    await world.enrolled("eva")
    answer = await world.validate(await world.request_id("eva"), world.code("eva"), method=other)
    assert answer.status == 403
    assert main in answer.error


async def test_what_changed_meanwhile_counts() -> None:
    """A disabled entity, a disabled auth method, and one more enforcement leave the login without a token."""
    world = await World.start()
    await world.enrolled("eva")
    await world.enrolled("bob")
    id_ = await world.request_id("eva")
    other = (await world.node.ok("POST", "identity/mfa/method/totp", {"issuer": "other"})).data["method_id"]
    await world.enforce("e2", other, auth_method_types=["userpass"])
    refused = await world.validate(id_, world.code("eva"))
    assert (refused.status, refused.errors) == (
        403,
        ["what the login has to prove changed meanwhile: log in again"],
    )
    await world.node.ok("DELETE", "identity/mfa/login-enforcement/e2")
    id_ = await world.request_id("bob")
    await world.node.ok("DELETE", "sys/auth/userpass")
    refused = await world.validate(id_, world.code("bob"))
    assert (refused.status, refused.errors) == (400, ["invalid request ID"])


async def test_a_user_who_has_changed_meanwhile_gets_no_token() -> None:
    """Who was deleted, or has other policies, doesn't get the rights of the first phase by the second one."""
    world = await World.start()
    for user in ("eva", "bob"):
        await world.enrolled(user)
    eva, bob = await world.request_id("eva"), await world.request_id("bob")
    await world.node.ok("DELETE", "auth/userpass/users/eva")
    await world.node.ok("POST", "auth/userpass/users/bob", {"token_policies": ["less"]})
    for id_, user in ((eva, "eva"), (bob, "bob")):
        refused = await world.validate(id_, world.code(user))
        assert (refused.status, refused.error) == (403, "the user or role changed meanwhile: log in again")


async def test_the_factor_of_another_entity_proves_nothing() -> None:
    """An alias that got another entity meanwhile needs that one's second factor."""
    world = await World.start()
    await world.enrolled("eva")
    id_, about = await world.request_id("eva"), {"alias_name": "eva", "alias_mount_accessor": world.accessor}
    alias = (await world.node.ok("POST", "identity/lookup/entity", about)).data["aliases"][0]["id"]
    boss = (await world.node.ok("POST", "identity/entity", {"name": "boss", "policies": ["boss"]})).data["id"]
    await world.node.ok("POST", f"identity/entity-alias/id/{alias}", {"name": "eva", "canonical_id": boss})
    refused = await world.validate(id_, world.code("eva"))
    assert (refused.status, refused.error) == (403, "what the login has to prove changed meanwhile: log in again")


async def test_the_address_of_the_second_phase_is_checked_too() -> None:
    """A token that is bound to addresses isn't handed out elsewhere."""
    world = await World.start()
    await world.enrolled("eva")
    bound = {"token_bound_cidrs": ["192.0.2.7"]}
    await world.node.ok("POST", "auth/userpass/users/eva", bound)
    id_ = await world.request_id("eva")
    body = {"mfa_request_id": id_, "mfa_payload": {world.method: [world.code("eva")]}}
    refused = await world.node.ask("POST", VALIDATE, body, token="", address="198.51.100.1")
    assert (refused.status, refused.errors) == (403, ["permission denied"])


async def test_a_batch_token_is_kept_back_too() -> None:
    """There is none before the second factor, and a working one afterwards."""
    world = await World.start()
    await world.enrolled("eva")
    await world.node.ok("POST", "auth/userpass/users/eva", {"token_type": "batch"})
    id_ = await world.request_id("eva")
    auth = (await world.validate(id_, world.code("eva"))).body["auth"]
    assert auth["token_type"] == "batch"
    await world.node.ok("GET", "auth/token/lookup-self", token=auth["client_token"])


async def test_the_second_phase_may_be_wrapped() -> None:
    """The first has no token to wrap; the answer of the second is wrapped if the client asks for it."""
    world = await World.start()
    await world.enrolled("eva")
    first = await world.login("eva", **{"x-vault-wrap-ttl": "60"})
    assert first.body["wrap_info"] is None
    id_ = first.body["auth"]["mfa_requirement"]["mfa_request_id"]
    body = {"mfa_request_id": id_, "mfa_payload": {world.method: [world.code("eva")]}}
    wrapped = await world.node.ok("POST", VALIDATE, body, token="", headers={"x-vault-wrap-ttl": "60"})
    assert wrapped.body["auth"] is None
    opened = await world.node.ok("POST", "sys/wrapping/unwrap", token=wrapped.body["wrap_info"]["token"])
    await world.node.ok("GET", "auth/token/lookup-self", token=opened.body["auth"]["client_token"])


async def test_renewing_needs_no_second_factor() -> None:
    """Only logins do: tokens that exist are renewed, and tokens make tokens."""
    world = await World.start(enforced=False)
    token = (await world.login("eva")).body["auth"]["client_token"]
    await world.enforce("e1", auth_method_types=["userpass", "token"])
    assert (await world.node.ok("POST", "auth/token/renew-self", {}, token=token)).body["auth"]["client_token"]
    assert (await world.node.ok("POST", "auth/token/create", {})).body["auth"]["client_token"]
