"""Which lists certificates name, and that OpenSSL finds a certificate on the list that it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from strongroom.sdk import Operation
from tests.flow.engines.pki.acme.proved import world
from tests.flow.engines.pki.est.world import World, certificates, device
from tests.flow.engines.pki.mounts import openssl
from tests.flow.engines.pki.requests import request_for
from tests.flow.engines.pki.revocations import Lists, number, openssl_says

MOUNT = "https://pki.example/v1/pki"
URLS = {
    "crl_distribution_points": "http://a.example/crl",
    "delta_crl_distribution_points": "http://a.example/delta",
}
PARTITIONS = 4
TEMPLATE = "ValidationOutput{template: CertTemplate{Subject: PKIX.Name{CommonName: 'a.example'}}}"


async def partitioned() -> Lists:
    """A mount with URLs of lists, and partitions."""
    lists = await Lists.with_role()
    await lists.write("config/urls", **URLS)
    await lists.write("config/cluster", aia_path=f"{MOUNT}/")
    await lists.write("config/crl", partitions=PARTITIONS)
    return lists


def urls(certificate: str, extension: type[x509.CRLDistributionPoints | x509.FreshestCRL]) -> list[str]:
    """The URLs of an extension of a certificate in PEM; none if it isn't there."""
    found = [each.value for each in x509.load_pem_x509_certificate(certificate.encode()).extensions]
    points = [point for value in found if isinstance(value, extension) for point in value]
    assert all(len(point.full_name or ()) == 1 for point in points)
    return [str(name.value) for point in points for name in point.full_name or ()]


async def test_certificates_name_the_urls_of_their_issuer() -> None:
    """Without partitions: its list, and its deltas as the freshest list."""
    lists = await Lists.with_role()
    await lists.write("config/urls", **URLS)
    leaf = (await lists.issue())["certificate"]
    assert urls(leaf, x509.CRLDistributionPoints) == ["http://a.example/crl"]
    assert urls(leaf, x509.FreshestCRL) == ["http://a.example/delta"]
    shown = openssl("x509", "-noout", "-ext", "freshestCRL", given=leaf)
    assert "URI:http://a.example/delta" in shown and "critical" not in shown


@pytest.mark.parametrize("way", ["issue/any", "sign/any", "sign-verbatim", "cel/issue/c"])
async def test_certificates_name_the_list_of_their_partition(way: str, tmp_path: Path) -> None:
    """That one and no other: with the others a client would load the list of everything."""
    lists = await partitioned()
    if way.startswith("cel/"):
        await lists.write("cel/roles/c", cel_program={"expression": TEMPLATE})
    issuer = (await lists.read("issuer/default"))["issuer_id"]
    fields = {} if "issue" in way else {"csr": request_for(tmp_path, "CN=a.example")}
    leaf = await lists.write(way, common_name="a.example", key_type="ec", ttl="1h", **fields)
    partition = number(leaf["serial_number"]) % PARTITIONS
    named = [f"{MOUNT}/issuer/{issuer}/crl/partition/0/{partition}/der"]
    assert urls(leaf["certificate"], x509.CRLDistributionPoints) == named
    assert urls(leaf["certificate"], x509.FreshestCRL) == []


async def test_certificates_of_acme_name_the_list_of_their_partition() -> None:
    """As all others do."""
    async with world() as it:
        await it.server.mount.ask(Operation.UPDATE, "config/crl", {"partitions": PARTITIONS})
        client = await it.client()
        done = await it.issued(client, "www.example.com")
        leaf = (await client.at(done.json["certificate"])).content.decode()
    partition = x509.load_pem_x509_certificate(leaf.encode()).serial_number % PARTITIONS
    (named,) = urls(leaf, x509.CRLDistributionPoints)
    assert named.endswith(f"/crl/partition/0/{partition}/der")


@pytest.mark.parametrize("policy", ["role:web", "sign-verbatim"])
async def test_certificates_of_est_name_the_list_of_their_partition(policy: str, tmp_path: Path) -> None:
    """With a role and without one."""
    it = await World.new(default_path_policy=policy)
    await it.node.ok("POST", "pki/config/cluster", {"path": MOUNT})
    await it.node.ok("POST", "pki/config/crl", {"partitions": PARTITIONS})
    leaf = certificates(await it.enrol("/.well-known/est/simpleenroll", device(tmp_path)))
    partition = x509.load_pem_x509_certificate(leaf.encode()).serial_number % PARTITIONS
    (named,) = urls(leaf, x509.CRLDistributionPoints)
    assert named.endswith(f"/crl/partition/0/{partition}/der")


async def test_authorities_name_the_list_of_everything(tmp_path: Path) -> None:
    """They are few, and whoever looks at a chain loads their list anyway."""
    lists = await partitioned()
    csr = request_for(tmp_path, "CN=Below")
    made = await lists.write("root/sign-intermediate", csr=csr, common_name="Below")
    assert urls(made["certificate"], x509.CRLDistributionPoints) == ["http://a.example/crl"]


async def judged(lists: Lists, directory: Path, leaf: dict[str, str], named: str) -> str:
    """What OpenSSL says of a certificate by the list that has a URL, and by no other."""
    (directory / "ca.pem").write_text(leaf["issuing_ca"] + "\n")
    (directory / "leaf.pem").write_text(leaf["certificate"] + "\n")
    found = await lists.raw(named.removeprefix(f"{MOUNT}/").replace("/der", "/pem"))
    assert found.raw is not None
    (directory / "crl.pem").write_bytes(found.raw.content)
    at = ("-attime", str(int(lists.now) + 1))
    options = ("-partial_chain", "-crl_check", "-extended_crl", "-CRLfile", "crl.pem", "-CAfile", "ca.pem")
    return openssl_says(directory, "verify", *at, *options, "leaf.pem")


async def test_openssl_finds_certificates_on_the_list_that_they_name(tmp_path: Path) -> None:
    """It takes the list for those certificates alone that name it."""
    lists = await partitioned()
    leaves = [await lists.issue() for _ in range(3 * PARTITIONS)]
    gone = leaves[0]
    (named,) = urls(gone["certificate"], x509.CRLDistributionPoints)
    await lists.revoke(serial_number=gone["serial_number"])
    assert "certificate revoked" in await judged(lists, tmp_path, gone, named)
    for leaf in leaves[1:]:
        is_same = urls(leaf["certificate"], x509.CRLDistributionPoints) == [named]
        said = await judged(lists, tmp_path, leaf, named)
        assert ("leaf.pem: OK" if is_same else "different CRL scope") in said


async def test_openssl_takes_the_list_of_a_twin(tmp_path: Path) -> None:
    """Issuers with one key share their lists: certificates of one that came later find theirs at once."""
    lists = await partitioned()
    for _ in range(PARTITIONS):
        (named,) = urls((await lists.issue())["certificate"], x509.CRLDistributionPoints)
        await lists.raw(named.removeprefix(f"{MOUNT}/"))
    await lists.add_issuer("twin", key_of="default")
    await lists.role(issuer_ref="twin")
    leaf = await lists.issue()
    (named,) = urls(leaf["certificate"], x509.CRLDistributionPoints)
    assert "/issuer/id-twin/" in named
    assert "leaf.pem: OK" in await judged(lists, tmp_path, leaf, named)
