"""Revoking certificates: which are meant, by whom, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.engines.pki.certificates import rows
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Operation, View, replace
from tests.flow.engines.pki.mounts import openssl
from tests.flow.engines.pki.revocations import Lists, number


async def test_the_next_list_has_what_was_revoked() -> None:
    """A short list is made by whoever reads it, so a revocation is on it at once."""
    lists = await Lists.with_role()
    assert await lists.listed() == set()
    first, second = await lists.issue(), await lists.issue()
    await lists.revoke(serial_number=first["serial_number"])
    assert await lists.listed() == {number(first["serial_number"])}
    await lists.revoke(serial_number=second["serial_number"])
    assert await lists.listed() == {number(each["serial_number"]) for each in (first, second)}


@pytest.mark.parametrize(
    "spelled",
    [
        lambda serial: serial,
        lambda serial: serial.replace(":", "-"),
        lambda serial: serial.upper(),
        lambda serial: serial.replace(":", ""),
    ],
)
async def test_serial_numbers_in_every_notation(spelled: Any) -> None:
    """Colons, hyphens, capitals, and what OpenSSL prints mean the same certificate."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]
    assert (await lists.revoke(serial_number=spelled(serial)))["state"] == "revoked"
    assert await lists.listed() == {number(serial)}


async def test_a_second_revocation_changes_nothing() -> None:
    """It gets the first one's answer, even much later, and the list isn't made again."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]
    first = await lists.revoke(serial_number=serial)
    before = await lists.crl()
    lists.later(60)
    assert await lists.revoke(serial_number=serial) == first
    assert first["revocation_time"] == int(lists.now) - 60
    assert first["revocation_time_rfc3339"].endswith("Z")
    assert await lists.crl() == before


async def test_a_certificate_that_was_never_stored() -> None:
    """It is revoked by itself, and then known by its number too."""
    lists = await Lists.with_role()
    await lists.role(no_store=True)
    issued = await lists.issue()
    with pytest.raises(InvalidRequest, match="not found"):
        await lists.revoke(serial_number=issued["serial_number"])
    first = await lists.revoke(certificate=issued["certificate"])
    assert await lists.revoke(serial_number=issued["serial_number"]) == first
    assert await lists.listed() == {number(issued["serial_number"])}


async def test_a_certificate_with_its_chain() -> None:
    """As clients keep it in a file: the first is revoked, if the others are its chain."""
    lists = await Lists.with_role()
    issued, other = await lists.issue(), await lists.issue()
    chain = f"{issued['certificate']}\n{issued['issuing_ca']}\n"
    for wrong in (f"{issued['certificate']}\n{other['certificate']}", f"{chain}{other['certificate']}"):
        with pytest.raises(InvalidRequest, match="aren't its chain"):
            await lists.revoke(certificate=wrong)
    with pytest.raises(InvalidRequest, match="longer than 131072 characters"):
        await lists.revoke(certificate=chain + issued["issuing_ca"] * 300)
    await lists.revoke(certificate=chain)
    assert await lists.listed() == {number(issued["serial_number"])}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "The serial number or certificate to revoke must be provided."),
        ({"serial_number": ""}, "The serial number must be provided"),
        ({"serial_number": "zz"}, "certificate with serial zz not found."),
        ({"serial_number": "11:22"}, "certificate with serial 11:22 not found."),
        ({"serial_number": "-1"}, "not found"),
        ({"serial_number": "1" * 5000}, "not found"),
        ({"certificate": "x" * 79}, "too short"),
        ({"certificate": "x" * 80}, "contains no PEM data"),
        ({"serial_number": "11:22", "certificate": "x" * 200}, "not both"),
    ],
)
async def test_what_names_no_certificate(fields: dict[str, Any], said: str) -> None:
    """It is refused, and says why."""
    lists = await Lists.with_role()
    with pytest.raises(InvalidRequest, match=said):
        await lists.revoke(**fields)


async def test_a_negative_serial_number(tmp_path: Path) -> None:
    """Some software has made such certificates; none of them is a mount's."""
    lists = await Lists.with_role()
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(tmp_path / "key.pem"))
    given = openssl("req", "-x509", *ec, "-subj", "/CN=x", "-set_serial", "-5")
    with pytest.raises(InvalidRequest, match="negative"):
        await lists.revoke(certificate=given)


async def test_certificates_of_others() -> None:
    """A certificate that none of the mount's issuers has signed isn't revoked here, even one by the same name."""
    lists, others = await Lists.with_role(), await Lists.with_role()
    with pytest.raises(InvalidRequest, match="unable to verify signature"):
        await lists.revoke(certificate=(await others.issue())["certificate"])


async def test_an_issuers_own_certificate() -> None:
    """It never stands on its own list; there is a path of its own for issuers."""
    lists = await Lists.with_role()
    own = (await lists.issue())["issuing_ca"]
    with pytest.raises(InvalidRequest, match="to its own CRL is not allowed"):
        await lists.revoke(certificate=own)


async def test_expired_certificates() -> None:
    """They are refused with a warning that says why, unless the settings allow it."""
    lists = await Lists.with_role()
    await lists.role(ttl_s=5)
    serial = (await lists.issue())["serial_number"]
    lists.later(10)
    answer = await lists.answer("revoke", serial_number=serial)
    assert answer.data is None
    assert answer.warnings == [
        f"certificate with serial {serial} already expired; refusing to add to CRL. "
        "Enable 'AllowExpiredCertRevocation' to allow revoking expired certificates."
    ]
    await lists.write("config/crl", allow_expired_cert_revocation=True)
    assert (await lists.revoke(serial_number=serial))["state"] == "revoked"
    assert await lists.listed() == {number(serial)}


async def test_owners_revoke_with_their_key() -> None:
    """The certificate's own key proves that its owner asks; another one, or none, is refused."""
    lists = await Lists.with_role()
    mine, other = await lists.issue(), await lists.issue()
    for fields, said in (
        ({}, "Must have private key"),
        ({"private_key": "x" * 63}, "too short"),
        ({"private_key": "x" * 64}, "no unencrypted key"),
        ({"private_key": other["private_key"]}, "does not match"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            await lists.write("revoke-with-key", serial_number=mine["serial_number"], **fields)
    assert await lists.listed() == set()
    await lists.write("revoke-with-key", certificate=mine["certificate"], private_key=mine["private_key"])
    assert await lists.listed() == {number(mine["serial_number"])}


async def test_orphans_are_listed_by_the_default_issuer() -> None:
    """A certificate whose issuer was removed is revoked all the same."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]
    await lists.write("root/generate/internal", common_name="Other", key_type="ec", issuer_name="other")

    async def work(view: View) -> None:
        await issuer_rows.remove(view, await issuer_rows.referred(view, "default"))
        other = await issuer_rows.referred(view, "other")
        issuer_rows.keep_config(view, replace(await issuer_rows.config_of(view), default=other.id))

    await lists.change(work)
    await lists.revoke(serial_number=serial)
    assert await lists.listed() == {number(serial)}


async def test_without_any_issuer() -> None:
    """A certificate can still be revoked; the answer says that no list tells it."""
    lists = await Lists.with_role()
    serial = (await lists.issue())["serial_number"]

    async def work(view: View) -> None:
        await issuer_rows.remove(view, await issuer_rows.referred(view, "default"))

    await lists.change(work)
    answer = await lists.answer("revoke", serial_number=serial)
    assert answer.warnings == ["no list will tell it: the mount has no default issuer"]
    assert (await lists.raw("crl")).status == 204


async def test_a_stored_certificate_isnt_revoked_by_another_one() -> None:
    """The serial number of a stored certificate, in a certificate of its issuer with other contents, is refused."""
    lists = await Lists.with_role()
    stored, given = await lists.issue(), await lists.issue()

    async def work(view: View) -> None:
        one = await rows.certificate_of(view, number(stored["serial_number"]))
        assert one is not None
        rows.keep(view, number(given["serial_number"]), one)

    await lists.change(work)
    with pytest.raises(InvalidRequest, match="is another one"):
        await lists.revoke(certificate=given["certificate"])


async def test_a_role_revokes_what_it_has_issued() -> None:
    """By serial number or certificate, also when the role is deleted; and nothing of others."""
    lists = await Lists.with_role()
    await lists.write("roles/other", allow_any_name=True, key_type="ec")
    first, second = await lists.issue(), await lists.issue()
    theirs = await lists.write("issue/other", common_name="b.example")
    for fields in ({"serial_number": theirs["serial_number"]}, {"certificate": theirs["certificate"]}):
        with pytest.raises(InvalidRequest, match="has issued no such certificate"):
            await lists.write("roles/any/revoke", **fields)
    with pytest.raises(InvalidRequest, match="not found"):
        await lists.write("roles/any/revoke", serial_number="01:02")
    assert (await lists.write("roles/any/revoke", serial_number=first["serial_number"]))["state"] == "revoked"
    await lists.mount.ask(Operation.DELETE, "roles/any")
    assert (await lists.write("roles/any/revoke", certificate=second["certificate"]))["state"] == "revoked"
    assert await lists.listed() == {number(each["serial_number"]) for each in (first, second)}
