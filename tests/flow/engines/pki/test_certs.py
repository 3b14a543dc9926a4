"""Listing, reading and finding certificates."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from strongroom.engines.pki.certificates import finding
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest, NotFound, UnsupportedPath
from strongroom.sdk import Operation
from tests.flow.engines.pki.mounts import Authority, openssl
from tests.flow.engines.pki.stored import keep_role, keys_below

_ROLE = RoleRecord(allow_any_name=True, key_type="ec", ttl_s=3600)


async def _filled() -> tuple[Authority, dict[str, str]]:
    """A mount with certificates, and the serial numbers of these by `<role>/<name>`."""
    authority = await Authority.new()
    serials = {}
    for role, ttl_s in (("a", 3600), ("b", 7200)):
        await keep_role(authority, role, RoleRecord(allow_any_name=True, key_type="ec", ttl_s=ttl_s))
        for name in ("x.com", "y.com", "z.com"):
            issued = await authority.write(f"issue/{role}", common_name=name)
            serials[f"{role}/{name}"] = issued["serial_number"]
    return authority, serials


async def _listed(authority: Authority, path: str, **fields: Any) -> Any:
    return await authority.mount.data(Operation.LIST, path, fields)


async def test_serials_are_listed_in_pages() -> None:
    """In their order, whichever notation the client goes on with."""
    authority, serials = await _filled()
    whole = (await _listed(authority, "certs"))["keys"]
    assert whole == sorted(whole)
    assert set(serials.values()) < set(whole)
    assert (await _listed(authority, "certs", limit=2))["keys"] == whole[:2]
    for after in (whole[1], whole[1].replace(":", "-"), whole[1].upper()):
        assert (await _listed(authority, "certs", after=after, limit=3))["keys"] == whole[2:5]


async def test_a_certificate_is_read_by_either_notation() -> None:
    """As JSON, DER and PEM; what isn't there, and what is no serial number, isn't found."""
    authority, serials = await _filled()
    serial = serials["a/x.com"]
    for written in (serial, serial.replace(":", "-"), serial.upper()):
        found = await authority.read(f"cert/{written}")
        assert openssl("x509", "-noout", "-subject", given=found["certificate"]) == "subject=CN = x.com\n"
        assert (found["revocation_time"], found["revocation_time_rfc3339"]) == (0, "")
    raw = await authority.mount.ask(Operation.READ, f"cert/{serial}/raw")
    pem = await authority.mount.ask(Operation.READ, f"cert/{serial}/raw/pem")
    assert raw is not None and raw.raw is not None and pem is not None and pem.raw is not None
    assert (raw.raw.content_type, pem.raw.content_type) == (
        "application/pkix-cert",
        "application/pem-certificate-chain",
    )
    assert base64.b64encode(raw.raw.content).decode() in pem.raw.content.decode().replace("\n", "")
    with pytest.raises(NotFound):
        await authority.read("cert/11:22")
    with pytest.raises(UnsupportedPath):
        await authority.read("cert/zz")
    missing = await authority.mount.ask(Operation.READ, "cert/11:22/raw")
    assert missing is not None and missing.status == 204


async def test_details_are_those_of_the_certificates() -> None:
    """Names, key, issuer, times, and who asked."""
    authority, serials = await _filled()
    found = (await _listed(authority, "certs/detailed"))["key_info"][serials["b/y.com"]]
    assert found["common_name"] == "y.com"
    assert found["dns_names"] == ["y.com"]
    assert found["issuer"] == "CN=Root"
    assert (found["key_type"], found["key_bits"]) == ("ec", 256)
    assert found["role"] == "b"
    assert found["not_after"] == "2023-11-15T00:13:20Z"


async def test_details_tell_what_was_revoked() -> None:
    """When, of the one that was; nothing of the one that wasn't."""
    authority, serials = await _filled()
    revoked = await authority.write("revoke", serial_number=serials["a/y.com"])
    found = (await _listed(authority, "certs/detailed", common_name="y.com"))["key_info"]
    assert found[serials["a/y.com"]]["revocation_time_rfc3339"] == revoked["revocation_time_rfc3339"] != ""
    assert found[serials["b/y.com"]]["revocation_time_rfc3339"] == ""


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"common_name": "x.com"}, {"a/x.com", "b/x.com"}),
        ({"common_name": "X.COM"}, {"a/x.com", "b/x.com"}),
        ({"common_name": "x.com", "role": "b"}, {"b/x.com"}),
        ({"role": "a"}, {"a/x.com", "a/y.com", "a/z.com"}),
        ({"expires_before": "2023-11-14T23:13:21Z"}, {"a/x.com", "a/y.com", "a/z.com"}),
        ({"expires_before": "2023-11-14T23:13:20Z"}, set()),
        ({"expires_before": "2023-11-16T00:00:00Z", "role": "b", "common_name": "z.com"}, {"b/z.com"}),
        ({"common_name": "nobody.com"}, set()),
        ({"entity_id": "somebody"}, set()),
    ],
)
async def test_certificates_are_found(fields: dict[str, str], wanted: set[str]) -> None:
    """By name in any case, role, entity, end, and all of these together."""
    authority, serials = await _filled()
    if not wanted:
        with pytest.raises(NotFound):
            await _listed(authority, "certs/detailed", **fields)
        return
    found = await _listed(authority, "certs/detailed", **fields)
    assert set(found["keys"]) == {serials[each] for each in wanted}


@pytest.mark.parametrize(
    "fields", [{}, {"role": "a"}, {"expires_before": "2030-01-01T00:00:00Z"}, {"common_name": "x.com"}]
)
async def test_what_is_found_comes_in_pages(fields: dict[str, str]) -> None:
    """Page by page it is the same as at once."""
    authority, _ = await _filled()
    whole = (await _listed(authority, "certs/detailed", **fields))["keys"]
    paged: list[str] = []
    while len(paged) < len(whole):
        paged += (await _listed(authority, "certs/detailed", **fields, limit=1, after=paged[-1] if paged else ""))[
            "keys"
        ]
    assert paged == whole


async def test_a_search_reads_a_bounded_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that isn't through says where to go on."""
    monkeypatch.setattr(finding, "MOST_ROWS", 3)
    authority, _ = await _filled()
    answer = await authority.mount.ask(Operation.LIST, "certs/detailed", {"role": "b", "limit": 3})
    assert answer is not None and answer.data is not None and not answer.warnings
    answer = await authority.mount.ask(Operation.LIST, "certs/detailed")
    assert answer is not None and answer.data is not None
    assert answer.warnings == [f"There may be more certificates: go on with after={answer.data['keys'][-1]}"]


async def test_pages_by_time_need_a_certificate_to_go_on_after() -> None:
    """Or else a page could be left out silently."""
    authority, _ = await _filled()
    with pytest.raises(InvalidRequest, match="begin without"):
        await _listed(authority, "certs/detailed", expires_before="2030-01-01T00:00:00Z", after="11:22")


async def test_names_stand_in_no_key() -> None:
    """Who reads the store's keys learns no names of clients."""
    authority, _ = await _filled()
    assert not [key for key in await keys_below(authority, "") if ".com" in key]


async def test_metadata_is_kept_with_a_certificate() -> None:
    """Even with one that isn't stored; a role can forbid it."""
    authority = await Authority.new()
    await keep_role(authority, "none", RoleRecord(allow_any_name=True, key_type="ec", ttl_s=60, no_store=True))
    await keep_role(authority, "no", RoleRecord(allow_any_name=True, key_type="ec", ttl_s=60, no_store_metadata=True))
    issued = await authority.write("issue/none", common_name="a.com", cert_metadata="aGk=")
    found = await authority.read(f"cert-metadata/{issued['serial_number'].replace(':', '-')}")
    assert found["cert_metadata"] == "aGk="
    assert (found["role"], found["serial_number"]) == ("none", issued["serial_number"])
    with pytest.raises(InvalidRequest, match="no_store_metadata"):
        await authority.write("issue/no", common_name="a.com", cert_metadata="aGk=")
    with pytest.raises(NotFound):
        await authority.read("cert-metadata/11:22")
