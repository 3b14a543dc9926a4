"""Certificates of several authorities that have the same serial number: none is taken for another."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation, View
from tests.flow.engines.pki.revocations import Lists, number
from tests.flow.engines.pki.stored import keys_below

GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


class Theirs:
    """An authority elsewhere, which gives serial numbers as it likes."""

    def __init__(self, name: str, serial: int, above: Theirs | None = None, *, ends: int = 2049) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (above or self).signed(self.name, serial, self.key.public_key(), ends, is_authority=True)

    def signed(
        self, name: x509.Name, serial: int, key: ec.EllipticCurvePublicKey, ends: int, *, is_authority: bool
    ) -> x509.Certificate:
        """A certificate by this authority."""
        builder = x509.CertificateBuilder(self.name, name, key, serial)
        builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        builder = builder.not_valid_after(datetime(ends, 1, 1, tzinfo=UTC))
        builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def leaf(self, serial: int, name: str = "a.example") -> x509.Certificate:
        """A certificate of nobody's authority."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return self.signed(subject, serial, self.key.public_key(), 2049, is_authority=False)

    @property
    def bundle(self) -> str:
        """Its certificate and its key in PEM."""
        form, no_passphrase = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return pem(self.certificate) + self.key.private_bytes(serialization.Encoding.PEM, form, no_passphrase).decode()


def pem(certificate: x509.Certificate) -> str:
    """A certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


async def imported(lists: Lists, authority: Theirs, name: str) -> str:
    """The id of the issuer that an authority is imported as, under a name."""
    answer = await lists.write("issuers/import/bundle", pem_bundle=authority.bundle)
    [issuer] = answer["imported_issuers"]
    await lists.patch(f"issuer/{issuer}", issuer_name=name)
    return str(issuer)


async def standing(lists: Lists, certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPCertStatus:
    """What OCSP says of a certificate."""
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()
    data = base64.b64encode(asked.public_bytes(serialization.Encoding.DER)).decode()
    response = await lists.mount.ask(Operation.UPDATE, "ocsp", {"ocsp_request": data})
    assert response is not None and response.raw is not None
    return ocsp.load_der_ocsp_response(response.raw.content).certificate_status


async def test_leaves_of_two_issuers() -> None:
    """Each is revoked by itself, listed by its issuer alone, and OCSP tells them apart."""
    lists = await Lists.with_role()
    one, two = Theirs("One", 1001), Theirs("Two", 1002)
    await imported(lists, one, "one")
    await imported(lists, two, "two")
    assert (await lists.revoke(certificate=pem(one.leaf(5))))["state"] == "revoked"
    assert await standing(lists, one.leaf(5), one.certificate) is REVOKED
    assert await standing(lists, two.leaf(5), two.certificate) is GOOD
    assert await lists.listed("issuer/two/crl/der") == set()

    lists.later(10)
    second, kept = two.leaf(5), one.leaf(5)
    told = await lists.revoke(certificate=pem(second))
    assert told["revocation_time"] == int(lists.now)
    assert await lists.revoke(certificate=pem(second)) == told
    assert await standing(lists, second, two.certificate) is REVOKED
    assert await standing(lists, kept, one.certificate) is REVOKED
    assert await lists.listed("issuer/one/crl/der") == await lists.listed("issuer/two/crl/der") == {5}
    # By the number alone, it is the first one.
    assert (await lists.read("cert/05"))["revocation_time"] == int(lists.now) - 10


async def test_two_leaves_of_one_issuer() -> None:
    """The list has the number, so the second one is refused, and nothing is lost of the first."""
    lists = await Lists.with_role()
    one = Theirs("One", 1001)
    await imported(lists, one, "one")
    first = pem(one.leaf(5))
    told = await lists.revoke(certificate=first)
    with pytest.raises(InvalidRequest, match="under the serial number 05 is another one"):
        await lists.revoke(certificate=pem(one.leaf(5, "b.example")))
    assert await lists.revoke(certificate=first) == told
    assert (await lists.read("cert/05"))["certificate"] == first


async def test_an_issuer_and_a_leaf() -> None:
    """A revoked issuer isn't taken for the leaf of another issuer that has its number, whichever was revoked first."""
    lists = await Lists.with_role()
    leaves = [x509.load_pem_x509_certificate((await lists.issue())["certificate"].encode()) for _ in range(2)]
    own = x509.load_pem_x509_certificate((await lists.issue())["issuing_ca"].encode())
    above = Theirs("Above", 1001)
    await imported(lists, above, "above")
    below = [Theirs(f"Below {leaf.serial_number}", leaf.serial_number, above) for leaf in leaves]
    for each, name in zip(below, ("first", "second"), strict=True):
        await imported(lists, each, name)

    serial = f"{leaves[0].serial_number:040x}"
    await lists.write("issuer/first/revoke")
    shown = await lists.read(f"cert/{serial}")
    assert (shown["certificate"], shown["revocation_time"]) == (pem(leaves[0]), 0)
    found = await lists.mount.data(Operation.LIST, "certs/detailed", {"role": "any", "valid": True})
    assert [each["revocation_time_rfc3339"] for each in found["key_info"].values()] == [""] * 3
    assert await standing(lists, leaves[0], own) is GOOD
    assert await standing(lists, below[0].certificate, above.certificate) is REVOKED
    assert await lists.listed() == set()
    assert await lists.listed("issuer/above/crl/der") == {leaves[0].serial_number}

    lists.later(10)
    for each in leaves:
        await lists.revoke(serial_number=f"{each.serial_number:040x}")
        assert await standing(lists, each, own) is REVOKED
    await lists.write("issuer/second/revoke")
    for each in below:
        assert await standing(lists, each.certificate, above.certificate) is REVOKED
    both = {each.serial_number for each in leaves}
    assert await lists.listed() == await lists.listed("issuer/above/crl/der") == both
    shown = await lists.read(f"cert/{serial}")
    assert (shown["certificate"], shown["revocation_time"]) == (pem(leaves[0]), int(lists.now))


async def test_no_imported_certificate_protects_a_leaf() -> None:
    """A leaf is revoked even if somebody has imported an authority's certificate with the leaf's serial number."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]
    await imported(lists, Theirs("Theirs", number(serial)), "theirs")
    assert (await lists.revoke(serial_number=serial))["state"] == "revoked"
    assert await lists.listed() == {number(serial)}


async def test_two_issuers() -> None:
    """Of two parents: each stands on its parent's list.  Of one parent: the list has the number once, and both go."""
    lists = await Lists.with_role()
    above, other = Theirs("Above", 1001), Theirs("Other", 1001)
    twins = [Theirs("A", 7, above), Theirs("B", 7, other), Theirs("C", 7, above)]
    for each, name in zip((above, other, *twins), ("above", "other", "a", "b", "c"), strict=True):
        await imported(lists, each, name)
    with pytest.raises(NotFound):
        await lists.read("cert/07")
    for name in ("a", "b", "c"):
        assert (await lists.write(f"issuer/{name}/revoke"))["revoked"] is True
    for twin, parent in zip(twins, (above, other, above), strict=True):
        assert await standing(lists, twin.certificate, parent.certificate) is REVOKED
    for name in ("above", "other"):
        assert [each.serial_number for each in await lists.crl(f"issuer/{name}/crl/der")] == [7]
    assert (await lists.read("cert/07"))["certificate"] == pem(twins[0].certificate)


async def test_an_issuer_that_was_revoked_before_it_was_imported() -> None:
    """It stays on the list as it is there, once."""
    lists = await Lists.with_role()
    above = Theirs("Above", 1001)
    below = Theirs("Below", 7, above)
    await imported(lists, above, "above")
    told = await lists.revoke(certificate=pem(below.certificate))
    assert await lists.listed("issuer/above/crl/der") == {7}
    await imported(lists, below, "below")
    lists.later(10)
    await lists.write("issuer/below/revoke")
    await lists.work()
    assert [each.serial_number for each in await lists.crl("issuer/above/crl/der")] == [7]
    assert (await lists.read("cert/07"))["revocation_time"] == told["revocation_time"]


async def test_a_role_revokes_no_other_certificate_of_the_number() -> None:
    """What another authority has issued under the number of a role's certificate isn't the role's."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]
    one = Theirs("One", 1001)
    await imported(lists, one, "one")
    with pytest.raises(InvalidRequest, match="has issued no such certificate"):
        await lists.write("roles/any/revoke", certificate=pem(one.leaf(number(serial))))


@pytest.mark.parametrize("first", ["early", "late"])
async def test_each_is_forgotten_when_its_time_has_come(first: str) -> None:
    """Tidying removes the one that has expired, and all that is known of the other one stays."""
    lists = await Lists.with_role()
    now = datetime.fromtimestamp(lists.now, UTC)
    above, other = Theirs("Above", 1001), Theirs("Other", 1002)
    early, late = Theirs("Early", 7, above, ends=now.year + 1), Theirs("Late", 7, other)
    for each, name in ((above, "above"), (other, "other"), (early, "early"), (late, "late")):
        await imported(lists, each, name)
    await lists.write(f"issuer/{first}/revoke")
    await lists.write(f"issuer/{'late' if first == 'early' else 'early'}/revoke")
    assert len(await keys_below(lists, "revoked-namesake/")) == 1

    lists.later(2 * 366 * 86_400)
    await lists.write("tidy", tidy_revoked_certs=True, tidy_cert_store=True, safety_buffer=1)
    for _ in range(20):
        await lists.work()
    assert (await lists.read("tidy-status"))["revoked_cert_deleted_count"] == 1
    assert await standing(lists, late.certificate, other.certificate) is REVOKED
    assert await standing(lists, early.certificate, above.certificate) is GOOD
    assert (await lists.read("cert/07"))["certificate"] == pem(late.certificate)
    assert len(await keys_below(lists, "revoked/")) == 1
    assert not await keys_below(lists, "revoked-namesake/")
    lists.later(60 * 3600)
    await lists.work()
    assert await lists.listed("issuer/above/crl/der") == set()
    assert await lists.listed("issuer/other/crl/der") == {7}


async def test_a_listing_with_details_tells_of_the_stored_certificate() -> None:
    """That another one of its number was revoked says nothing of it, and it has its own time."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]
    one = Theirs("One", 1001)
    await imported(lists, one, "one")

    async def told() -> str:
        response = await lists.mount.ask(Operation.LIST, "certs/detailed")
        assert response is not None
        return str(response.data["key_info"][serial]["revocation_time_rfc3339"])

    await lists.revoke(certificate=pem(one.leaf(number(serial))))
    assert await told() == ""
    lists.later(10)
    shown = await lists.revoke(serial_number=serial)
    assert await told() == shown["revocation_time_rfc3339"]


async def test_an_issuer_that_another_list_has() -> None:
    """It goes to the list of its issuer, once that is back, and no namesake of it is forgotten."""
    lists = await Lists.with_role()
    above, other = Theirs("Above", 1001), Theirs("Other", 1002)
    below = Theirs("Below", 7, above)
    id_ = await imported(lists, above, "above")
    await imported(lists, other, "other")
    der = below.certificate.public_bytes(serialization.Encoding.DER)
    record = CertificateRecord(
        certificate=der, issuer_id=id_, not_after=below.certificate.not_valid_after_utc.timestamp()
    )

    async def store(view: View) -> None:
        certificate_rows.keep(view, 7, record)

    await lists.change(store)
    await lists.mount.ask(Operation.DELETE, f"issuer/{id_}")
    await lists.revoke(serial_number="07")
    await lists.revoke(certificate=pem(other.leaf(7)))
    assert await lists.listed() == {7}

    await imported(lists, above, "above")
    await imported(lists, below, "below")
    await lists.write("issuer/below/revoke")
    assert await standing(lists, below.certificate, above.certificate) is REVOKED
    assert await standing(lists, other.leaf(7), other.certificate) is REVOKED
    lists.later(60 * 3600)
    await lists.work()
    assert await lists.listed() == set()
    assert await lists.listed("issuer/above/crl/der") == await lists.listed("issuer/other/crl/der") == {7}


async def test_tidying_finds_the_issuers_of_all() -> None:
    """Of the first one that was revoked, and of the others of its serial number."""
    lists = await Lists.with_role()
    for name, serial in (("One", 1001), ("Two", 1002)):
        above = Theirs(name, serial)
        await imported(lists, above, name)
        await imported(lists, Theirs(f"Below {name}", 7, above), f"below-{name}")
        await lists.write(f"issuer/below-{name}/revoke")
    counts = []
    for _ in range(2):
        await lists.write("tidy", tidy_revoked_cert_issuer_associations=True)
        await lists.work()
        counts.append((await lists.read("tidy-status"))["missing_issuer_cert_count"])
    assert counts == [2, 0]
