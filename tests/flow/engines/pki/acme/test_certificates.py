"""What becomes of certificates: renewal, revocation, tidying."""

from __future__ import annotations

import datetime
from typing import Any

import josepy
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.pki import serials
from strongroom.engines.pki.acme.tidy import Tidied, tidy_piece
from strongroom.sdk import Operation, View
from tests.flow.engines.pki.acme.clients import Client, encoded, request_for
from tests.flow.engines.pki.acme.proved import World, world


async def leaf_of(client: Client, order: Any) -> x509.Certificate:
    """The certificate of a finalized order."""
    return x509.load_pem_x509_certificate((await client.at(order.json["certificate"])).content)


def der(certificate: x509.Certificate) -> str:
    """As clients send it."""
    return encoded(certificate.public_bytes(serialization.Encoding.DER))


def renewal_id(certificate: x509.Certificate) -> str:
    """The identifier of RFC 9773: the serial number with the leading zero that DER has."""
    authority = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    number = certificate.serial_number
    assert authority is not None
    return f"{encoded(authority)}.{encoded(number.to_bytes(number.bit_length() // 8 + 1, 'big'))}"


async def test_renewal_information() -> None:
    """The window lies in the last third of a certificate's life, and in the past once it was revoked."""
    async with world() as it:
        client = await it.client()
        leaf = await leaf_of(client, await it.issued(client, "www.example.com"))
        path = f"acme/renewal-info/{renewal_id(leaf)}"
        answer = await it.server.get(path)
        window = {name: datetime.datetime.fromisoformat(at) for name, at in answer.json["suggestedWindow"].items()}
        assert leaf.not_valid_before_utc < window["start"] < window["end"] < leaf.not_valid_after_utc
        assert int(answer.headers["Retry-After"]) > 0
        await client.post("revoke-cert", {"certificate": der(leaf)})
        ended = (await it.server.get(path)).json["suggestedWindow"]["end"]
        assert datetime.datetime.fromisoformat(ended).timestamp() < it.server.mount.clock.now()


@pytest.mark.parametrize("wrong", ["", "x", "x.y", ".", "AA.AA", "A" * 300, "AA.AA==", "AA.AA.AA"])
async def test_unknown_certificates_have_no_renewal_information(wrong: str) -> None:
    """What names no certificate is a problem with status 404."""
    async with world() as it:
        answer = await it.server.get(f"acme/renewal-info/{wrong or '-'}")
        assert (answer.status, answer.problem) == (404, "malformed")


async def test_an_order_replaces_a_certificate_once() -> None:
    """An order may say which certificate it replaces: one of its account, with a name in common, not replaced yet."""
    async with world() as it:
        client = await it.client()
        leaf = await leaf_of(client, await it.issued(client, "www.example.com"))
        names = renewal_id(leaf)
        other = await it.client()
        assert (await other.order("www.example.com", replaces=names)).problem == "malformed"
        assert (await client.order("other.example", replaces=names)).problem == "malformed"
        assert (await client.order("www.example.com", replaces="x.y")).problem == "malformed"
        done = await it.issued(client, "www.example.com", replaces=names)
        assert done.json["replaces"] == names
        again = await client.order("www.example.com", replaces=names)
        assert (again.status, again.problem) == (409, "alreadyReplaced")


async def test_an_account_revokes_what_it_got() -> None:
    """The account of a certificate revokes it, once; an account that has proved nothing can't."""
    async with world() as it:
        client, other = await it.client(), await it.client()
        leaf = await leaf_of(client, await it.issued(client, "www.example.com"))
        assert (await other.post("revoke-cert", {"certificate": der(leaf)})).problem == "unauthorized"
        for reason in (-1, 6, 7, 8, 11, True, 1.0, "1", [1], {}):
            answer = await client.post("revoke-cert", {"certificate": der(leaf), "reason": reason})
            assert answer.problem == "badRevocationReason"
            assert "1 (keyCompromise)" in answer.json["detail"]
        assert (await client.post("revoke-cert", {"certificate": der(leaf), "reason": 4})).status == 200
        shown = await it.server.authority.read(f"cert/{leaf.serial_number:040x}")
        assert shown["revocation_reason"] == "superseded"
        assert (await client.post("revoke-cert", {"certificate": der(leaf)})).problem == "alreadyRevoked"


async def test_operators_find_certificates_by_each_name() -> None:
    """Those of orders too, which mostly have no common name."""
    async with world() as it:
        client = await it.client()
        leaf = await leaf_of(client, await it.issued(client, "www.example.com", "api.example.com"))
        for name in ("www.example.com", "API.example.com"):
            found = await it.server.mount.data(Operation.LIST, "certs/detailed", {"name": name})
            assert [serials.parsed(each) for each in found["keys"]] == [leaf.serial_number]


async def test_who_has_proved_the_names_revokes() -> None:
    """Another account that has proved all names of a certificate can revoke it."""
    async with world() as it:
        client, other = await it.client(), await it.client()
        leaf = await leaf_of(client, await it.issued(client, "a.example", "b.example"))
        await it.ready(other, "a.example")
        assert (await other.post("revoke-cert", {"certificate": der(leaf)})).problem == "unauthorized"
        await it.ready(other, "b.example")
        assert (await other.post("revoke-cert", {"certificate": der(leaf)})).status == 200


async def test_the_key_of_a_certificate_revokes_it() -> None:
    """Who has the key needs no account; another key without an account is refused."""
    async with world() as it:
        client, key = await it.client(), ec.generate_private_key(ec.SECP256R1())
        order = await it.ready(client, "www.example.com")
        csr = encoded(request_for("www.example.com", key=key))
        leaf = await leaf_of(client, await client.at(order.json["finalize"], {"csr": csr}))
        stranger = Client(it.server)
        assert (await stranger.post("revoke-cert", {"certificate": der(leaf)})).problem == "unauthorized"
        owner = Client(it.server, key=josepy.JWKEC(key=key))
        assert (await owner.post("revoke-cert", {"certificate": der(leaf)})).status == 200


@pytest.mark.parametrize("content, status", [(encoded(b"hello"), 400), ("=", 400), (7, 400), (None, 400)])
async def test_what_is_no_certificate_is_not_revoked(content: Any, status: int) -> None:
    """What can't be read is malformed."""
    async with world() as it:
        client = await it.client()
        answer = await client.post("revoke-cert", {"certificate": content})
        assert (answer.status, answer.problem) == (status, "malformed")


async def tidy(it: World, safety_buffer_s: float = 3600) -> Tidied:
    """All that tidy finds to do now."""
    mount, done, after = it.server.mount, Tidied(), ""

    async def piece(txn: Transaction) -> Tidied:
        return await tidy_piece(View(txn, mount.prefix), mount.clock.now(), safety_buffer_s, after=after, limit=2)

    while True:
        found = await transact(mount.barrier, piece)
        done = Tidied(
            orders_deleted=done.orders_deleted + found.orders_deleted,
            accounts_revoked=done.accounts_revoked + found.accounts_revoked,
            accounts_deleted=done.accounts_deleted + found.accounts_deleted,
        )
        after = found.last
        if not after:
            return done


async def test_tidying() -> None:
    """Orders go when their certificate has ended; accounts without orders are revoked, and go later."""
    async with world() as it:
        client = await it.client()
        await it.issued(client, "www.example.com")
        await client.order("never.example")
        clock = it.server.mount.clock
        assert await tidy(it) == Tidied()
        clock.advance(25 * 3600)
        assert await tidy(it) == Tidied(orders_deleted=1)
        clock.advance(90 * 86_400)
        assert await tidy(it) == Tidied(orders_deleted=1)
        clock.advance(7200)
        assert await tidy(it) == Tidied(accounts_revoked=1)
        clock.advance(7200)
        assert await tidy(it) == Tidied(accounts_deleted=1)
        left = {row for row in await it.server.mount.rows() if row.startswith("acme/")}
        kinds = {row.split("/")[1] for row in left}
        assert kinds <= {"config", "nonce-key", "used", "sweep", "proved", "totals"}, left
