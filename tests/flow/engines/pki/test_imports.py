"""Importing keys and certificates."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.engines.pki.chains import leaf
from tests.flow.engines.pki.mounts import Authority, openssl

PASSPHRASE = ("-aes256", "-passout", "pass:secret")


def made(
    directory: Path, *key: str, subject: str = "/CN=Theirs", days: str = "3650", usage: str = "keyCertSign,cRLSign"
) -> tuple[str, str]:
    """A root that OpenSSL makes: key and certificate in PEM."""
    path = directory / "their.key"
    certificate = openssl(
        *("req", "-x509", "-nodes", "-newkey", *(key or ("rsa:2048",)), "-keyout", str(path)),
        *("-subj", subject, "-days", days, "-addext", f"keyUsage=critical,{usage}"),
    )
    return path.read_text(), certificate


EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")


@pytest.mark.parametrize(
    ("key", "command"),
    [
        (("rsa:2048",), ("rsa", "-traditional")),
        (("rsa:2048",), ("pkey",)),
        (EC, ("ec",)),
        (EC, ("pkey",)),
        (("ed25519",), ("pkey",)),
    ],
)
async def test_each_form_of_a_key_is_taken(key: tuple[str, ...], command: tuple[str, ...], tmp_path: Path) -> None:
    """A root of OpenSSL with its key in PKCS #1, SEC 1 or PKCS #8 issues here, in any order of the bundle."""
    private, certificate = made(tmp_path, *key)
    rewritten = openssl(*command, given=private)
    for bundle in (rewritten + certificate, "My CA\n" + certificate + "\r\n\n" + rewritten):
        authority = await Authority.empty()
        answer = await authority.write("issuers/import/bundle", pem_bundle=bundle)
        assert len(answer["imported_issuers"]) == len(answer["imported_keys"]) == 1
        assert answer["mapping"] == {answer["imported_issuers"][0]: answer["imported_keys"][0]}
        assert (await authority.read("config/issuers"))["default"] == answer["imported_issuers"][0]
    authority.mount.clock.advance(_now() - authority.mount.clock.now())
    issued = await leaf(authority, common_name="www.example.com")
    at = ("-attime", str(int(_now())))
    (tmp_path / "root.pem").write_text(certificate)
    (tmp_path / "leaf.pem").write_text(issued["certificate"])
    assert "OK" in openssl("verify", *at, "-CAfile", str(tmp_path / "root.pem"), str(tmp_path / "leaf.pem"))


def _now() -> float:
    return float(subprocess.run(["date", "+%s"], capture_output=True, text=True, check=True).stdout)


async def test_parameters_of_a_curve_before_its_key_are_skipped(tmp_path: Path) -> None:
    """`openssl ecparam -genkey` writes them, and nobody removes them."""
    both = openssl("ecparam", "-name", "prime256v1", "-genkey")
    assert "EC PARAMETERS" in both
    authority = await Authority.empty()
    assert (await authority.write("keys/import", pem_bundle=both, key_name="k"))["key_type"] == "ec"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("pkey", *PASSPHRASE), "encrypted: decrypt it first"),
        (("rsa", "-traditional", *PASSPHRASE), "encrypted: decrypt it first"),
        (("rsa", "-pubout"), "public key"),
    ],
)
async def test_keys_that_can_not_be_used_are_refused_in_words(
    command: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """An encrypted key is told from a damaged one, and nothing of the bundle is kept."""
    private, certificate = made(tmp_path)
    authority = await Authority.empty()
    with pytest.raises(InvalidRequest, match=said) as caught:
        await authority.write("issuers/import/bundle", pem_bundle=certificate + openssl(*command, given=private))
    assert "BEGIN" not in str(caught.value)
    assert await authority.mount.rows() == {}


async def test_keys_of_ssh_are_refused_in_words(tmp_path: Path) -> None:
    """A key in OpenSSH's own form isn't taken for a damaged one."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "k")], check=True)
    authority = await Authority.empty()
    with pytest.raises(InvalidRequest, match="OpenSSH"):
        await authority.write("keys/import", pem_bundle=(tmp_path / "k").read_text())


@pytest.mark.parametrize("key", ["rsa:1024", "dsa"])
async def test_weak_and_other_keys_are_refused(key: str, tmp_path: Path) -> None:
    """Short RSA keys and those of other kinds sign nothing here."""
    private = openssl("genpkey", "-algorithm", "X25519") if key == "dsa" else openssl("genrsa", "-traditional", "1024")
    authority = await Authority.empty()
    with pytest.raises(InvalidRequest, match=r"2048|unsupported key type"):
        await authority.write("keys/import", pem_bundle=private)


async def test_damaged_bundles_are_refused(tmp_path: Path) -> None:
    """What is cut off, altered, or of another kind is refused, and the texts quote no key."""
    private, certificate = made(tmp_path, *EC)
    cut = private.replace("-----END PRIVATE KEY-----", "")
    authority = await Authority.empty()
    for bundle in (
        certificate + cut,
        certificate.replace("-----END", "---END"),
        certificate[:-40],
        private.replace("MI", "!!", 1),
        openssl("req", "-new", "-key", str(tmp_path / "their.key"), "-subj", "/CN=x"),
        "x" * 200,
    ):
        with pytest.raises(InvalidRequest) as caught:
            await authority.write("issuers/import/bundle", pem_bundle=bundle)
        assert private.splitlines()[1] not in str(caught.value)
    assert await authority.mount.rows() == {}


async def test_leaves_are_no_issuers(tmp_path: Path) -> None:
    """A certificate without `CA:TRUE` is refused."""
    authority = await Authority.new()
    issued = await leaf(authority, common_name="a.example.com")
    with pytest.raises(InvalidRequest, match="non-CA"):
        await authority.write("issuers/import/cert", pem_bundle=issued["certificate"])


async def test_a_key_finds_its_certificate_whichever_comes_first(tmp_path: Path) -> None:
    """Certificate, then key; key, then certificate; and what is there already is said to be."""
    private, certificate = made(tmp_path, *EC)
    first = await Authority.empty()
    alone = await first.write("issuers/import/cert", pem_bundle=certificate)
    issuer = alone["imported_issuers"][0]
    assert alone["mapping"] == {issuer: ""}
    assert (await first.read("config/issuers"))["default"] == ""
    with pytest.raises(InvalidRequest, match="doesn't have its key"):
        await leaf_by(first, issuer)
    key = await first.write("issuers/import/bundle", pem_bundle=private)
    assert (await first.read(f"issuer/{issuer}"))["key_id"] == key["imported_keys"][0]
    again = await first.write("issuers/import/bundle", pem_bundle=private + certificate)
    assert again["existing_issuers"] == [issuer]
    assert again["existing_keys"] == key["imported_keys"]
    assert again["imported_issuers"] is None is again["imported_keys"]
    await leaf_by(first, issuer)

    second = await Authority.empty()
    key = await second.write("keys/import", pem_bundle=private)
    known = await second.write("issuers/import/cert", pem_bundle=certificate)
    assert list(known["mapping"].values()) == [key["key_id"]]


async def leaf_by(authority: Authority, issuer: str) -> None:
    """Issue a certificate by the given issuer."""
    await authority.write("roles/by", allow_any_name=True, key_type="ec", issuer_ref=issuer, ttl="1h")
    await authority.write("issue/by", common_name="a.b")


async def test_lists_in_a_bundle_are_left_out(tmp_path: Path) -> None:
    """Bundles of other programs hold lists of revoked certificates: they are skipped, and that is said."""
    authority = await Authority.new()
    crl = await authority.mount.ask(Operation.READ, "crl/pem")
    assert crl is not None and crl.raw is not None
    _, certificate = made(tmp_path)
    other = await Authority.empty()
    answer = await other.answer("issuers/import/cert", pem_bundle=certificate + crl.raw.content.decode() + "\n")
    assert any("left out" in each for each in answer.warnings)
    assert answer.data is not None and len(answer.data["imported_issuers"]) == 1


async def test_keys_are_refused_where_only_certificates_go(tmp_path: Path) -> None:
    """`issuers/import/cert` and `set-signed` take no key: who may do that needn't be trusted with one."""
    private, certificate = made(tmp_path, *EC)
    authority = await Authority.empty()
    for place, field in (("issuers/import/cert", "pem_bundle"), ("intermediate/set-signed", "certificate")):
        with pytest.raises(InvalidRequest, match="not allowed by the path"):
            await authority.write(place, **{field: private + certificate})


async def test_the_default_follows_only_a_clear_choice(tmp_path: Path) -> None:
    """With `default_follows_latest_issuer`, one new issuer with a key becomes the default; one without doesn't."""
    authority = await Authority.new()
    own = (await authority.read("config/issuers"))["default"]
    await authority.write("config/issuers", default=own, default_follows_latest_issuer=True)
    private, certificate = made(tmp_path, *EC)
    await authority.write("issuers/import/cert", pem_bundle=certificate)
    assert (await authority.read("config/issuers"))["default"] == own
    private, certificate = made(tmp_path, *EC, subject="/CN=Other")
    answer = await authority.write("issuers/import/bundle", pem_bundle=private + certificate)
    assert (await authority.read("config/issuers"))["default"] == answer["imported_issuers"][0]


async def test_what_is_imported_keeps_its_name(tmp_path: Path) -> None:
    """The issuer's name in leaves is the imported one's byte for byte, in whatever string types it was written."""
    private, certificate = made(tmp_path, *EC, subject="/O=Plain Org/CN=Plain CA")
    authority = await Authority.empty()
    authority.mount.clock.advance(_now() - authority.mount.clock.now())
    await authority.write("config/ca", pem_bundle=private + certificate)
    issued = (await leaf(authority, common_name="a.example.com"))["certificate"]
    name = [
        openssl("x509", "-noout", option, "-nameopt", "oneline,show_type", given=pem).partition("=")[2]
        for option, pem in (("-subject", certificate), ("-issuer", issued))
    ]
    assert "UTF8STRING" in name[0]
    assert name[0] == name[1]


@pytest.mark.parametrize(
    ("usage", "lacking", "bit"),
    [("keyCertSign", "crl-signing", "CRLSign"), ("cRLSign", "issuing-certificates", "CertSign")],
)
async def test_issuers_do_what_their_certificate_says(usage: str, lacking: str, bit: str, tmp_path: Path) -> None:
    """Clients take no list, and no certificate, by an issuer whose key usage leaves that out: it makes none."""
    authority = await Authority.empty()
    answer = await authority.answer("issuers/import/bundle", pem_bundle="".join(made(tmp_path, *EC, usage=usage)))
    assert any(lacking in each and bit in each for each in answer.warnings)
    rest = {"read-only", "issuing-certificates", "crl-signing", "ocsp-signing"} - {lacking}
    assert set((await authority.read("issuer/default"))["usage"].split(",")) == rest
    for change in (authority.patch, authority.write):
        with pytest.raises(InvalidRequest, match=f"lacks the {bit} KeyUsage"):
            await change("issuer/default", usage=["read-only", lacking])
    assert set((await authority.write("issuer/default"))["usage"].split(",")) == rest
    if lacking == "crl-signing":
        with pytest.raises(NotFound):
            await authority.read("issuer/default/crl")
    else:
        await authority.write("roles/any", allow_any_name=True, key_type="ec")
        with pytest.raises(InvalidRequest, match="issuing-certificates"):
            await authority.write("issue/any", common_name="a.example")
