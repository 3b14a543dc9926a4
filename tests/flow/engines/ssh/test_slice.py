"""An authority, a role and a certificate, end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.engines.ssh.mounts import USER_KEY, Authority, inspected, ssh_keygen


@pytest.mark.parametrize(
    ("key_type", "shown"),
    [("ed25519", "ssh-ed25519"), ("ec", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521")],
)
async def test_ssh_keygen_reads_what_was_signed(key_type: str, shown: str, tmp_path: Path) -> None:
    """OpenSSH sees in the certificate what was asked for, signed by the authority that is published."""
    authority = await Authority.new(key_type=key_type)
    await authority.role(default_extensions={"permit-pty": ""}, default_critical_options={"force-command": "id"})
    answer = await authority.sign(valid_principals="ubuntu,deploy", ttl="10m")
    lines = inspected(tmp_path, answer["signed_key"])

    (tmp_path / "ca.pub").write_bytes(await authority.raw("public_key"))
    fingerprint = ssh_keygen("-l", "-f", str(tmp_path / "ca.pub")).split()[1]
    assert lines[0] == "Type: ssh-ed25519-cert-v01@openssh.com user certificate"
    assert fingerprint in lines[2] and lines[2].endswith(f"(using {shown})")
    assert f"Serial: {int(answer['serial_number'], 16)}" in lines
    assert lines[lines.index("Principals:") + 1 :] == [
        "deploy",
        "ubuntu",
        "Critical Options:",
        "force-command id",
        "Extensions:",
        "permit-pty",
    ]
    assert answer["signed_key"].split()[1] != USER_KEY.split()[1]
