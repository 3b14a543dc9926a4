"""Secret ids: what they may be like, what is kept of them, and how they are found."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.approle import paths_secret_id_list
from strongroom.barrier.record import HEADER_BYTES
from tests.flow.auth.approle.world import MOUNT, World


async def test_nothing_of_a_secret_id_is_stored_in_clear() -> None:
    """Neither a random one nor a custom one is in any key, or in any row that was decrypted."""
    world = await World.start()
    random = (await world.secret_id(ttl="1h"))["secret_id"]
    await world.custom("canary-custom", metadata={"host": "a"})
    await world.token("canary-custom")
    barrier = world.server.services.barrier
    names = (await barrier.storage.scan("")).names
    snapshot = await barrier.storage.get_many(names)
    for key, entry in snapshot.entries.items():
        plain = [key.encode(), entry.value]
        if key.startswith("shared/") and len(entry.value) > HEADER_BYTES:
            plain.append(barrier.rings.at(key).cipher.open(key, entry.value))
        assert not [text for text in (random, "canary-custom") if any(text.encode() in part for part in plain)], key


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"num_uses": -1}, "num_uses cannot be negative"),
        ({"num_uses": 3}, "num_uses cannot be higher than the role's secret_id_num_uses"),
        ({"num_uses": 0}, "num_uses cannot be higher than the role's secret_id_num_uses"),
        ({"ttl": "61m"}, "ttl cannot be longer than the role's secret_id_ttl"),
        ({"ttl": 0}, "ttl cannot be longer than the role's secret_id_ttl"),
        ({"cidr_list": "10.0.0.0/8"}, "cidr_list of the secret ID (10.0.0.0/8) is not within secret_id_bound_cidrs"),
        ({"cidr_list": "192.0.0.0/8"}, "is not within secret_id_bound_cidrs of the role (192.0.2.0/24)"),
        ({"cidr_list": "2001:db8::/32"}, "is not within secret_id_bound_cidrs"),
        ({"token_bound_cidrs": "10.0.0.0/8"}, "is not within token_bound_cidrs of the role (192.0.2.0/24)"),
        ({"cidr_list": "x"}, "invalid CIDR address: x"),
        ({"metadata": "x"}, "failed to parse metadata"),
        ({"metadata": "[1]"}, "failed to parse metadata"),
        ({"metadata": '{"a": 1}'}, "failed to parse metadata"),
        ({"metadata": {"a": {"b": "c"}}}, "failed to parse metadata"),
        ({"metadata": "[" * 100_000}, "failed to parse metadata"),
        ({"metadata": {f"k{n}": "v" for n in range(63)}}, "metadata has more than 64 keys"),
        ({"metadata": {"k": "v" * 16 * 1024}}, "metadata has more than 16384 bytes in all"),
    ],
)
async def test_a_secret_id_may_only_narrow_its_role(fields: dict[str, Any], error: str) -> None:
    """More uses, more time and other addresses are refused, and so is metadata that no token could carry."""
    limits = {"secret_id_num_uses": 2, "secret_id_ttl": "1h"}
    world = await World.start(**limits, secret_id_bound_cidrs="192.0.2.0/24", token_bound_cidrs="192.0.2.0/24")
    reply = await world.ask("POST", "role/app/secret-id", fields)
    assert reply.status == 400
    assert error in reply.error
    assert (await world.custom("mine", **fields)).status == 400
    assert await world.folders() == {"role": 1, "role-name": 1}


@pytest.mark.parametrize("metadata", [{"a": "b", "c": "d=e"}, '{"a": "b", "c": "d=e"}', "a=b, c=d=e"])
async def test_metadata_has_three_forms(metadata: Any) -> None:
    """An object, its JSON text, and pairs."""
    world = await World.start()
    made = await world.secret_id(metadata=metadata)
    known = await world.look_up(made["secret_id"])
    assert known is not None
    assert known["metadata"] == {"a": "b", "c": "d=e"}


async def test_as_much_metadata_as_there_may_be_can_log_in() -> None:
    """What is accepted for a secret id fits into its tokens."""
    world = await World.start()
    for metadata in ({f"k{n}": "v" for n in range(62)}, {"k": "v" * (16 * 1024 - 73)}):
        await world.token((await world.secret_id(metadata=metadata))["secret_id"])


async def test_the_most_metadata_is_refused_by_a_byte() -> None:
    """The names that the method fills count too."""
    world = await World.start()
    assert (await world.ask("POST", "role/app/secret-id", {"metadata": {"k": "v" * (16 * 1024 - 66)}})).status == 400


async def test_lookups() -> None:
    """By secret id and by accessor the same; not those of another role, and not expired ones."""
    world = await World.start()
    await world.role("other")
    made = await world.secret_id(ttl="1h", cidr_list="192.0.2.1", metadata={"a": "b"})
    known = await world.look_up(made["secret_id"])
    body = {"secret_id_accessor": made["secret_id_accessor"]}
    assert known is not None
    assert (await world.ask("POST", "role/app/secret-id-accessor/lookup", body)).data == known
    assert known["cidr_list"] == ["192.0.2.1/32"]
    assert known["expiration_time"] > known["creation_time"]
    assert await world.look_up(made["secret_id"], "other") is None
    for accessor in (made["secret_id_accessor"], "none", "../app", "a/b"):
        reply = await world.ask("POST", "role/other/secret-id-accessor/lookup", {"secret_id_accessor": accessor})
        assert reply.status == 404
        reply = await world.ask("POST", "role/other/secret-id-accessor/destroy", {"secret_id_accessor": accessor})
        assert reply.status == 400
    world.clock.advance(3600)
    assert await world.look_up(made["secret_id"]) is None
    assert (await world.ask("POST", "role/app/secret-id-accessor/lookup", body)).status == 404


async def test_what_is_missing_is_said() -> None:
    """The field, or the role."""
    world = await World.start(token_bound_cidrs="192.0.2.7")
    for path, field in (("secret-id", "secret_id"), ("secret-id-accessor", "secret_id_accessor")):
        for what in ("lookup", "destroy"):
            reply = await world.ask("POST", f"role/app/{path}/{what}", {})
            assert (reply.status, reply.error) == (400, f"missing {field}")
            reply = await world.ask("POST", f"role/none/{path}/{what}", {field: "x"})
            assert (reply.status, reply.error) == (400, 'role "none" does not exist')
    assert (await world.custom(" ")).error == "missing secret_id"
    assert (await world.custom("x" * 4097)).error == "secret_id is longer than 4096 bytes"
    assert (await world.custom("x", "none")).status == 404
    await world.role(bind_secret_id=False)
    assert (await world.ask("POST", "role/app/secret-id", {})).error == "bind_secret_id is not set on the role"


async def test_accessors_are_listed_in_pages() -> None:
    """In order; a role without any has nothing to list."""
    world = await World.start()
    assert (await world.ask("LIST", "role/app/secret-id")).status == 404
    assert (await world.ask("LIST", "role/none/secret-id")).error == 'role "none" does not exist'
    made = sorted([(await world.secret_id())["secret_id_accessor"] for _ in range(4)])
    assert await world.accessors() == made
    assert await world.accessors("?limit=2") == made[:2]
    assert await world.accessors(f"?after={made[1]}&limit=1") == made[2:3]


async def test_accessors_are_found_by_metadata_and_by_disuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both together have to fit; a listing that is cut says where to go on."""
    world = await World.start()
    used, unused, other = [await world.secret_id(metadata={"host": host, "site": "x"}) for host in ("a", "b", "b")]
    world.clock.advance(86400)
    await world.token(used["secret_id"])
    await world.token(other["secret_id"])
    new = await world.secret_id()
    accessors = [each["secret_id_accessor"] for each in (used, unused, other, new)]
    assert await world.accessors("?metadata.host=a") == accessors[:1]
    assert await world.accessors("?metadata.host=b") == sorted(accessors[1:3])
    assert await world.accessors("?metadata.host=b&metadata.site=y") == []
    assert await world.accessors("?unused_for=12h") == accessors[1:2]
    assert await world.accessors("?unused_for=12h&metadata.host=a") == []
    assert await world.accessors("?metadata.site=x&limit=2") == sorted(accessors[:3])[:2]
    monkeypatch.setattr(paths_secret_id_list, "EXAMINED", 2)
    reply = await world.server.ok("LIST", f"{MOUNT}role/app/secret-id?metadata.host=none")
    assert reply.data == {"keys": []}
    assert sorted(accessors)[1] in reply.body["warnings"][0]
    rest = await world.accessors(f"?metadata.site=x&after={sorted(accessors)[1]}")
    assert rest == [each for each in sorted(accessors[:3]) if each > sorted(accessors)[1]]


async def test_a_filter_that_was_misspelt_is_told() -> None:
    """The listing would otherwise look as if all secret ids fitted."""
    world = await World.start()
    await world.secret_id()
    reply = await world.server.ok("LIST", f"{MOUNT}role/app/secret-id?metadata_host=a&limit=5")
    assert reply.body["warnings"] == ["Endpoint ignored these unrecognized parameters: [metadata_host]"]
    reply = await world.server.ok("GET", f"{MOUNT}role/app/secret-id?list=true")
    assert reply.body["warnings"] is None


async def test_a_secret_id_can_be_wrapped() -> None:
    """It is then in no answer but that of the unwrapping; the accessor is in both, so that it can be destroyed."""
    world = await World.start()
    reply = await world.ask("POST", "role/app/secret-id", {}, headers={"x-vault-wrap-ttl": "60"})
    assert "secret_id" not in str(reply.body["data"])
    inner = await world.server.ok("POST", "sys/wrapping/unwrap", {"token": reply.body["wrap_info"]["token"]})
    await world.token(inner.data["secret_id"])
    assert reply.body["wrap_info"]["wrapped_accessor"] == inner.data["secret_id_accessor"]


async def test_unknown_fields_are_told() -> None:
    """A limit that was misspelt isn't set."""
    world = await World.start()
    reply = await world.server.ok("POST", f"{MOUNT}role/app/secret-id", {"num_use": 1})
    assert 'Did you mean "num_uses" instead of "num_use"?' in reply.body["warnings"]
    reply = await world.role(token_policy="x")
    assert 'Did you mean "token_policies" instead of "token_policy"?' in reply.body["warnings"]
