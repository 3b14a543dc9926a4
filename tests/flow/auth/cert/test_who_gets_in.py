"""Who gets in: each constraint alone decides."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from OpenSSL import crypto

from strongroom.auth.cert.records import Role
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from tests.flow.auth.cert.showing import READ, WRITE, mounted
from tests.sim.pki import Authority, Issued
from tests.sim.pki.authority import SERVER, make

UTF8, NUMBER, BMP, IA5 = b"\x0c\x05hello", b"\x02\x01\x05", b"\x1e\x04\x00h\x00i", b"\x16\x02hi"
ODD, EMPTY = b"\x0c\x09hello", b""
"""A length that is too long, and nothing at all."""
WEB = {
    "name": "web.example",
    "organization": "Acme",
    "units": ("ops", "dev"),
    "dns": ("web.example", "www.example"),
    "emails": ("ann@example.com",),
    "uris": ("spiffe://example/web",),
    "extensions": (("1.2.3.4", UTF8), ("1.2.3.5", NUMBER), ("1.2.3.6", BMP), ("1.2.3.7", ODD), ("1.2.3.8", EMPTY)),
}

CONSTRAINTS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({"allowed_names": "web.example"}, {}, True),
    ({"allowed_names": "www.*"}, {}, True),
    ({"allowed_names": "*@example.com"}, {}, True),
    ({"allowed_names": "spiffe*"}, {}, False),
    ({"allowed_names": "nobody,nothing"}, {}, False),
    ({"allowed_names": "*"}, {"name": None, "dns": (), "emails": ()}, True),
    ({"allowed_common_names": "*.example"}, {}, True),
    ({"allowed_common_names": "web"}, {}, False),
    ({"allowed_common_names": "WEB.example"}, {}, False),
    ({"allowed_common_names": "www.example"}, {}, False),
    ({"allowed_common_names": "a,"}, {"name": None}, False),
    ({"allowed_common_names": ["", "web.example"]}, {}, True),
    ({"allowed_names": "a,"}, {"name": None}, False),
    ({"allowed_dns_sans": "www.example"}, {}, True),
    ({"allowed_dns_sans": "w*w*.ex*ple"}, {}, True),
    ({"allowed_dns_sans": "web.example"}, {"dns": ("www.example",)}, False),
    ({"allowed_dns_sans": "*"}, {"dns": ()}, False),
    ({"allowed_email_sans": "ann@*"}, {}, True),
    ({"allowed_email_sans": "ann@*"}, {"emails": ()}, False),
    ({"allowed_email_sans": "bob@*"}, {}, False),
    ({"allowed_uri_sans": "spiffe://example/*"}, {}, True),
    ({"allowed_uri_sans": "spiffe://other/*"}, {}, False),
    ({"allowed_uri_sans": "*"}, {"uris": ()}, False),
    ({"allowed_organizational_units": "d*"}, {}, True),
    ({"allowed_organizational_units": "qa"}, {}, False),
    ({"allowed_organizational_units": "*"}, {"units": ()}, False),
    ({"allowed_organizations": "Acme"}, {}, True),
    ({"allowed_organizations": "ops"}, {}, False),
    ({"required_extensions": "1.2.3.4:hello"}, {}, True),
    ({"required_extensions": "1.2.3.4:h*o"}, {}, True),
    ({"required_extensions": "1.2.3.4:bye"}, {}, False),
    ({"required_extensions": "1.2.3.4:hello,1.2.3.6:hi"}, {}, True),
    ({"required_extensions": "1.2.3.4:hello,1.2.3.6:ho"}, {}, False),
    ({"required_extensions": "1.2.3.4:hello"}, {"extensions": ()}, False),
    ({"required_extensions": "1.2.3.4:hi"}, {"extensions": (("1.2.3.4", IA5),)}, True),
    ({"required_extensions": "1.2.3.5:*"}, {}, True),
    ({"required_extensions": "1.2.3.5:5"}, {}, False),
    ({"required_extensions": "1.2.3.5:"}, {}, False),
    ({"required_extensions": "1.2.3.4:"}, {"extensions": (("1.2.3.4", b"\x0c\x00"),)}, True),
    ({"required_extensions": "1.2.3.7:hello"}, {}, False),
    ({"required_extensions": "1.2.3.8:*"}, {}, True),
    ({"required_extensions": "1.2.3.9:*"}, {}, False),
    ({"required_extensions": "hex:1.2.3.5:020105"}, {}, True),
    ({"required_extensions": "hex:1.2.3.4:0C05*"}, {}, True),
    ({"required_extensions": "hex:1.2.3.5:020106"}, {}, False),
    ({"required_extensions": "1.2.3.4:a:b"}, {"extensions": (("1.2.3.4", b"\x0c\x03a:b"),)}, True),
    ({"token_bound_cidrs": "10.0.0.0/8"}, {}, True),
]


@pytest.mark.parametrize(("settings", "client", "enters"), CONSTRAINTS)
async def test_each_constraint_alone_decides(settings: dict[str, Any], client: dict[str, Any], enters: bool) -> None:
    """A client of the role's authority gets in unless this one constraint keeps it out, which the refusal names."""
    mount, root = await mounted()
    await mount.role("web", root.pem, alias_name_source="spki_sha256", **settings)
    leaf = root.issue(**{**WEB, **client})
    if enters:
        assert (await mount.log_in(leaf, "web")).metadata["cert_name"] == "web"
        return
    with pytest.raises(InvalidRequest, match=f"no chain .*: the certificate does not meet {next(iter(settings))}$"):
        await mount.log_in(leaf, "web")


@pytest.mark.parametrize("constraint", sorted({name for settings, _, enters in CONSTRAINTS for name in settings}))
async def test_the_authoritys_names_are_not_the_clients(constraint: str) -> None:
    """Constraints apply to the leaf, though the whole chain is sent."""
    mount, root = await mounted()
    between = root.below(**WEB)
    wanted = next((v for s, _, enters in CONSTRAINTS if enters for k, v in s.items() if k == constraint and v != "*"))
    await mount.role("web", root.pem, **{constraint: wanted})
    leaf = between.issue("leaf")
    if constraint == "token_bound_cidrs":
        await mount.log_in(leaf)
        return
    with pytest.raises(InvalidRequest, match=f"does not meet {constraint}"):
        await mount.log_in(leaf)


async def test_addresses() -> None:
    """A client elsewhere is told from where it was seen, and which setting keeps it out."""
    mount, root = await mounted()
    await mount.role("web", root.pem, token_bound_cidrs="10.0.0.0/8")
    for address, told in (("192.0.2.1", "192.0.2.1"), ("", "of a Unix socket")):
        with pytest.raises(PermissionDenied, match=f'source address {told} is outside token_bound_cidrs of "web"'):
            await mount.log_in(root.issue(), address=address)


def chained(root: Authority, **options: Any) -> Issued:
    """A client behind an authority with these options."""
    return root.below("Between", **options).issue("leaf", dns=("leaf.example",))


def renamed(root: Authority) -> Issued:
    """A client of another authority that has the same name as the trusted one."""
    return Authority.root(root.now, "Root").issue("leaf")


def by_sha1(root: Authority) -> Issued:
    """A client whose certificate is signed as nobody does it any more."""
    return signed_by_sha1(root, root.issue())


def by_sha1_in_the_issuers_name(root: Authority) -> Issued:
    """The same, with the authority's own name for its subject, as roots have it."""
    return signed_by_sha1(root, root.issue("Root"))


def signed_by_sha1(root: Authority, leaf: Issued) -> Issued:
    """The certificate with another signature of its authority."""
    again = crypto.X509.from_cryptography(leaf.certificate)
    again.sign(crypto.PKey.from_cryptography_key(root.own.key), "sha1")
    return Issued(again.to_cryptography(), leaf.key)


def by_a_leaf(root: Authority) -> Issued:
    """A client whose issuer may not issue."""
    issuer = root.issue("leaf")
    made = make(root.now, "bad", issuer)
    return Issued(made.certificate, made.key, (issuer.der,))


CHAINS: list[tuple[str, Any, str]] = [
    ("straight", lambda root: root.issue(), ""),
    ("RSA", lambda root: root.issue(key=rsa.generate_private_key(65537, 2048)), ""),
    ("Ed25519", lambda root: root.issue(key=ed25519.Ed25519PrivateKey.generate()), ""),
    ("one between", chained, ""),
    ("two between", lambda root: root.below("One").below("Two").issue(), ""),
    ("the authority itself", lambda root: root.own, ""),
    ("any usage", lambda root: root.issue(usages=None), ""),
    ("names within bounds", lambda root: chained(root, permitted_dns="example"), ""),
    ("twice the same", lambda root: Issued((c := chained(root)).certificate, c.key, c.chain * 3), ""),
    (
        "strangers among them",
        lambda root: Issued((c := chained(root)).certificate, c.key, (renamed(root).der, *c.chain)),
        "",
    ),
    ("names out of bounds", lambda root: chained(root, permitted_dns="other"), "permitted subtree violation"),
    ("one missing", lambda root: Issued((c := chained(root)).certificate, c.key), "invalid certificate"),
    ("expired", lambda root: root.issue(days=-1), 'the certificate "web" has expired'),
    ("not yet valid", lambda root: root.issue(age_days=-1), 'the certificate "web" is not valid yet'),
    ("expired between", lambda root: chained(root, days=-1), 'the certificate "Between" has expired'),
    ("for servers", lambda root: root.issue(usages=SERVER), 'usage of the certificate "web" doesn\'t allow clients'),
    ("for servers between", lambda root: chained(root, usages=SERVER), 'of the certificate "Between" doesn\'t allow'),
    ("too deep", lambda root: root.below("One", path_length=0).below("Two").issue(), "path length constraint exceeded"),
    ("critical extension", lambda root: root.issue(critical=(("1.2.3.9", UTF8),)), "unhandled critical extension"),
    ("by a leaf", by_a_leaf, "invalid certificate"),
    ("same name", renamed, "invalid certificate"),
    ("short key", lambda root: root.issue(key=rsa.generate_private_key(65537, 1024)), "RSA key of 1024 bits"),
    ("DSA", lambda root: root.issue(key=dsa.generate_private_key(2048)), "key of a kind that isn't accepted"),
    ("small curve", lambda root: root.issue(key=ec.generate_private_key(ec.SECP192R1())), "too short"),
    ("SHA-1", by_sha1, "signed with sha1, which is too weak"),
    ("SHA-1, self-issued", by_sha1_in_the_issuers_name, "signed with sha1, which is too weak"),
    ("the issuer's name", lambda root: root.issue("Root"), ""),
    ("own", lambda root: make(root.now, "web", None), "invalid certificate"),
]


@pytest.mark.filterwarnings("ignore:X509.sign is deprecated")
@pytest.mark.parametrize(("case", "client", "told"), CHAINS, ids=[case for case, _, _ in CHAINS])
async def test_which_chains_prove_something(case: str, client: Any, told: str) -> None:
    """Every link has to hold; the refusal says which one doesn't."""
    mount, root = await mounted()
    await mount.role("web", root.pem)
    if not told:
        await mount.log_in(client(root))
        return
    with pytest.raises(InvalidRequest, match="invalid certificate or no client certificate supplied") as refused:
        await mount.log_in(client(root))
    assert told in refused.value.text


@pytest.mark.filterwarnings("ignore:X509.sign is deprecated")
async def test_an_old_root_may_be_signed_as_it_likes() -> None:
    """It is trusted because it is registered; its own signature proves nothing."""
    mount, root = await mounted()
    old = signed_by_sha1(root, root.own)
    await mount.role("web", old.pem)
    await mount.log_in(root.issue())


async def test_a_forged_signature() -> None:
    """Names and key identifiers are those of the authority; the signature isn't."""
    mount, root = await mounted()
    await mount.role("web", root.pem)
    genuine = root.issue().der
    forged = genuine[:-1] + bytes([genuine[-1] ^ 1])
    with pytest.raises(InvalidRequest, match="invalid certificate or no client certificate supplied"):
        await mount.log_in((forged,))


async def test_nothing_and_nonsense() -> None:
    """Clients without a certificate, and with what isn't one, are told so."""
    mount, root = await mounted()
    await mount.role("web", root.pem)
    leaf = root.issue()
    for shown, told in (
        ((), "no client certificate found"),
        ((b"\x30\x03abc",), "a certificate of the client is malformed"),
        ((leaf.der, b"nonsense"), "a certificate of the client is malformed"),
        ((leaf.der[:-20],), "a certificate of the client is malformed"),
        (
            (leaf.der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09", 1),),
            "a certificate of the client is malformed",
        ),
        ((b"\x30" * 40_000,), "a certificate of the client is longer than 32768 bytes"),
        ((leaf.der,) * 17, "the client shows more than 16 certificates"),
        ((leaf.der,) * 1000, "the client shows more than 16 certificates"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            await mount.log_in(shown)
        assert refused.value.text == told


async def test_authorities_that_vouch_for_each_other() -> None:
    """A circle ends nowhere, and neither does it go on for ever."""
    mount, root = await mounted()
    await mount.role("web", root.pem)
    one, two = Authority.root(root.now, "One"), Authority.root(root.now, "Two")
    circle = [
        make(root.now, "One", two.own, is_ca=True, key=one.own.key),
        make(root.now, "Two", one.own, is_ca=True, key=two.own.key),
    ]
    same = [make(root.now, "One", one.own, is_ca=True, key=one.own.key) for _ in range(13)]
    leaf = one.issue("leaf")
    for others in (circle, same, circle + same):
        with pytest.raises(InvalidRequest, match="invalid certificate or no client certificate supplied"):
            await mount.log_in((leaf.der, *(each.der for each in others)))


async def test_a_registered_certificate_has_to_match_entirely() -> None:
    """Another one with its name, its key and its issuer isn't it; nor do the authorities behind it vouch for others."""
    mount, root = await mounted()
    own = make(root.now, "own", None)
    await mount.role("own", own.pem)
    assert (await mount.log_in(own)).metadata["cert_name"] == "own"
    for other in (make(root.now, "own", None, key=own.key), make(root.now, "own", own), root.issue("own")):
        with pytest.raises(InvalidRequest, match="invalid certificate or no client certificate supplied"):
            await mount.log_in(other)
    issued = root.issue("first")
    await mount.role("file", issued.pem + root.pem)
    await mount.log_in(issued, "file")
    with pytest.raises(InvalidRequest, match="invalid certificate"):
        await mount.log_in(root.issue("second"), "file")


async def test_a_registered_certificate_expires() -> None:
    """It counts as long as it says itself."""
    mount, root = await mounted()
    own = make(root.now, "own", None, days=1)
    await mount.role("own", own.pem)
    await mount.log_in(own)
    mount.clock.advance(2 * 86400)
    with pytest.raises(InvalidRequest, match='the certificate "own" has expired'):
        await mount.log_in(own)


async def test_several_roles() -> None:
    """The one that names the very certificate comes first; a name confines the login to one role."""
    mount, root = await mounted()
    leaf, other = root.issue("leaf"), root.issue("other")
    await mount.role("any", root.pem)
    await mount.role("leaf", leaf.pem)
    await mount.role("never", root.pem, allowed_common_names="nobody")
    assert (await mount.log_in(leaf)).metadata["cert_name"] == "leaf"
    assert (await mount.log_in(leaf, "ANY")).metadata["cert_name"] == "any"
    assert (await mount.log_in(other)).metadata["cert_name"] == "any"
    for client, name in ((other, "leaf"), (leaf, "never"), (leaf, "missing")):
        with pytest.raises(InvalidRequest):
            await mount.log_in(client, name)


async def test_a_bundle_of_authorities() -> None:
    """A role trusts each of them, also one that another one has issued."""
    mount, root = await mounted()
    other, between = Authority.root(root.now, "Other"), root.below("Between")
    await mount.role("web", other.pem + between.pem)
    gap = between.issue("gap")
    for client in (other.issue(), gap, Issued(gap.certificate, gap.key)):
        await mount.log_in(client)
    with pytest.raises(InvalidRequest):
        await mount.log_in(root.issue())


async def test_a_role_that_cant_be_read_any_more_hinders_no_other() -> None:
    """As when a later release refuses its certificate."""
    mount, root = await mounted()
    await mount.role("web", root.pem)

    async def spoil(txn: Transaction) -> None:
        mount.request(txn, READ, "", {}, "").view.write("role/a", Role(certificate="spoilt"))

    await transact(mount.barrier, spoil)
    assert (await mount.log_in(root.issue())).metadata["cert_name"] == "web"
    await mount.ask(WRITE, "crls/one", {"crl": root.crl().decode()})
    with pytest.raises(InvalidRequest, match="invalid certificate"):
        await mount.log_in(root.issue(), "a")


@pytest.mark.parametrize("name", ["a/b", "../config", "x" * 100_000, "web ", "\x00", "wéb"])
async def test_names_that_no_role_has(name: str) -> None:
    """They lead nowhere."""
    mount, root = await mounted()
    await mount.role("web", root.pem)
    with pytest.raises(InvalidRequest, match="invalid certificate or no client certificate supplied"):
        await mount.log_in(root.issue(), name)


async def test_metadata_on_failures() -> None:
    """A refusal names the certificate if the mount is set so."""
    mount, root = await mounted()
    await mount.role("web", root.pem, allowed_common_names="x")
    leaf = root.issue("web")
    with pytest.raises(InvalidRequest, match=r"allowed_common_names\Z"):
        await mount.log_in(leaf)
    await mount.ask(WRITE, "config", {"enable_metadata_on_failures": True})
    assert (await mount.data(READ, "config"))["enable_metadata_on_failures"] is True
    with pytest.raises(InvalidRequest, match=f"serial_number='{leaf.certificate.serial_number}'"):
        await mount.log_in(leaf)
