"""Finding certificates by any of their names, and those that are valid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import finding, rows
from strongroom.engines.pki.certificates.digests import digests_of
from strongroom.engines.pki.certificates.records import CertificateRecord
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.engines.pki.tidy import steps
from strongroom.engines.pki.tidy.records import Run, Work
from strongroom.lib.errors import NotFound
from strongroom.sdk import Operation, Response, View, replace
from tests.flow.engines.pki.mounts import Authority
from tests.flow.engines.pki.requests import request_for
from tests.flow.engines.pki.stored import keep_role, keys_below

_ROLE = RoleRecord(
    allow_any_name=True, enforce_hostnames=False, allowed_uri_sans=("*",), key_type="ec", ttl_s=3600, require_cn=False
)
_NAMES = {
    "common_name": "WWW.example.com",
    "alt_names": "api.Example.com,*.wild.example.com,Me@Example.com",
    "ip_sans": "2001:db8:0::1,192.0.2.7",
    "uri_sans": "spiffe://Example.com/Web",
}


async def _authority() -> Authority:
    authority = await Authority.new()
    await keep_role(authority, "any", _ROLE)
    return authority


async def _issued(authority: Authority, **fields: Any) -> str:
    return str((await authority.write("issue/any", **fields))["serial_number"])


async def _answer(authority: Authority, **fields: Any) -> Response:
    answer = await authority.mount.ask(Operation.LIST, "certs/detailed", fields)
    assert answer is not None
    return answer


async def _found(authority: Authority, **fields: Any) -> list[str]:
    try:
        return list(((await _answer(authority, **fields)).data or {})["keys"])
    except NotFound:
        return []


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("www.example.com", True),
        ("API.example.com", True),
        ("me@example.com", True),
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("2001:DB8:0:0::1", True),
        ("SPIFFE://example.com/web", True),
        ("*.wild.example.com", True),
        ("a.wild.example.com", False),
        ("wild.example.com", False),
        ("example.com", False),
        ("192.0.2.70", False),
    ],
)
async def test_a_certificate_is_found_by_each_name(name: str, is_found: bool) -> None:
    """In any case, addresses in any notation.  A wildcard is a name like others, and stands for none."""
    authority = await _authority()
    serial = await _issued(authority, **_NAMES)
    await _issued(authority, common_name="other.example.com")
    assert await _found(authority, name=name) == [serial] * is_found


async def test_common_names_are_found_apart() -> None:
    """By `common_name` no alternative name is found, by `name` both are, and other fields limit it."""
    authority = await _authority()
    own = await _issued(authority, common_name="x.com")
    other = await _issued(authority, common_name="y.com", alt_names="x.com")
    nameless = await _issued(authority, alt_names="x.com")
    assert await _found(authority, common_name="X.com") == [own]
    assert await _found(authority, name="X.com") == sorted([own, other, nameless])
    assert await _found(authority, name="x.com", common_name="y.com") == [other]
    assert await _found(authority, name="x.com", role="nobody") == []
    assert await _found(authority, name="x.com", limit=1, after=sorted([own, other, nameless])[0]) == [
        sorted([own, other, nameless])[1]
    ]


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"common_name": "X.com"}, 1),
        ({"common_name": "192.0.2.7"}, 1),
        ({"alt_names": "x.com"}, 1),
        ({"common_name": "x.com", "exclude_cn_from_sans": True}, 1),
        ({"common_name": "2001:DB8:0::1"}, 2),
        (_NAMES, 7),
    ],
)
async def test_each_name_has_one_row(fields: dict[str, Any], count: int) -> None:
    """The usual certificate, with one name, has one; an address that is written in another way has two."""
    authority = await _authority()
    before = len(await keys_below(authority, rows.NAMES))
    await _issued(authority, **fields)
    assert len(await keys_below(authority, rows.NAMES)) == before + count


_ALTERNATIVES = "subjectAltName = DNS:csr.example.com,IP:192.0.2.9"
_PROGRAM = (
    'ValidationOutput{template: CertTemplate{Subject: PKIX.Name{CommonName: "www.example.com"}, '
    'DNSNames: ["csr.example.com"], IPAddresses: [net.IP{IP: b"\\xc0\\x00\\x02\\x09"}]}}'
)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("sign/any", {}),
        ("sign-verbatim", {}),
        ("cel/sign/c", {"ttl": "1h"}),
        ("root/sign-intermediate", {"alt_names": "csr.example.com", "ip_sans": "192.0.2.9"}),
        ("root/sign-intermediate", {"use_csr_values": True, "common_name": "not taken"}),
        ("root/generate/internal", {"alt_names": "csr.example.com", "ip_sans": "192.0.2.9"}),
    ],
)
async def test_whatever_issues_a_certificate_has_it_found(path: str, fields: dict[str, Any], tmp_path: Path) -> None:
    """By the names that the certificate says."""
    authority = await _authority()
    await authority.write("cel/roles/c", cel_program={"expression": _PROGRAM})
    if path == "root/generate/internal":
        given = {"common_name": "www.example.com", "key_type": "ec", **fields}
    else:
        given = {"csr": request_for(tmp_path, extensions=_ALTERNATIVES), **fields}
    serial = (await authority.write(path, **given))["serial_number"]
    for name in ("www.example.com", "csr.example.com", "192.0.2.9"):
        assert await _found(authority, name=name) == [serial]
    assert await _found(authority, common_name="www.example.com") == [serial]
    assert await _found(authority, name="not taken") == []


async def _make_old(authority: Authority, serial: str) -> None:
    """Have a certificate stored as it was before alternative names were in the index."""

    async def work(txn: Transaction) -> None:
        view, number = View(txn, authority.mount.prefix), serials.parsed(serial) or 0
        record = await rows.certificate_of(view, number)
        digests = await digests_of(view)
        assert record is not None and digests is not None
        rows.remove(view, serials.row(number), record, digests)
        old = replace(record, names=())
        rows.keep(view, number, old)
        view.write(f"{rows.NAMES}{digests.of_name(old.common_name)}/{serials.row(number)}", rows.ENTRY)

    await transact(authority.mount.barrier, work)


async def test_old_records_are_found_and_removed() -> None:
    """By their common name, and wholly."""
    authority = await _authority()
    before = len(await keys_below(authority, rows.NAMES))
    serial = await _issued(authority, **_NAMES)
    await _make_old(authority, serial)
    for fields in ({"name": "www.example.com"}, {"common_name": "www.example.com"}):
        assert await _found(authority, **fields) == [serial]
    assert await _found(authority, name="api.example.com") == []
    authority.mount.clock.advance(4000)
    await _entries(authority, Run(work=Work(tidy_cert_store=True, safety_buffer=1)))
    assert len(await keys_below(authority, rows.NAMES)) == before


async def _entries(authority: Authority, run: Run) -> Run:
    mount = authority.mount
    return await transact(mount.barrier, lambda txn: steps.entries(View(txn, mount.prefix), run, mount.clock.now()))


async def test_tidying_leaves_no_row() -> None:
    """Of certificates with the most names.  A commit has no more rows than etcd takes, or those of one certificate."""
    authority = await _authority()
    before = {folder: await keys_below(authority, folder) for folder in (rows.NAMES, rows.OWNERS, rows.EXPIRY)}
    many = ",".join(f"h{number}.com" for number in range(255))
    few = ",".join(f"h{number}.com" for number in range(30))
    for names in (many, few, few, few, many):
        await _issued(authority, common_name="www.com", alt_names=names)
    assert len(await keys_below(authority, rows.NAMES)) == len(before[rows.NAMES]) + 2 * 256 + 3 * 31
    assert len(await _found(authority, name="h29.com")) == 5
    assert len(await _found(authority, name="h254.com")) == 2

    authority.mount.clock.advance(4000)
    run, pieces = Run(work=Work(tidy_cert_store=True, safety_buffer=1)), list[int]()
    while run.after or not pieces:
        done = await _entries(authority, run)
        pieces.append(done.counts.cert_store_deleted - run.counts.cert_store_deleted)
        run = done
    assert sum(pieces) == 5
    assert max(pieces) <= 2
    assert {folder: await keys_below(authority, folder) for folder in before} == before


async def test_only_valid_certificates_are_found() -> None:
    """Neither expired nor revoked ones, by a name or all of the mount."""
    authority = await _authority()
    short = await _issued(authority, common_name="x.com", ttl="60s")
    revoked, valid, other = [await _issued(authority, common_name=f"{each}.com") for each in ("x", "x", "y")]
    await authority.write("revoke", serial_number=revoked)
    assert set(await _found(authority, name="x.com", valid=True)) == {short, valid}
    authority.mount.clock.advance(60)
    assert await _found(authority, name="x.com", valid=True) == [valid]
    assert await _found(authority, role="any", valid=True) == sorted([valid, other])
    assert len(await _found(authority, name="x.com", valid=False)) == 3
    end = "2029-01-01T00:00:00Z"
    assert set(await _found(authority, expires_before=end, valid=True)) == {valid, other}
    # The root, which ends last.
    *both, _ = whole = await _found(authority, valid=True)
    assert set(both) == {valid, other}
    paged: list[str] = []
    while page := await _found(authority, valid=True, limit=1, after=paged[-1] if paged else ""):
        paged += page
    assert paged == whole


async def test_a_search_that_has_found_nothing_yet_says_where_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has read as many certificates as one answer may, and none was valid."""
    monkeypatch.setattr(finding, "MOST_ROWS", 3)
    authority = await _authority()
    issued = sorted([await _issued(authority, common_name="x.com") for _ in range(4)])
    for serial in issued[:3]:
        await authority.write("revoke", serial_number=serial)
    answer = await _answer(authority, name="x.com", valid=True)
    assert answer.data == {"keys": [], "key_info": {}}
    assert answer.warnings == [f"There may be more certificates: go on with after={issued[2]}"]
    assert await _found(authority, name="x.com", valid=True, after=issued[2]) == issued[3:]


def test_the_record_says_which_names_a_certificate_has() -> None:
    """Whichever index it was found by."""
    record = CertificateRecord(certificate=b"", common_name="A.com", names=("b.com",))
    for name, fits in (("a.com", True), ("b.com", True), ("c.com", False)):
        assert finding.Sought(name=name).fits(record) is fits
