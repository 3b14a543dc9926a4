"""External groups: their members are what the auth methods answer, and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from strongroom.sdk import Auth, AuthMethod, Request, Response, TokenSettings, path
from strongroom.services.identity import external
from tests.flow.identity.people import People
from tests.flow.node import TestNode


async def test_each_answer_replaces_those_of_the_same_mount() -> None:
    """An empty answer takes everything of its mount away, no answer nothing, and other mounts are left alone."""
    people = await People.start()
    second = await people.mount("second")
    await people.external("devs", "Devs", policies="groups")
    await people.external("ops", "ops", policies="outer")
    await people.external("guests", "devs", second, policies="other")
    auth = await people.login("ann", group_aliases=("DEVS", "ops", "unknown"))
    token = auth["client_token"]
    assert auth["identity_policies"] == ["groups", "outer"]
    wanted = {"name": "ann", "mount_accessor": second, "canonical_id": auth["entity_id"]}
    await people.node.ok("POST", "identity/entity-alias", wanted)
    await people.login("ann", "second", group_aliases=("devs",))
    assert await people.reads(token) == {"groups", "outer", "other"}
    await people.login("ann", group_aliases=("ops",))
    assert await people.reads(token) == {"outer", "other"}
    await people.login("ann")
    assert await people.reads(token) == {"outer", "other"}
    assert "identity_policies" in await people.login("ann", group_aliases=())
    assert await people.reads(token) == {"other"}


async def test_a_membership_ends_with_its_time() -> None:
    """Whoever isn't seen by the directory for `membership_ttl` is in the group no longer, however they log in."""
    people = await People.start()
    second = await people.mount("second")
    id_ = await people.external("devs", "devs", policies="groups", membership_ttl="1h")
    auth = await people.login("ann", group_aliases=("devs",))
    wanted = {"name": "ann", "mount_accessor": second, "canonical_id": auth["entity_id"]}
    await people.node.ok("POST", "identity/entity-alias", wanted)
    token = (await people.login("ann", "second"))["client_token"]
    group = (await people.node.ok("GET", f"identity/group/id/{id_}")).data
    assert (group["membership_ttl"], group["member_entity_ids"]) == (3600, [auth["entity_id"]])
    people.clock.advance(1800)
    await people.login("ann", group_aliases=("devs",))
    people.clock.advance(3599)
    assert await people.reads(token) == {"groups"}
    people.clock.advance(2)
    assert await people.reads(token) == set()
    assert (await people.node.ok("GET", f"identity/entity/id/{auth['entity_id']}")).data["group_ids"] == []
    assert (await people.node.ok("GET", f"identity/group/id/{id_}")).data["member_entity_ids"] is None
    await people.login("ann", group_aliases=("devs",))
    assert await people.reads(token) == {"groups"}


async def test_another_alias_empties_a_group() -> None:
    """A membership counts only for the alias that the answer named; the rows of earlier ones are cleared."""
    people = await People.start()
    id_ = await people.external("devs", "devs", policies="groups")
    for number in range(40):
        await people.login(f"user{number}", group_aliases=("devs",))
    token = (await people.login("ann", group_aliases=("devs",)))["client_token"]
    assert await people.reads(token) == {"groups"}
    wanted = {"name": "admins", "mount_accessor": people.accessor, "canonical_id": id_}
    await people.node.ok("POST", "identity/group-alias", wanted)
    assert await people.reads(token) == set()
    assert (await people.node.ok("GET", f"identity/group/id/{id_}")).data["member_entity_ids"] is None
    await people.settle()
    assert not people.rows("/member/", "/member-of/", "remains")
    assert (await people.node.ok("LIST", "identity/group/id")).data["key_info"][id_]["num_member_entities"] == 0


async def test_more_groups_than_a_commit_holds() -> None:
    """A person in a hundred groups joins and leaves all of them with one login."""
    people = await People.start()
    names = tuple(f"group{number}" for number in range(100))
    for name in names:
        await people.external(name, name, policies=name)
    auth = await people.login("ann", group_aliases=names)
    assert auth["identity_policies"] == sorted(names)
    assert len((await people.node.ok("GET", f"identity/entity/id/{auth['entity_id']}")).data["group_ids"]) == 100
    auth = await people.login("ann", group_aliases=names[:1])
    assert auth["identity_policies"] == ["group0"]
    assert len(people.rows("/member/", "/member-of/")) == 2


async def test_an_answer_without_end_is_refused() -> None:
    """A directory can't make the server look up names without end."""
    people = await People.start()
    names = tuple(f"group{number}" for number in range(external.NAMES + 1))
    assert (await people.try_login("ann", group_aliases=names)).status == 400


async def test_a_disabled_mount_takes_aliases_and_memberships_along() -> None:
    """In the background; the entities and groups stay."""
    people = await People.start()
    second = await people.mount("second")
    id_ = await people.external("devs", "devs", second, policies="groups")
    entities = [
        (await people.login(f"user{number}", "second", group_aliases=("devs",)))["entity_id"] for number in range(20)
    ]
    wanted = {"name": "ann", "mount_accessor": people.accessor, "canonical_id": entities[0]}
    await people.node.ok("POST", "identity/entity-alias", wanted)
    token = (await people.login("ann"))["client_token"]
    assert await people.reads(token) == {"groups"}
    await people.node.ok("DELETE", "sys/mounts/second")
    await people.settle()
    assert await people.reads(token) == set()
    assert not people.rows(second, "/member/", "/member-of/")
    entity = (await people.node.ok("GET", f"identity/entity/id/{entities[0]}")).data
    assert [alias["name"] for alias in entity["aliases"]] == ["ann"]
    assert (await people.node.ok("GET", f"identity/group/id/{id_}")).data["alias"] == {}
    assert len((await people.node.ok("LIST", "identity/entity/id")).data["keys"]) == 20


@pytest.mark.parametrize("gone", [False, True])
async def test_an_alias_can_be_deleted_whether_its_mount_is_there_or_not(gone: bool) -> None:
    """And twice, as everything that is deleted here."""
    people = await People.start()
    second = await people.mount("second")
    entity = await people.entity("ann")
    wanted = {"name": "ann", "mount_accessor": second, "canonical_id": entity}
    alias = (await people.node.ok("POST", "identity/entity-alias", wanted)).data["id"]
    if gone:
        await people.node.ok("DELETE", "sys/mounts/second")
        assert (await people.node.ask("POST", "identity/entity-alias", {**wanted, "name": "b"})).status == 400
    for _ in range(2):
        assert (await people.node.ask("DELETE", f"identity/entity-alias/id/{alias}")).status == 204
    assert (await people.node.ok("GET", f"identity/entity/id/{entity}")).data["aliases"] == []


class Directory(AuthMethod):
    """An auth method whose directory says at a renewal what a test tells it to."""

    type = "directory"

    def __init__(self) -> None:
        self.groups: tuple[str, ...] | None = None

    @path.write("login/{username}", unauthenticated=True)
    async def log_in(self, request: Request, username: str) -> Response:
        """Lets anybody in."""
        return Response(auth=Auth(alias=username, group_aliases=self.groups, token=TokenSettings(ttl_s=3600)))

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """What the directory says now."""
        return msgspec.structs.replace(auth, group_aliases=self.groups)


async def test_a_renewal_answers_as_a_login_does() -> None:
    """Who was taken out of the directory's group loses it then; a method that says nothing changes nothing."""
    directory = Directory()
    node = await TestNode.start(engines={("auth", "directory"): directory})
    await node.ok("POST", "sys/auth/directory", {"type": "directory"})
    people = People(node, (await node.ok("GET", "sys/auth/directory")).data["accessor"])
    await people.external("devs", "devs", policies="groups")
    directory.groups = ("devs",)
    auth = (await node.ok("POST", "auth/directory/login/ann", {}, "")).body["auth"]
    assert auth["identity_policies"] == ["groups"]
    directory.groups = None
    for answer, wanted in ((None, ["groups"]), ((), None), (("DEVS",), ["groups"])):
        directory.groups = answer
        renewed = await node.ok("POST", "auth/token/renew", {"token": auth["client_token"]})
        assert renewed.body["auth"].get("identity_policies") == wanted


async def test_a_renewal_from_above_answers_in_the_tokens_namespace() -> None:
    """Who renews a token of a namespace below keeps nobody in a group that the directory has taken them out of."""
    directory = Directory()
    node = await TestNode.start(engines={("auth", "directory"): directory})
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "team/sys/auth/directory", {"type": "directory"})
    accessor = (await node.ok("GET", "team/sys/auth/directory")).data["accessor"]
    group = await node.ok("POST", "team/identity/group", {"name": "devs", "type": "external", "policies": ["groups"]})
    alias = {"name": "devs", "mount_accessor": accessor, "canonical_id": group.data["id"]}
    await node.ok("POST", "team/identity/group-alias", alias)
    directory.groups = ("devs",)
    token = (await node.ok("POST", "team/auth/directory/login/ann", {}, "")).body["auth"]["client_token"]
    for answer, wanted in (((), None), (("devs",), ["groups"])):
        directory.groups = answer
        renewed = await node.ok("POST", "auth/token/renew", {"token": token})
        assert renewed.body["auth"].get("identity_policies") == wanted
        seen = await node.ok("GET", "team/auth/token/lookup-self", token=token)
        assert seen.data.get("identity_policies") == wanted
