"""Revoking, and the list that hosts fetch."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.ssh.revocation import lists, rows
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation, Response
from tests.flow.engines.ssh.mounts import USER_KEY, Authority, ssh_keygen

OTHER_KEY = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBVKaHqTj8r5RDAOQfDBC6G9Gmt9CbYQvzpznRccZ5"
    "xY+7/xV/AQFKAJ1bKZYwlsefCGEHKQIxR5Ydotsvjk7g0="
)


async def revoked(authority: Authority, directory: Path, *lines: str) -> list[bool]:
    """Which keys or certificates `ssh-keygen` finds in the list."""
    (directory / "list").write_bytes(await authority.raw("krl"))
    out = []
    for line in lines:
        (directory / "asked.pub").write_text(line)
        done = subprocess.run(
            ["ssh-keygen", "-Q", "-f", str(directory / "list"), str(directory / "asked.pub")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 1} and ("REVOKED" in done.stdout) is (done.returncode == 1), done.stderr
        out.append(done.returncode == 1)
    return out


async def test_by_serial_number(tmp_path: Path) -> None:
    """One certificate is revoked, and no other of the same key."""
    authority = await Authority.new()
    await authority.role()
    one, other = await authority.sign(), await authority.sign()
    assert await revoked(authority, tmp_path, one["signed_key"]) == [False]
    answer = await authority.write("revoke", serial_number=one["serial_number"])
    assert answer == {"revocation_time": int(authority.clock.now()), "revoked": 1}
    lines = one["signed_key"], other["signed_key"], USER_KEY
    assert await revoked(authority, tmp_path, *lines) == [True, False, False]
    shown = await authority.read(f"cert/{one['serial_number']}")
    assert shown["revocation_time"] == int(authority.clock.now())
    authority.clock.advance(60)
    assert await authority.write("revoke", serial_number=one["serial_number"].upper()) == answer


async def test_by_key_id(tmp_path: Path) -> None:
    """All certificates with a key id are revoked, of whatever key; later ones aren't."""
    authority = await Authority.new()
    await authority.role(allow_user_key_ids=True)
    signed = [await authority.sign(key_id="ann"), await authority.sign(key_id="ann", public_key=OTHER_KEY)]
    other = await authority.sign(key_id="bob")
    assert (await authority.write("revoke", key_id="ann"))["revoked"] == 2
    later = await authority.sign(key_id="ann")
    lines = [each["signed_key"] for each in (*signed, other, later)]
    assert await revoked(authority, tmp_path, *lines) == [True, True, False, False]


async def test_by_key(tmp_path: Path) -> None:
    """A key is revoked with all its certificates, is refused by itself, and gets no new ones until it is restored."""
    authority = await Authority.new()
    await authority.role()
    one, other = await authority.sign(), await authority.sign(public_key=OTHER_KEY)
    answer = await authority.write("revoke", public_key=USER_KEY + " another comment")
    assert answer["key_hash"] == one_digest(USER_KEY)
    lines = one["signed_key"], USER_KEY, other["signed_key"]
    assert await revoked(authority, tmp_path, *lines) == [True, True, False]
    assert (await authority.read(f"cert/{one['serial_number']}"))["revocation_time"] == int(authority.clock.now())
    with pytest.raises(InvalidRequest, match="public_key was revoked"):
        await authority.sign()
    await authority.write("restore", public_key=USER_KEY)
    assert await revoked(authority, tmp_path, *lines) == [False, False, False]
    await authority.sign()
    with pytest.raises(InvalidRequest, match="isn't revoked"):
        await authority.write("restore", public_key=USER_KEY)


def one_digest(line: str) -> str:
    """The SHA-256 of a key in hexadecimal."""
    return hashlib.sha256(base64.b64decode(line.split()[1])).hexdigest()


async def test_an_authority_by_its_key(tmp_path: Path) -> None:
    """Revoking the key of an issuer revokes all that it has signed, and nothing of another one."""
    authority = await Authority.new()
    await authority.write("issuers/import/second", key_type="ec")
    await authority.role()
    await authority.role("second", issuer_ref="second")
    one, other = await authority.sign(), await authority.sign("second")
    await authority.write("revoke", public_key=(await authority.raw("public_key")).decode())
    assert await revoked(authority, tmp_path, one["signed_key"], other["signed_key"]) == [True, False]
    now = int(authority.clock.now())
    authority.clock.advance(60)
    await authority.delete("config/ca")
    info = (await authority.listed("certs"))["key_info"]
    assert [info[each["serial_number"]]["revocation_time"] for each in (one, other)] == [now, 0]
    assert (await authority.read(f"cert/{one['serial_number']}"))["revocation_time"] == now


async def test_as_many_as_one_commit_revokes() -> None:
    """None are left, so the client isn't told of more."""
    authority = await Authority.new()
    await authority.role(key_id_format="all")
    for _ in range(50):
        await authority.sign()
    response = await authority.answer(Operation.UPDATE, "revoke", {"key_id": "all"})
    assert response is not None and response.data is not None
    assert (response.data["revoked"], response.warnings) == (50, [])


async def test_many_are_revoked_in_the_background(tmp_path: Path) -> None:
    """Of very many certificates, some are revoked at once, and the others soon."""
    authority = await Authority.new()
    await authority.role(key_id_format="all")
    lines = [(await authority.sign())["signed_key"] for _ in range(120)]
    response = await authority.answer(Operation.UPDATE, "revoke", {"key_id": "all"})
    assert response is not None and response.data is not None
    assert response.data["revoked"] == 50 and response.warnings == [
        "there are more certificates, which are being revoked in the background"
    ]
    while await authority.do_due_work():
        pass
    (tmp_path / "list").write_bytes(await authority.raw("krl"))
    assert ssh_keygen("-Q", "-l", "-f", str(tmp_path / "list")).count("serial: ") == 120
    assert await revoked(authority, tmp_path, lines[0], lines[-1]) == [True, True]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "exactly one"),
        ({"serial_number": "1", "key_id": "x"}, "exactly one"),
        ({"serial_number": "xyz"}, "hexadecimal"),
        ({"serial_number": "1" * 17}, "hexadecimal"),
        ({"serial_number": "12345678"}, "no certificate with this serial number"),
        ({"key_id": "nobody"}, "no certificate in force"),
        ({"public_key": "junk"}, "failed to parse public_key"),
    ],
)
async def test_what_can_not_be_revoked(fields: dict[str, Any], reason: str) -> None:
    """What isn't there or can't be read is refused, and nothing is in the list."""
    authority = await Authority.new()
    empty = await authority.raw("krl")
    with pytest.raises(InvalidRequest, match=reason):
        await authority.write("revoke", **fields)
    assert await authority.raw("krl") == empty


async def test_an_unchanged_list_is_not_sent_again() -> None:
    """A host that names what it has is told that nothing has changed, until something has."""
    authority = await Authority.new()
    await authority.role()
    signed = await authority.sign()

    async def fetch(tag: str) -> Response:
        async def body(txn: Transaction) -> Response | None:
            request = authority.request(txn, Operation.READ, "krl", {})
            request = msgspec.structs.replace(request, headers={"if-none-match": tag})
            return await authority.mount.engine.answer(
                request, authority.mount.engine.routes.find(Operation.READ, "krl")
            )

        response = await transact(authority.mount.barrier, body)
        assert response is not None
        return response

    first = await fetch("")
    tag = dict(first.headers)["ETag"]
    assert first.status == 0 and (await fetch(tag)).status == 304
    authority.clock.advance(100)
    await authority.sign()
    assert (await fetch(f'W/"x", {tag}')).status == 304
    await authority.write("revoke", serial_number=signed["serial_number"])
    assert (await fetch(tag)).status == 0


async def test_revoking_one_puts_one_part_together_anew() -> None:
    """Of a list with many certificates, a revocation costs the next reader one part, and signing costs it nothing."""
    authority = await Authority.new()
    await authority.role()
    for _ in range(60):
        await authority.write("revoke", serial_number=(await authority.sign())["serial_number"])

    async def parts(txn: Transaction) -> list[bytes]:
        view = authority.request(txn, Operation.READ, "krl", {}).view
        return [await lists.part(view, number) for number in range(rows.PARTS)]

    before = await transact(authority.mount.barrier, parts)
    signed = await authority.sign()
    unchanged = await transact(authority.mount.barrier, parts)
    assert all(one is other for one, other in zip(before, unchanged, strict=True))
    await authority.write("revoke", serial_number=signed["serial_number"])
    after = await transact(authority.mount.barrier, parts)
    changed = [number for number in range(rows.PARTS) if before[number] is not after[number]]
    assert changed == [int(signed["serial_number"], 16) >> 58]


async def test_certificates_are_found(tmp_path: Path) -> None:
    """Certificates are listed by number, key id and key, in pages."""
    authority = await Authority.new()
    await authority.role(allow_user_key_ids=True)
    by_ann = [await authority.sign(key_id="ann", valid_principals="ann") for _ in range(3)]
    by_bob = await authority.sign(key_id="bob", public_key=OTHER_KEY, ttl="1h")
    serials = sorted((each["serial_number"] for each in (*by_ann, by_bob)), key=lambda text: int(text, 16))
    assert (await authority.listed("certs"))["keys"] == serials
    assert (await authority.listed("certs", limit=2))["keys"] == serials[:2]
    assert (await authority.listed("certs", after=serials[1]))["keys"] == serials[2:]
    found = await authority.listed("certs", key_id="ann")
    assert set(found["keys"]) == {each["serial_number"] for each in by_ann}
    assert (await authority.listed("certs", public_key=OTHER_KEY))["keys"] == [by_bob["serial_number"]]
    now = int(authority.clock.now())
    assert (await authority.read(f"cert/{by_bob['serial_number']}")) == {
        "serial_number": by_bob["serial_number"],
        "cert_type": "user",
        "key_id": "bob",
        "key_hash": one_digest(OTHER_KEY),
        "valid_principals": ["root"],
        "valid_after": now - 30,
        "valid_before": now + 3600,
        "issuer_id": by_bob["issuer_id"],
        "role": "user",
        "signed_at": now,
        "entity_id": "",
        "display_name": "",
        "revocation_time": 0,
    }
    for path in ("cert/1",):
        with pytest.raises(NotFound):
            await authority.read(path)
    with pytest.raises(NotFound):
        await authority.listed("certs", key_id="nobody")


async def test_expired_certificates_are_cleared(tmp_path: Path) -> None:
    """Rows of certificates go some time after their end, those of the list too, by one piece of scheduled work."""
    authority = await Authority.new()
    await authority.role()
    before = set(await authority.mount.rows())
    for number in range(50):
        signed = await authority.sign(ttl=f"{10 + number % 7}m")
        if number % 3 == 0:
            await authority.write("revoke", serial_number=signed["serial_number"])
    lasting = await authority.sign(ttl="20h")
    await authority.write("revoke", serial_number=lasting["serial_number"])
    assert len(await authority.scheduled()) == 1
    for _ in range(12):
        authority.clock.advance(1800)
        while await authority.do_due_work():
            pass
    assert (await authority.listed("certs"))["keys"] == [lasting["serial_number"]]
    assert await revoked(authority, tmp_path, lasting["signed_key"]) == [True]
    left = set(await authority.mount.rows()) - before
    assert len(left) == 4 + 1 + 1, left
    for _ in range(48):
        authority.clock.advance(1800)
        while await authority.do_due_work():
            pass
    assert set(await authority.mount.rows()) == before and await authority.scheduled() == []
    signed = await authority.sign(ttl="1m")
    assert len(await authority.scheduled()) == 1


async def test_a_certificate_is_in_the_list_until_after_its_end(tmp_path: Path) -> None:
    """A revoked certificate stays in the list for a while after its end: the clock of a host may be behind."""
    authority = await Authority.new()
    await authority.role()
    signed = await authority.sign(ttl="10m")
    await authority.write("revoke", serial_number=signed["serial_number"])
    authority.clock.advance(600 + 3590)
    await authority.do_due_work()
    assert await revoked(authority, tmp_path, signed["signed_key"]) == [True]
    [warning] = await authority.warnings("revoke", serial_number=signed["serial_number"])
    assert "expired" in warning


async def test_a_revoked_issuer_signs_no_more() -> None:
    """The revocation of its key counts for what it signs, until it is taken back."""
    authority = await Authority.new()
    await authority.role()
    key = (await authority.read("config/ca"))["public_key"]
    await authority.write("revoke", public_key=key)
    for path, fields in (("sign/user", {"public_key": USER_KEY}), ("issue/user", {"key_type": "ed25519"})):
        with pytest.raises(InvalidRequest, match="the issuer's key was revoked"):
            await authority.write(path, **fields)
    await authority.write("restore", public_key=key)
    assert await authority.sign()
