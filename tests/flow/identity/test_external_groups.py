"""External groups: their members are what the auth methods answer, and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from strongroom.audit.entry import timestamp
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


async def test_a_second_alias_of_a_group_is_no_silent_loss() -> None:
    """The answer warns when the alias takes the place of another one; a change of the same alias needs no warning."""
    people = await People.start()
    second = await people.mount("second")
    id_ = await people.external("devs", "devs")
    wanted = {"name": "devs", "mount_accessor": second, "canonical_id": id_}
    answer = await people.node.ok("POST", "identity/group-alias", wanted)
    assert [warning for warning in answer.body["warnings"] if "a group has one alias" in warning]
    renamed = {**wanted, "name": "staff"}
    answer = await people.node.ok("POST", f"identity/group-alias/id/{answer.data['id']}", renamed)
    assert answer.body["warnings"] is None


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


async def test_a_disabled_mount_empties_its_groups_at_once() -> None:
    """Before anything is cleared: in requests, in reads of both sides, for groups above, and on another node."""
    people = await People.start()
    peer = await people.node.peer()
    second = await people.mount("second")
    id_ = await people.external("devs", "devs", second, policies="groups")
    await people.group("above", policies="outer", member_group_ids=[id_])
    stays = await people.external("ops", "ops", policies="other")
    entity = (await people.login("ann", "second", group_aliases=("devs",)))["entity_id"]
    wanted = {"name": "ann", "mount_accessor": people.accessor, "canonical_id": entity}
    await people.node.ok("POST", "identity/entity-alias", wanted)
    token = (await people.login("ann", group_aliases=("ops",)))["client_token"]
    for node in (people.node, peer):
        assert await people.reads(token, node) == {"groups", "outer", "other"}
    await people.node.ok("DELETE", "sys/mounts/second")
    for node in (people.node, peer):
        assert await people.reads(token, node) == {"other"}
    assert people.rows(second, f"/member/{id_}")
    read = (await people.node.ok("GET", f"identity/entity/id/{entity}")).data
    assert (read["group_ids"], [each["group_id"] for each in read["external_memberships"]]) == ([stays], [stays])
    assert (await people.node.ok("GET", f"identity/group/id/{id_}")).data["member_entity_ids"] is None
    assert (await people.node.ask("LIST", f"identity/group/id/{id_}/members")).status == 404


async def test_reads_tell_who_said_so_and_when() -> None:
    """Both the entity's and the group's, for each source; an internal group has neither."""
    people = await People.start()
    second = await people.mount("second")
    devs = await people.external("devs", "Devs", policies="groups", membership_ttl="1h")
    ops = await people.external("ops", "ops", second)
    entity = (await people.login("ann", group_aliases=("devs",)))["entity_id"]
    wanted = {"name": "ann", "mount_accessor": second, "canonical_id": entity}
    await people.node.ok("POST", "identity/entity-alias", wanted)
    first = people.clock.now()
    people.clock.advance(600)
    await people.login("ann", "second", group_aliases=("ops",))
    await people.group("internal", member_entity_ids=[entity])
    read = (await people.node.ok("GET", f"identity/entity/id/{entity}")).data["external_memberships"]
    shown = {each["group_id"]: each for each in read}
    assert shown == {
        devs: {
            "group_id": devs,
            "group_alias": "devs",
            "mount_accessor": people.accessor,
            "mount_path": "probe/",
            "mount_type": "probe",
            "refreshed_at": timestamp(first),
            "expire_time": timestamp(first + 3600),
        },
        ops: {
            "group_id": ops,
            "group_alias": "ops",
            "mount_accessor": second,
            "mount_path": "second/",
            "mount_type": "probe",
            "refreshed_at": timestamp(people.clock.now()),
        },
    }
    listed = (await people.node.ok("LIST", f"identity/group/id/{devs}/members")).data
    del shown[devs]["group_id"]
    assert listed == {"keys": [entity], "key_info": {entity: shown[devs]}}
    nobody = await people.entity("nobody")
    assert "external_memberships" not in (await people.node.ok("GET", f"identity/entity/id/{nobody}")).data


async def test_a_folded_name_is_told() -> None:
    """An alias of a group that also stands for other spellings, and none that doesn't."""
    people = await People.start()
    for name, warned in (("Devs", True), ("devs-2", False), ("ÄÖ", False)):
        id_ = await people.group(f"group of {name}", type="external")
        wanted = {"name": name, "mount_accessor": people.accessor, "canonical_id": id_}
        warnings = (await people.node.ok("POST", "identity/group-alias", wanted)).body["warnings"]
        assert warnings == (
            ['the alias is compared as "devs": upper and lower case of the letters A to Z are the same']
            if warned
            else None
        )


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


async def test_a_renewal_counts_for_the_entity_that_the_tokens_was_merged_into() -> None:
    """The directory takes somebody out of a group: the renewal of an old token of theirs ends the membership."""
    directory = Directory()
    node = await TestNode.start(engines={("auth", "directory"): directory})
    await node.ok("POST", "sys/auth/directory", {"type": "directory"})
    people = People(node, (await node.ok("GET", "sys/auth/directory")).data["accessor"])
    await people.external("devs", "devs", policies="groups")
    directory.groups = ("devs",)
    auth = (await node.ok("POST", "auth/directory/login/ann", {}, "")).body["auth"]
    other = await people.entity("other")
    wanted = {"from_entity_ids": [auth["entity_id"]], "to_entity_id": other}
    await node.ok("POST", "identity/entity/merge", wanted)
    assert (await node.ok("GET", f"identity/entity/id/{other}")).data["group_ids"]
    directory.groups = ()
    await node.ok("POST", "auth/token/renew", {"token": auth["client_token"]})
    assert (await node.ok("GET", f"identity/entity/id/{other}")).data["group_ids"] == []
    assert not people.rows("/member/", "/member-of/")


async def test_a_renewal_from_above_counts_in_the_tokens_namespace() -> None:
    """An administrator of root renews a token of a namespace below; the groups there are what the method answers."""
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
