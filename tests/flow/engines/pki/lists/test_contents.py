"""Lists: what stands on them, how they are read, and that OpenSSL goes by them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers.records import ClusterConfig, UrlsPart
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Operation, View, replace
from tests.flow.engines.pki.revocations import DELTAS, Lists, number, numbered, openssl_says


async def stored(lists: Lists, name: str, path: str, directory: Path) -> None:
    """Keep a list as a file for OpenSSL."""
    response = await lists.raw(path)
    assert response.raw is not None
    (directory / name).write_bytes(response.raw.content + b"\n")


async def checked(lists: Lists, directory: Path, leaf: dict[str, Any], *options: str) -> str:
    """What `openssl verify` says of a certificate, by the lists that the mount gives now."""
    (directory / "ca.pem").write_text(leaf["issuing_ca"] + "\n")
    (directory / "leaf.pem").write_text(leaf["certificate"] + "\n")
    await stored(lists, "crl.pem", "crl/pem", directory)
    files = ["-CRLfile", "crl.pem"]
    if "-use_deltas" in options:
        await stored(lists, "delta.pem", "crl/delta/pem", directory)
        files += ["-CRLfile", "delta.pem"]
    at = ("-attime", str(int(lists.now) + 1))
    return openssl_says(directory, "verify", *at, "-crl_check", *options, *files, "-CAfile", "ca.pem", "leaf.pem")


@pytest.mark.parametrize("key_type", ["rsa", "ec", "ed25519"])
async def test_openssl_goes_by_the_list(key_type: str, tmp_path: Path) -> None:
    """A certificate verifies with the list until it is revoked."""
    lists = await Lists.with_role(key_type=key_type)
    good, gone = await lists.issue(), await lists.issue()
    assert "leaf.pem: OK" in await checked(lists, tmp_path, gone)
    await lists.revoke(serial_number=gone["serial_number"])
    assert "certificate revoked" in await checked(lists, tmp_path, gone)
    assert "leaf.pem: OK" in await checked(lists, tmp_path, good)


async def test_names_of_imported_authorities_stay_as_they_are(tmp_path: Path) -> None:
    """A list's issuer is the authority's subject byte for byte: clients compare the bytes, whatever the string type."""
    config = "[req]\nprompt = no\ndistinguished_name = dn\nstring_mask = pkix\nx509_extensions = ext\n"
    config += "[dn]\nC = DE\nCN = Plain\n[ext]\nsubjectKeyIdentifier = hash\nbasicConstraints = critical, CA:TRUE\n"
    config += "keyUsage = critical, keyCertSign, cRLSign\n"
    (tmp_path / "ca.cnf").write_text(config)
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "ca.cnf")
    assert "rror" not in openssl_says(tmp_path, *made, "-days", "3650", "-keyout", "ca.key", "-out", "theirs.pem")
    bundle = (tmp_path / "theirs.pem").read_text() + (tmp_path / "ca.key").read_text()
    assert "PRINTABLESTRING:Plain" in openssl_says(
        *(tmp_path, "x509", "-in", "theirs.pem", "-noout", "-subject", "-nameopt", "multiline,show_type"),
    ).replace(" ", "")
    lists = Lists(await Lists.mount_without_issuers())
    begins = x509.load_pem_x509_certificate(bundle.encode()).not_valid_before_utc.timestamp()
    lists.later(begins + 60 - lists.now)
    await lists.write("config/ca", pem_bundle=bundle)
    await lists.role()
    good, gone = await lists.issue(), await lists.issue()
    await lists.revoke(serial_number=gone["serial_number"])
    assert "leaf.pem: OK" in await checked(lists, tmp_path, good)
    assert "certificate revoked" in await checked(lists, tmp_path, gone)
    assert (await lists.crl()).issuer.public_bytes() == x509.load_pem_x509_certificate(
        bundle.encode()
    ).subject.public_bytes()


async def name_delta(view: View) -> None:
    """Have the default issuer name a URL for deltas."""
    issuer = await issuer_rows.referred(view, "default")
    issuer_rows.keep(view, replace(issuer, urls=UrlsPart(delta_crl_distribution_points=("http://a/delta",))))


async def test_deltas(tmp_path: Path) -> None:
    """What is revoked after the complete list stands on the delta only, and OpenSSL goes by both.

    It looks for deltas only if the complete list says where they are.
    """
    lists = await Lists.with_role()
    await lists.change(name_delta)
    early, late, good = [await lists.issue() for _ in range(3)]
    await lists.revoke(serial_number=early["serial_number"])
    await lists.write("config/crl", **DELTAS)
    await lists.read("crl/rotate")
    await lists.revoke(serial_number=late["serial_number"])
    assert await lists.listed() == {number(early["serial_number"])}
    assert await lists.listed("crl/delta") == set()
    lists.later(61)
    assert await lists.work()
    assert await lists.listed() == {number(early["serial_number"])}
    assert await lists.listed("crl/delta") == {number(late["serial_number"])}
    complete, delta = await lists.crl(), await lists.crl("crl/delta")
    base = delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    assert (base.value.crl_number, base.critical) == (numbered(complete), True)
    assert numbered(delta) > numbered(complete)
    use = ("-use_deltas", "-extended_crl")
    assert "certificate revoked" in await checked(lists, tmp_path, early, *use)
    assert "certificate revoked" in await checked(lists, tmp_path, late, *use)
    assert "leaf.pem: OK" in await checked(lists, tmp_path, good, *use)
    await lists.read("crl/rotate")
    assert await lists.listed() == {number(each["serial_number"]) for each in (early, late)}
    assert await lists.listed("crl/delta") == set()


async def test_complete_lists_name_their_delta() -> None:
    """If there are deltas and URLs for them; a delta itself doesn't."""
    lists = await Lists.with_role()
    await lists.change(name_delta)
    assert not [each for each in (await lists.crl()).extensions if isinstance(each.value, x509.FreshestCRL)]
    await lists.write("config/crl", **DELTAS)
    freshest = (await lists.crl()).extensions.get_extension_for_class(x509.FreshestCRL).value
    assert [each.full_name[0].value for each in freshest if each.full_name] == ["http://a/delta"]
    delta = (await lists.crl("crl/delta")).extensions
    assert not [each for each in delta if isinstance(each.value, x509.FreshestCRL)]


async def test_disabled_lists_are_empty_and_signed() -> None:
    """Whatever was revoked; and it is all there again when they are no longer disabled."""
    lists = await Lists.with_role()
    serial = number((await lists.issue())["serial_number"])
    await lists.revoke(serial_number=f"{serial:040x}")
    before = await lists.crl()
    await lists.write("config/crl", disable=True)
    empty = await lists.crl()
    assert len(list(empty)) == 0
    assert numbered(empty) > numbered(before)
    assert empty.is_signature_valid(await issuer_key(lists))
    await lists.write("config/crl", disable=False)
    assert await lists.listed() == {serial}


async def issuer_key(lists: Lists) -> Any:
    """The default issuer's public key."""

    async def work(view: View) -> bytes:
        return (await issuer_rows.referred(view, "default")).certificate

    return x509.load_der_x509_certificate(await lists.change(work)).public_key()


async def test_partitions() -> None:
    """A certificate stands on the short list that its serial number says, which tells that it isn't everything."""
    lists = await Lists.with_role()
    with pytest.raises(InvalidRequest, match="config/cluster"):
        await lists.write("config/crl", partitions=4)

    async def work(view: View) -> str:
        view.write("config/cluster", ClusterConfig(path="https://a/v1/pki"))
        return (await issuer_rows.referred(view, "default")).id

    id_ = await lists.change(work)
    assert (await lists.write("config/crl", partitions=4))["partitions"] == 4
    serial = number((await lists.issue())["serial_number"])
    await lists.revoke(serial_number=f"{serial:040x}")
    for each in range(4):
        path = f"issuer/{id_}/crl/partition/0/{each}/der"
        assert await lists.listed(path) == ({serial} if serial % 4 == each else set())
        point = (await lists.crl(path)).extensions.get_extension_for_class(x509.IssuingDistributionPoint)
        assert [name.value for name in point.value.full_name or ()] == [f"https://a/v1/pki/{path}"]
        assert point.critical
    assert await lists.listed() == {serial}
    for path in ("0/4", "1/0", "x/0", "0/-1", "0/99999999999"):
        with pytest.raises(Exception, match=r"^$|unsupported"):
            await lists.raw(f"issuer/default/crl/partition/{path}/der")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("crl", "DER"),
        ("crl/pem", "PEM"),
        ("crl/delta", "DER"),
        ("crl/delta/pem", "PEM"),
        ("issuer/default/crl/der", "DER"),
        ("issuer/default/crl/pem", "PEM"),
        ("issuer/default/crl/delta/der", "DER"),
        ("issuer/default/crl/delta/pem", "PEM"),
        ("cert/crl", "certificate"),
        ("cert/delta-crl", "certificate"),
        ("issuer/default/crl", "crl"),
        ("issuer/default/crl/delta", "crl"),
    ],
)
async def test_every_path_gives_a_list(path: str, kind: str) -> None:
    """In DER, in PEM, and in PEM within JSON; without an issuer there is none."""
    lists = await Lists.with_role()
    await lists.write("config/crl", **DELTAS)
    if kind in {"DER", "PEM"}:
        response = await lists.raw(path)
        assert response.raw is not None
        assert response.raw.content_type == {"DER": "application/pkix-crl", "PEM": "application/x-pem-file"}[kind]
        load = x509.load_der_x509_crl if kind == "DER" else x509.load_pem_x509_crl
        read = load(response.raw.content)
    else:
        read = x509.load_pem_x509_crl((await lists.read(path))[kind].encode())
    is_delta = any(isinstance(each.value, x509.DeltaCRLIndicator) for each in read.extensions)
    assert is_delta == ("delta" in path)


async def test_clients_that_have_the_newest_list() -> None:
    """They get no body, until there is another one."""
    lists = await Lists.with_role()
    first = await lists.raw("crl")
    headers = dict(first.headers)
    for condition in ({"if_none_match": headers["ETag"]}, {"if_none_match": f'"x", W/{headers["ETag"]}'}):
        response = await lists.raw("crl", **condition)
        assert response.raw is not None
        assert (response.status, response.raw.content) == (304, b"")
    assert (await lists.raw("crl", if_modified_since=headers["Last-Modified"])).status == 304
    assert (await lists.raw("crl", if_modified_since="nonsense")).status == 0
    assert (await lists.raw("crl", if_none_match='"x"', if_modified_since=headers["Last-Modified"])).status == 0
    lists.later(5)
    await lists.revoke(serial_number=(await lists.issue())["serial_number"])
    assert (await lists.raw("crl", if_none_match=headers["ETag"])).status == 0
    assert (await lists.raw("crl", if_modified_since=headers["Last-Modified"])).status == 0


async def test_an_empty_mount() -> None:
    """It has no lists, and says so as the peer does."""
    lists = Lists(await Lists.mount_without_issuers())
    for path in ("crl", "crl/pem", "crl/delta", "crl/delta/pem"):
        assert (await lists.raw(path)).status == 204
    for path in ("cert/crl", "cert/delta-crl", "issuer/default/crl", "issuer/default/crl/pem"):
        with pytest.raises(InvalidRequest, match=r"no default issuer .*: make one by root/generate, import"):
            await lists.mount.ask(Operation.READ, path)
    assert await lists.read("crl/rotate") == {"success": True}
    response = await lists.mount.ask(Operation.READ, "crl/rotate-delta")
    assert response is not None
    assert response.warnings == [
        "requested rebuild of delta CRL when delta CRL is not enabled; this is a no-op",
    ]
