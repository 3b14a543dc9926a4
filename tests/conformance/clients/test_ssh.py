"""`hvac.secrets.ssh`, against a dev server of ours and the reference server."""

from __future__ import annotations

import hvac  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity
from hvac import exceptions

from tests.conformance.clients.test_hvac import fresh

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDV2DKYDVkWl8t/JDTz1mQaiUEXXiPIcDtRsW8Opy+lB ann@example.com"


@pytest.fixture
def path(client: hvac.Client) -> str:
    """A mount of its own."""
    path = fresh("ssh")
    client.sys.enable_secrets_engine("ssh", path)
    return path


def test_certificates(client: hvac.Client, path: str) -> None:
    """An authority is made, read and deleted; a role is written, read, listed and deleted; a key is signed."""
    ssh = client.secrets.ssh
    ssh.submit_ca_information(generate_signing_key=True, key_type="ed25519", mount_point=path)
    assert ssh.read_public_key(mount_point=path)["data"]["public_key"].startswith("ssh-ed25519 ")
    ssh.create_role(
        name="web",
        key_type="ca",
        allow_user_certificates=True,
        allowed_users="ann,bob",
        default_user="ann",
        ttl="30m",
        default_extensions={"permit-pty": ""},
        mount_point=path,
    )
    role = ssh.read_role("web", mount_point=path)["data"]
    assert (role["ttl"], role["allowed_users"], role["key_type"]) == (1800, "ann,bob", "ca")
    assert ssh.list_roles(mount_point=path)["data"]["keys"] == ["web"]
    signed = ssh.sign_ssh_key("web", KEY, valid_principals="bob", mount_point=path)["data"]
    certificate = load_ssh_public_identity(signed["signed_key"].encode())
    assert isinstance(certificate, SSHCertificate)
    assert certificate.valid_principals == [b"bob"] and certificate.extensions == {b"permit-pty": b""}
    assert certificate.serial == int(signed["serial_number"], 16)
    with pytest.raises(exceptions.InvalidRequest):
        ssh.sign_ssh_key("web", KEY, valid_principals="root", mount_point=path)
    ssh.delete_role("web", mount_point=path)
    ssh.delete_ca_information(mount_point=path)
    with pytest.raises(exceptions.InvalidRequest):
        ssh.read_public_key(mount_point=path)


def test_one_time_passwords(client: hvac.Client, path: str) -> None:
    """A password is made and used once; roles are found by address, and some are for any."""
    ssh = client.secrets.ssh
    ssh.create_role(name="otp", key_type="otp", default_user="ann", cidr_list="10.0.0.0/8", mount_point=path)
    ssh.create_role(name="any", key_type="otp", default_user="ann", mount_point=path)
    ssh.configure_zeroaddress_roles("any", mount_point=path)
    assert ssh.list_zeroaddress_roles(mount_point=path)["data"]["roles"] == ["any"]
    assert ssh.list_roles_by_ip("10.0.0.1", mount_point=path)["data"]["roles"] == ["otp", "any"]
    made = ssh.generate_ssh_credentials("otp", ip="10.0.0.1", mount_point=path)["data"]
    found = ssh.verify_ssh_otp(made["key"], mount_point=path)["data"]
    assert found == {"ip": "10.0.0.1", "role_name": "otp", "username": "ann"}
    with pytest.raises(exceptions.InvalidRequest):
        ssh.verify_ssh_otp(made["key"], mount_point=path)
    ssh.delete_zeroaddress_role(mount_point=path)
    with pytest.raises(exceptions.InvalidPath):
        ssh.list_zeroaddress_roles(mount_point=path)
