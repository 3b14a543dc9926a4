"""Directories, their settings, and what a role or issuer changes."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.engines.pki.acme.clients import URL, Acme, encoded, request_for
from tests.flow.engines.pki.acme.proved import world
from tests.flow.engines.pki.mounts import Authority

PLACES = ["acme", "roles/web/acme", "issuer/default/acme", "issuer/default/roles/web/acme"]


@pytest.mark.parametrize("folder", PLACES)
async def test_each_directory_names_what_it_serves(folder: str) -> None:
    """Every place of a directory is a path that answers, below the directory itself."""
    server = await Acme.new()
    await server.authority.write("roles/web", allow_any_name=True, key_type="any")
    document = (await server.get(f"{folder}/directory")).json
    assert document.pop("meta") == {"externalAccountRequired": False}
    assert {name: url.removeprefix(f"{URL}/{folder}/") for name, url in document.items()} == {
        "newNonce": "new-nonce",
        "newAccount": "new-account",
        "newOrder": "new-order",
        "revokeCert": "revoke-cert",
        "keyChange": "key-change",
        "renewalInfo": "renewal-info",
    }
    for name in ("newAccount", "newOrder", "revokeCert", "keyChange"):
        answer = await server.send(document[name].removeprefix(f"{URL}/"), {})
        assert answer.problem == "malformed"


@pytest.mark.parametrize("folder", PLACES)
async def test_each_directory_issues(folder: str) -> None:
    """A client gets a certificate from every directory."""
    async with world() as it:
        await it.server.authority.write("roles/web", allow_any_name=True, key_type="any")
        client = await it.client(folder)
        done = await it.issued(client, "www.example.com")
        assert done.json["certificate"].startswith(f"{URL}/{folder}/order/")


async def test_nothing_is_served_while_it_is_disabled() -> None:
    """Without ACME there is neither a directory nor a nonce."""
    server = await Acme.new()
    await server.authority.write("config/acme", enabled=False)
    for path in ("acme/directory", "acme/new-nonce"):
        with pytest.raises(NotFound):
            await server.get(path)
    with pytest.raises(NotFound):
        await server.send("acme/new-account", {})


async def test_it_needs_the_address_of_the_mount() -> None:
    """ACME can't be enabled before clients can be told where the mount is."""
    authority = await Authority.new()
    with pytest.raises(InvalidRequest, match="path"):
        await authority.write("config/acme", enabled=True)


WRONG: dict[str, dict[str, Any]] = {
    "an unknown policy for bindings": {"eab_policy": "sometimes"},
    "an unknown policy for directories": {"default_directory_policy": "allow"},
    "a role that there isn't": {"default_directory_policy": "role:nobody"},
    "no roles": {"allowed_roles": ""},
    "no issuers": {"allowed_issuers": ""},
    "unknown roles": {"allowed_roles": "nobody"},
    "unknown issuers": {"allowed_issuers": "nobody"},
    "a resolver without a port": {"dns_resolver": "192.0.2.1"},
    "a resolver that is a name": {"dns_resolver": "ns.example:53"},
    "no range": {"challenge_permitted_ip_ranges": "10.0.0.0/99"},
}


@pytest.mark.parametrize("settings", WRONG.values(), ids=WRONG.keys())
async def test_settings_that_are_refused(settings: dict[str, Any]) -> None:
    """Settings that mean nothing are refused, and change nothing."""
    server = await Acme.new()
    before = await server.authority.read("config/acme")
    with pytest.raises(InvalidRequest):
        await server.authority.write("config/acme", **settings)
    assert await server.authority.read("config/acme") == before


async def test_roles_that_are_not_allowed_have_no_directory() -> None:
    """Only allowed roles have directories; the default one may be forbidden, or be that of a role."""
    server = await Acme.new()
    for name in ("web", "mail"):
        await server.authority.write(f"roles/{name}", allow_any_name=True)
    await server.authority.write("config/acme", allowed_roles="web", default_directory_policy="forbid")
    assert (await server.get("roles/web/acme/directory")).status == 200
    assert (await server.get("roles/mail/acme/directory")).problem == "unauthorized"
    assert (await server.get("roles/nobody/acme/directory")).problem == "unauthorized"
    assert (await server.get("acme/directory")).problem == "unauthorized"
    assert (await server.get("acme/new-nonce", Operation.HEADER)).problem == "unauthorized"
    await server.authority.write("config/acme", default_directory_policy="role:web")
    assert (await server.get("acme/directory")).status == 200


async def test_a_role_decides_what_may_be_ordered() -> None:
    """A name that the role doesn't allow is refused when it is ordered."""
    async with world() as it:
        from strongroom.barrier.transaction import Transaction, transact
        from strongroom.engines.pki.roles.records import RoleRecord
        from strongroom.sdk import View

        mount = it.server.mount

        async def make(txn: Transaction) -> None:
            role = RoleRecord(allowed_domains=("example.com",), allow_subdomains=True, key_type="ec", key_bits=256)
            View(txn, mount.prefix).write("role/web", role)

        await transact(mount.barrier, make)
        client = await it.client("roles/web/acme")
        assert (await client.order("www.example.com", "www.example.org")).problem == "rejectedIdentifier"
        done = await it.issued(client, "www.example.com")
        leaf = x509.load_pem_x509_certificate((await client.at(done.json["certificate"])).content)
        # The role needs a common name, and the request had none.
        assert [each.value for each in leaf.subject] == ["www.example.com"]


async def test_usages_and_life() -> None:
    """A certificate is for servers unless the role's usages are allowed; it lives no longer than `max_ttl`."""
    async with world(allow_role_ext_key_usage=True, max_ttl="120d") as it:
        await it.server.authority.write("roles/web", allow_any_name=True, key_type="any", ttl="300d", max_ttl="300d")
        found = []
        for folder in ("acme", "roles/web/acme"):
            client = await it.client(folder)
            done = await it.issued(client, "www.example.com")
            leaf = x509.load_pem_x509_certificate((await client.at(done.json["certificate"])).content)
            usages = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            found.append(ExtendedKeyUsageOID.CLIENT_AUTH in usages)
            assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= datetime.timedelta(days=120, minutes=1)
        assert found == [False, True]


async def test_a_certificate_ends_with_its_issuer() -> None:
    """Where a client of `sign` would be refused, one of ACME gets a certificate that ends with its issuer."""
    async with world(max_ttl="9999d") as it:
        client = await it.client()
        clock = it.server.mount.clock
        clock.advance(datetime.datetime(2029, 12, 31, 23, tzinfo=datetime.UTC).timestamp() - clock.now())
        done = await it.issued(client, "www.example.com")
        chain = x509.load_pem_x509_certificates((await client.at(done.json["certificate"])).content)
        assert chain[0].not_valid_after_utc == chain[1].not_valid_after_utc


async def test_an_end_that_the_client_wants() -> None:
    """`notAfter` of an order makes the certificate end earlier."""
    async with world() as it:
        client = await it.client()
        until = datetime.datetime.fromtimestamp(int(it.server.mount.clock.now()) + 3600, datetime.UTC)
        order = await it.ready(client, "www.example.com", notAfter=until.isoformat())
        done = await client.at(order.json["finalize"], {"csr": encoded(request_for("www.example.com"))})
        leaf = x509.load_pem_x509_certificate((await client.at(done.json["certificate"])).content)
        assert leaf.not_valid_after_utc == until


async def test_a_role_decides_about_keys() -> None:
    """A request whose key is of another type than the role wants, or too short for it, gets no certificate."""
    async with world() as it:
        for wanted, problem in (("rsa", "badCSR"), ("any", ""), ("ec", "")):
            await it.server.authority.write("roles/web", allow_any_name=True, key_type=wanted)
            client = await it.client("roles/web/acme")
            order = await it.ready(client, "www.example.com")
            done = await client.at(order.json["finalize"], {"csr": encoded(request_for("www.example.com"))})
            assert done.problem == problem, done.content
        await it.server.authority.write("roles/web", allow_any_name=True, key_type="ec", key_bits=384)
        order = await it.ready(client, "www.example.com")
        done = await client.at(order.json["finalize"], {"csr": encoded(request_for("www.example.com"))})
        assert done.problem == "badCSR"
