"""Issuers: made, imported, named, deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.crypto.ssh import private_keys
from strongroom.engines.ssh import Ssh
from strongroom.engines.ssh.issuers.records import IssuerRecord
from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.ssh.mounts import Authority, inspected, ssh_keygen
from tests.flow.harness import Mounted


def new_pair(directory: Path, *options: str) -> dict[str, str]:
    """A key pair that `ssh-keygen` has made, as fields of a request."""
    file = directory / "pair"
    file.unlink(missing_ok=True)
    ssh_keygen("-q", "-N", "", "-C", "made elsewhere", "-f", str(file), *options)
    return {"private_key": file.read_text(), "public_key": (directory / "pair.pub").read_text()}


IMPORTED = [
    ("-t", "ed25519"),
    ("-t", "rsa", "-b", "2048"),
    ("-t", "rsa", "-b", "3072", "-m", "PEM"),
    ("-t", "rsa", "-b", "2048", "-m", "PKCS8"),
    ("-t", "ecdsa", "-b", "256"),
    ("-t", "ecdsa", "-b", "384", "-m", "PEM"),
    ("-t", "ecdsa", "-b", "521", "-m", "PKCS8"),
]


@pytest.mark.parametrize("options", IMPORTED, ids=" ".join)
async def test_a_pair_from_elsewhere_signs(options: tuple[str, ...], tmp_path: Path) -> None:
    """A pair in each form that `ssh-keygen` writes is imported, and what it signs names it."""
    pair = new_pair(tmp_path, *options)
    authority = Authority(await Mounted.new(Ssh(), {}))
    answer = await authority.write("config/ca", **pair)
    assert answer["public_key"] == pair["public_key"] == (await authority.raw("public_key")).decode()
    await authority.role()
    signed = await authority.sign()
    fingerprint = ssh_keygen("-l", "-f", str(tmp_path / "pair.pub")).split()[1]
    assert fingerprint in inspected(tmp_path, signed["signed_key"])[2]


async def test_a_pair_that_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    """The public key has to be that of the private one: hosts would trust a key that signs nothing."""
    one, other = new_pair(tmp_path, "-t", "ed25519"), new_pair(tmp_path, "-t", "ed25519")
    authority = await Authority.new()
    with pytest.raises(InvalidRequest, match="don't belong together"):
        await authority.write("config/ca", **{**one, "public_key": other["public_key"]})


@pytest.mark.parametrize("form", ["RFC4716", "PEM"])
async def test_a_protected_key_is_refused_by_name(form: str, tmp_path: Path) -> None:
    """A private key with a passphrase is refused with that reason, and isn't quoted."""
    file = tmp_path / "pair"
    ssh_keygen("-q", "-t", "rsa", "-b", "2048", "-N", "secret", "-m", form, "-f", str(file))
    authority = await Authority.new()
    with pytest.raises(InvalidRequest, match="protected by a passphrase") as refused:
        await authority.write("config/ca", private_key=file.read_text(), public_key=(tmp_path / "pair.pub").read_text())
    assert file.read_text()[60:90] not in refused.value.text


async def test_a_weak_authority_is_refused(tmp_path: Path) -> None:
    """An RSA key of 1024 bits signs nothing here."""
    authority = await Authority.new()
    with pytest.raises(InvalidRequest, match="1024 bits"):
        await authority.write("config/ca", **new_pair(tmp_path, "-t", "rsa", "-b", "1024"))


async def test_a_second_import_changes_nothing_but_the_default(tmp_path: Path) -> None:
    """A pair that the mount has keeps its id and name."""
    pair = new_pair(tmp_path, "-t", "ed25519")
    authority = await Authority.new()
    first = await authority.write("issuers/import/old", **pair)
    assert (await authority.read("config/issuers"))["default"] != first["issuer_id"]
    again = await authority.write("config/ca", **pair)
    assert again == first
    assert (await authority.read("config/issuers"))["default"] == first["issuer_id"]
    assert len((await authority.listed("issuers"))["keys"]) == 2


async def test_each_issuer_signs_for_the_roles_that_name_it(tmp_path: Path) -> None:
    """A role's certificates come from the issuer that it names, also after the default has changed."""
    authority = await Authority.new()
    named = await authority.write("issuers/import/second", key_type="ec")
    await authority.role(issuer_ref="second")
    await authority.role("by-default")
    assert (await authority.sign())["issuer_id"] == named["issuer_id"]
    default = (await authority.read("config/issuers"))["default"]
    assert (await authority.sign("by-default"))["issuer_id"] == default != named["issuer_id"]
    await authority.write("config/issuers", default="second")
    assert (await authority.sign("by-default"))["issuer_id"] == named["issuer_id"]


async def test_deleted_issuers_leave_no_rows() -> None:
    """All issuers are gone at once, however many; their rows, keys included, are cleared afterwards."""
    authority = await Authority.new()
    for number in range(70):
        await authority.write(f"issuers/import/n{number}", key_type="ed25519")
    response = await authority.delete("config/ca")
    assert response is not None
    assert response.warnings == ["Deleted 71 issuers, including default issuer if configured."]
    with pytest.raises(InvalidRequest, match=r"no default issuer .*: make or import one at config/ca"):
        await authority.raw("public_key")
    await authority.write("issuers/import/n0", key_type="ed25519")
    while await authority.do_due_work():
        pass
    rows = await authority.mount.rows()
    assert sorted(name.split("/")[0] for name in rows) == ["config", "issuer", "issuer-name"]


def test_private_keys_are_not_shown() -> None:
    """What holds a private key doesn't show it when it is printed."""
    pair = private_keys.generate("ed25519", 0)
    record = IssuerRecord(id="1", public_key=pair.public.line, pkcs8=pair.pkcs8)
    assert "pkcs8" not in repr(record) and "private" not in repr(pair).lower()
