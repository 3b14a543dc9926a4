"""Accounts: found, changed, given another key, deactivated, bound, managed."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from strongroom.engines.pki.acme import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.engines.pki.acme.clients import URL, Acme, Client, encoded, jws, new_key, registered


async def test_a_key_has_one_account() -> None:
    """Registering again gives the same account, also where only an existing one is asked for."""
    client = await registered()
    first, client.kid = client.kid, ""
    again = await client.post("new-account", {"onlyReturnExisting": True})
    assert (again.status, again.headers["Location"]) == (200, first)
    unknown = await Client(client.server).post("new-account", {"onlyReturnExisting": True})
    assert unknown.problem == "accountDoesNotExist"


@pytest.mark.parametrize(
    "contact, problem",
    [
        (["mailto:a@example.com"], ""),
        (["tel:+123"], "unsupportedContact"),
        (["mailto:a@example.com,b@example.com"], "unsupportedContact"),
        (["mailto:a@example.com?subject=x"], "unsupportedContact"),
        (["mailto:a\n@example.com"], "unsupportedContact"),
        ("mailto:a@example.com", "malformed"),
        (["mailto:a@example.com"] * 11, "malformed"),
    ],
)
async def test_contacts(contact: Any, problem: str) -> None:
    """A contact is one mail address."""
    client = Client(await Acme.new())
    assert (await client.post("new-account", {"contact": contact})).problem == problem


async def test_an_account_is_changed_and_deactivated() -> None:
    """Contacts change; a deactivated account is refused from then on."""
    client = await registered()
    changed = await client.at(client.kid, {"contact": ["mailto:b@example.com"]})
    assert changed.json["contact"] == ["mailto:b@example.com"]
    assert (await client.at(client.kid, {"status": "valid"})).problem == "malformed"
    assert (await client.at(client.kid, {"status": "deactivated"})).json["status"] == "deactivated"
    assert (await client.order("a.example")).problem == "unauthorized"
    client.kid = ""
    assert (await client.post("new-account", {})).problem == "unauthorized"


async def test_another_account_is_not_seen() -> None:
    """No account can be read or changed by another one."""
    one = await registered()
    other = Client(one.server)
    await other.register()
    assert (await other.at(one.kid, {"status": "deactivated"})).problem == "unauthorized"
    assert (await one.at(one.kid)).json["status"] == "valid"


async def test_the_key_changes() -> None:
    """After a change the new key counts, and the old one doesn't."""
    client = await registered()
    new = new_key()

    async def change(**said: Any) -> str:
        url = client.url("key-change")
        inner = {"account": client.kid, "oldKey": client.key.public_key().to_json(), **said}
        header = {"alg": "ES256", "jwk": new.public_key().to_json(), "url": url}
        import josepy

        return (await client.post("key-change", jws(new, header, inner, josepy.ES256))).problem

    assert await change(account=f"{URL}/acme/account/other") == "malformed"
    assert await change(oldKey=new_key().public_key().to_json()) == "malformed"
    assert await change() == ""
    old, client.key = client.key, new
    assert (await client.at(client.kid)).status == 200
    assert (await client.post("orders", None, key=old)).problem == "malformed"
    found = await Client(client.server, key=new).register(onlyReturnExisting=True)
    assert (found.status, found.headers["Location"]) == (200, client.kid)
    another = Client(client.server, key=old)
    assert (await another.register(onlyReturnExisting=True)).problem == "accountDoesNotExist"
    assert ((await another.register()).status, another.kid == client.kid) == (201, False)


async def test_a_taken_key_is_refused() -> None:
    """A key of another account can't become that of this one; the answer names that account."""
    import josepy

    client = await registered()
    other = Client(client.server)
    await other.register()
    header = {"alg": "ES256", "jwk": other.key.public_key().to_json(), "url": client.url("key-change")}
    inner = {"account": client.kid, "oldKey": client.key.public_key().to_json()}
    answer = await client.post("key-change", jws(other.key, header, inner, josepy.ES256))
    assert (answer.status, answer.headers["Location"]) == (409, other.kid)


def binding(client: Client, key: dict[str, Any], **header: Any) -> dict[str, str]:
    """An external account binding."""
    usual = {"alg": "HS256", "kid": key["id"], "url": client.url("new-account"), **header}
    protected = encoded(json.dumps(usual).encode())
    payload = encoded(json.dumps(client.key.public_key().to_json()).encode())
    secret = urlsafe_b64decode(key["key"] + "=" * (-len(key["key"]) % 4))
    digest = hmac.digest(secret, f"{protected}.{payload}".encode(), hashlib.sha256)
    return {"protected": protected, "payload": payload, "signature": encoded(digest)}


async def test_a_binding_makes_one_account() -> None:
    """Without a binding there is no account; a key makes one, and is gone then."""
    server = await Acme.new(eab_policy="new-account-required")
    directory = await server.get("acme/directory")
    assert directory.json["meta"]["externalAccountRequired"] is True
    key = await server.authority.write("acme/new-eab")
    assert (await Client(server).register()).problem == "externalAccountRequired"
    first, second = Client(server), Client(server)
    assert (await first.register(externalAccountBinding=binding(first, key))).status == 201
    assert (await second.register(externalAccountBinding=binding(second, key))).problem == "unauthorized"


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"alg": "none"}, "badSignatureAlgorithm"),
        ({"alg": "ES256"}, "badSignatureAlgorithm"),
        ({"url": f"{URL}/acme/new-order"}, "malformed"),
        ({"nonce": "x"}, "malformed"),
        ({"kid": "unknown"}, "unauthorized"),
    ],
)
async def test_bindings_that_are_refused(change: dict[str, Any], problem: str) -> None:
    """A binding has its own algorithms, the URL of the request, a known key id and no nonce."""
    server = await Acme.new()
    key = await server.authority.write("acme/new-eab")
    client = Client(server)
    assert (await client.register(externalAccountBinding=binding(client, key, **change))).problem == problem


async def test_a_binding_of_another_key_or_secret() -> None:
    """A binding for another account's key, or by another secret, makes no account."""
    server = await Acme.new()
    key = await server.authority.write("acme/new-eab")
    client, other = Client(server), Client(server)
    assert (await client.register(externalAccountBinding=binding(other, key))).problem == "malformed"
    wrong = {**key, "key": encoded(b"y" * 41)}
    assert (await client.register(externalAccountBinding=binding(client, wrong))).problem == "unauthorized"


async def test_a_binding_belongs_to_its_directory() -> None:
    """A key for one directory makes no account in another one."""
    server = await Acme.new()
    await server.authority.write("roles/web", allow_any_name=True)
    key = await server.authority.write("roles/web/acme/new-eab")
    assert key["acme_directory"] == "roles/web/acme/directory"
    client = Client(server)
    assert (await client.register(externalAccountBinding=binding(client, key))).problem == "unauthorized"


async def test_a_binding_may_limit_what_is_ordered() -> None:
    """The account of a key with allowed identifiers orders those, and no others."""
    server = await Acme.new()
    key = await server.authority.write("acme/new-eab", allowed_identifiers="*.team.example,10.1.1.1")
    client = Client(server)
    await client.register(externalAccountBinding=binding(client, key))
    assert (await client.order("www.team.example")).status == 201
    assert (await client.order("www.team.example", "www.other.example")).problem == "rejectedIdentifier"


async def test_keys_for_bindings_are_listed_and_deleted() -> None:
    """Keys that bind no account yet are listed without their secret, and can be deleted."""
    server = await Acme.new()
    with pytest.raises(NotFound):
        await server.mount.ask(Operation.LIST, "eab")
    key = await server.authority.write("acme/new-eab")
    listed = await server.mount.data(Operation.LIST, "eab")
    assert listed["keys"] == [key["id"]]
    assert listed["key_info"][key["id"]].keys() == {"key_type", "acme_directory", "created_on"}
    await server.mount.ask(Operation.DELETE, f"eab/{key['id']}")
    client = Client(server)
    assert (await client.register(externalAccountBinding=binding(client, key))).problem == "unauthorized"


async def test_accounts_without_a_binding_stop_where_all_need_one() -> None:
    """With `always-required`, accounts that were made without a binding are refused."""
    client = await registered()
    await client.server.authority.write("config/acme", eab_policy="always-required")
    assert (await client.order("a.example")).problem == "externalAccountRequired"


async def test_operators_list_read_and_disable_accounts() -> None:
    """A disabled account is refused until it is enabled again; one that its client has ended stays so."""
    client = await registered()
    keyid = client.kid.rpartition("/")[2]
    mount, path = client.server.mount, f"acme/mgmt/account/keyid/{keyid}"
    await client.order("a.example")
    assert await mount.data(Operation.LIST, "acme/mgmt/account/keyid") == {"keys": [keyid]}
    shown = await mount.data(Operation.READ, path)
    assert (shown["status"], shown["directory"]) == ("valid", "acme/directory")
    assert [order["identifiers"] for order in shown["orders"]] == [["a.example"]]
    assert (await client.server.authority.write(path, status="revoked"))["status"] == "revoked"
    assert (await client.order("b.example")).problem == "unauthorized"
    await client.server.authority.write(path, status="valid")
    assert (await client.order("b.example")).status == 201
    await client.at(client.kid, {"status": "deactivated"})
    with pytest.raises(InvalidRequest):
        await client.server.authority.write(path, status="valid")


async def test_an_account_belongs_to_its_directory() -> None:
    """An account of one directory isn't known in another one, where its key may have another account."""
    client = await registered()
    await client.server.authority.write("roles/web", allow_any_name=True)
    there = Client(client.server, "roles/web/acme", client.key)
    there.kid = client.kid
    assert (await there.post("orders")).problem == "accountDoesNotExist"
    there.kid = ""
    assert (await there.register()).status == 201


async def test_accounts_of_one_address_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger makes so many accounts from one address, and no more in three hours."""
    monkeypatch.setattr(limits, "ACCOUNTS_OF_ADDRESS", 2)
    server = await Acme.new()
    answers = [await Client(server).register() for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]
    assert answers[2].problem == "rateLimited"
    assert int(answers[2].headers["Retry-After"]) > 0
    server.mount.clock.advance(3 * 3600)
    assert (await Client(server).register()).status == 201


@pytest.mark.parametrize(
    "address, holder",
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_whom_an_address_stands_for(address: str, holder: str) -> None:
    """A host with IPv6 has a network of addresses, which are one for the limits."""
    assert limits.holder_of(address) == holder


async def test_strangers_keep_nobody_out_who_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mount that is full of strangers' accounts still takes one with a binding."""
    server = await Acme.new()
    key = await server.authority.write("acme/new-eab")
    monkeypatch.setattr(limits, "ACCOUNTS", 1)
    assert [(await Client(server).register()).status for _ in range(2)] == [201, 429]
    client = Client(server)
    assert (await client.register(externalAccountBinding=binding(client, key))).status == 201
