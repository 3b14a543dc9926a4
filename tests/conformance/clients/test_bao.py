"""The reference server's own command line as a client: it must not notice whose server it talks to.

Every scenario runs against both servers; what was printed must agree once identifiers, times and widths are replaced.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.clients.configured import start_configured_ours, start_configured_peer
from tests.conformance.clients.transcript import Shell, differing
from tests.conformance.servers import Server

Scenario = Callable[[Shell, str], None]
"""What is typed, given a name that no other scenario uses."""


def status(shell: Shell, _: str) -> None:
    """The state of the server, as text, as JSON and as an exit status."""
    shell.run("status")
    shell.run("status", token="nonsense")
    shell.run("read", "sys/key-status")
    shell.run("operator", "key-status")
    shell.run("operator", "rotate")


def kv1(shell: Shell, name: str) -> None:
    """Key/value secrets, version 1, by `kv` and by paths."""
    shell.run("secrets", "enable", f"-path={name}", "-version=1", "kv")
    shell.run("kv", "put", f"{name}/a", "user=u", "password=p")
    shell.run("kv", "get", f"{name}/a")
    shell.run("kv", "get", "-field=user", f"{name}/a")
    shell.run("kv", "get", "-format=json", f"{name}/a")
    shell.run("read", f"{name}/a")
    shell.run("read", "-format=yaml", "-field=data", f"{name}/a")
    shell.run("write", f"{name}/b/c", "value=1")
    shell.run("write", f"{name}/empty")
    shell.run("kv", "list", name)
    shell.run("list", f"{name}/b")
    shell.run("list", "-format=json", name)
    shell.run("kv", "list", f"{name}/none")
    shell.run("kv", "get", f"{name}/none")
    shell.run("read", f"{name}/none")
    shell.run("kv", "delete", f"{name}/a")
    shell.run("delete", f"{name}/b/c")
    shell.run("kv", "patch", f"{name}/b", "x=1")
    shell.run("secrets", "disable", name)


def kv2(shell: Shell, name: str) -> None:
    """Key/value secrets, version 2: versions, check-and-set, patches, metadata."""
    shell.run("secrets", "enable", f"-path={name}", "kv-v2")
    shell.run("kv", "put", f"-mount={name}", "a", "user=u", "password=p")
    shell.run("kv", "put", "-cas=0", f"{name}/a", "user=v")
    shell.run("kv", "put", "-cas=1", f"{name}/a", "user=v")
    shell.run("kv", "get", f"{name}/a")
    shell.run("kv", "get", "-version=1", "-format=json", f"{name}/a")
    shell.run("kv", "get", "-field=user", f"{name}/a")
    shell.run("kv", "patch", f"{name}/a", "password=q")
    shell.run("kv", "patch", "-method=rw", f"{name}/a", "password=r")
    shell.run("kv", "patch", f"{name}/none", "password=q")
    shell.run("kv", "rollback", "-version=1", f"{name}/a")
    shell.run("kv", "delete", f"{name}/a")
    shell.run("kv", "get", f"{name}/a")
    shell.run("kv", "undelete", "-versions=4,5", f"{name}/a")
    shell.run("kv", "destroy", "-versions=2", f"{name}/a")
    shell.run("kv", "get", "-version=2", f"{name}/a")
    shell.run("kv", "metadata", "put", "-max-versions=4", "-custom-metadata=owner=team", f"{name}/a")
    shell.run("kv", "metadata", "patch", "-delete-version-after=1h", f"{name}/a")
    shell.run("kv", "metadata", "get", "-format=json", f"{name}/a")
    shell.run("kv", "put", f"{name}/b/c", "x=@nosuchfile")
    shell.run("kv", "put", f"{name}/b/c", "x=-", stdin="from stdin")
    shell.run("kv", "list", name)
    shell.run("kv", "list", f"{name}/b")
    shell.run("kv", "list", f"{name}/none")
    shell.run("kv", "get", f"{name}/none")
    shell.run("read", f"{name}/a")
    shell.run("kv", "metadata", "delete", f"{name}/a")
    shell.run("kv", "metadata", "get", f"{name}/a")
    shell.run("secrets", "disable", f"{name}/")


def policies(shell: Shell, name: str) -> None:
    """Policies from a file and from standard input, and what they let a token do."""
    rules = 'path "secret/data/x" {\n  capabilities = ["read"]\n}\n'
    (shell.home / "p.hcl").write_text(rules)
    shell.run("policy", "write", name, "p.hcl")
    shell.run("policy", "write", f"{name}-in", "-", stdin=rules)
    shell.run("policy", "read", name)
    shell.run("policy", "read", "none")
    shell.run("policy", "write", "root", "p.hcl")
    shell.run("policy", "write", f"{name}-bad", "-", stdin='path "x" {')
    shell.run("policy", "delete", f"{name}-in")
    shell.run("policy", "delete", "default")
    token = shell.run("token", "create", "-field=token", f"-policy={name}")
    assert token
    shell.run("token", "capabilities", "secret/data/x", token=token)
    shell.run("token", "capabilities", token, "secret/data/x")
    shell.run("token", "capabilities", "secret/data/x")
    shell.run("kv", "put", "secret/x", "a=b")
    shell.run("read", "secret/data/x", token=token)
    shell.run("read", "secret/data/y", token=token)
    shell.run("write", "secret/data/x", "a=b", token=token)
    shell.run("policy", "list", token=token)
    shell.run("policy", "delete", name)


def tokens(shell: Shell, name: str) -> None:
    """Tokens: made, looked up, renewed, revoked, with roles."""
    made = json.loads(
        shell.run(
            "token", "create", "-policy=default", "-ttl=1h", "-explicit-max-ttl=2h", "-metadata=k=v", "-format=json"
        )
    )["auth"]
    token, accessor = made["client_token"], made["accessor"]
    shell.run("token", "create", "-policy=nosuch", "-orphan", "-use-limit=3")
    shell.run("token", "create", "-type=batch", "-policy=default")
    shell.run("token", "create", "-period=30m", "-policy=default", "-display-name=me")
    shell.run("token", "create", "-policy=default", "-ttl=9999h")
    shell.run("token", "lookup", token)
    shell.run("token", "lookup", "-accessor", accessor)
    shell.run("token", "lookup", token=token)
    shell.run("token", "lookup", "nonsense")
    shell.run("token", "lookup", token="nonsense")
    shell.run("token", "renew", "-increment=30m", token)
    shell.run("token", "renew", token=token)
    shell.run("token", "renew", "-accessor", accessor)
    shell.run("token", "renew", "-increment=9h", token)
    shell.run("write", f"auth/token/roles/{name}", "allowed_policies=default", "orphan=true", "token_period=1h")
    shell.run("read", f"auth/token/roles/{name}")
    shell.run("token", "create", f"-role={name}")
    shell.run("delete", f"auth/token/roles/{name}")
    shell.run("token", "create", f"-role={name}")
    shell.run("token", "revoke", token)
    shell.run("token", "revoke", "-accessor", accessor)
    shell.run("token", "revoke", "-self", token=token)
    shell.run("token", "lookup", token)


def userpass(shell: Shell, name: str) -> None:
    """Users: enabling the method, logging in, and the token that is kept."""
    shell.run("auth", "enable", f"-path={name}", "-description=people", "userpass")
    shell.run("auth", "enable", f"-path={name}", "userpass")
    shell.run("write", f"auth/{name}/users/ann", "password=secret", "policies=default", "ttl=1h")
    shell.run("read", f"auth/{name}/users/ann")
    shell.run("list", f"auth/{name}/users")
    shell.run("login", "-method=userpass", f"-path={name}", "username=ann", "password=secret", token="")
    shell.run("token", "lookup", token="")
    shell.run("login", "-method=userpass", f"-path={name}", "username=ann", "password=wrong", token="")
    shell.run("login", "-no-store", "-token-only", "-method=userpass", f"-path={name}", "username=ann", "password=x")
    shell.run("write", f"auth/{name}/login/ann", "password=secret", token="")
    shell.run("auth", "tune", "-default-lease-ttl=2h", "-description=others", name)
    shell.run("read", f"sys/auth/{name}/tune")
    shell.run("auth", "disable", name)
    shell.run("token", "lookup", token="")


def approle(shell: Shell, name: str) -> None:
    """Roles, secret ids and logins by them."""
    shell.run("auth", "enable", f"-path={name}", "approle")
    shell.run("write", f"auth/{name}/role/app", f"role_id={name}", "token_policies=default", "token_ttl=10m")
    shell.run("write", f"auth/{name}/role/app", "secret_id_num_uses=-1")
    shell.run("read", f"auth/{name}/role/app/role-id")
    shell.run("write", f"auth/{name}/role/app/token-ttl", "token_ttl=20m")
    shell.run("read", f"auth/{name}/role/app/token-ttl")
    shell.run("delete", f"auth/{name}/role/app/token-ttl")
    shell.run("list", f"auth/{name}/role")
    shell.run("write", "-force", f"auth/{name}/role/app/secret-id")
    shell.run("write", f"auth/{name}/role/app/custom-secret-id", "secret_id=right", "ttl=10m", "num_uses=2")
    shell.run("list", f"auth/{name}/role/none/secret-id")
    shell.run("write", f"auth/{name}/login", f"role_id={name}", "secret_id=wrong", token="")
    shell.run("write", "-field=token_policies", f"auth/{name}/login", f"role_id={name}", "secret_id=right", token="")
    shell.run("write", f"auth/{name}/role/app/secret-id/destroy", "secret_id=right")
    shell.run("write", f"auth/{name}/login", f"role_id={name}", "secret_id=right", token="")
    shell.run("delete", f"auth/{name}/role/app")
    shell.run("read", f"auth/{name}/role/app")
    shell.run("auth", "disable", name)


def totp(shell: Shell, name: str) -> None:
    """One-time passwords: codes that are made, and checked once."""
    shell.run("secrets", "enable", f"-path={name}", "totp")
    key = "key=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    shell.run("write", f"{name}/keys/a", key, "period=12h", "issuer=I", "account_name=A")
    shell.run("read", f"{name}/keys/a")
    shell.run("list", f"{name}/keys")
    shell.run("read", "-field=period", f"{name}/code/a")
    code = shell.run("read", "-field=code", f"{name}/code/a")
    shell.run("write", f"{name}/code/a", f"code={code}")
    shell.run("write", f"{name}/code/a", f"code={code}")
    shell.run("write", f"{name}/code/a", "code=1")
    shell.run("write", f"{name}/keys/b", "generate=true", "issuer=I", "account_name=A", "exported=false")
    shell.run("write", f"{name}/keys/b", "generate=true")
    shell.run("delete", f"{name}/keys/a")
    shell.run("read", f"{name}/keys/a")
    shell.run("read", f"{name}/code/a")
    shell.run("secrets", "disable", name)


def wrapping(shell: Shell, name: str) -> None:
    """Wrapped answers are had once."""
    shell.run("kv", "put", f"secret/{name}", "a=b")
    token = shell.run("read", "-field=wrapping_token", "-wrap-ttl=60s", f"secret/data/{name}")
    assert token
    shell.run("write", "sys/wrapping/lookup", f"token={token}")
    shell.run("unwrap", token)
    shell.run("unwrap", token)
    shell.run("token", "create", "-policy=default", "-wrap-ttl=5m")
    shell.run("write", "-wrap-ttl=1m", "-f", "sys/wrapping/wrap", "x=y")
    shell.run("unwrap", "nonsense")
    shell.run("kv", "get", "-wrap-ttl=nonsense", f"secret/{name}")


def mounts(shell: Shell, name: str) -> None:
    """Secrets engines: enabled, tuned, moved, disabled."""
    shell.run(
        "secrets", "enable", f"-path={name}", "-description=d", "-default-lease-ttl=1h", "-max-lease-ttl=2h", "kv"
    )
    shell.run("secrets", "enable", f"-path={name}", "kv")
    shell.run("secrets", "enable", "nosuchtype")
    shell.run("secrets", "tune", "-default-lease-ttl=30m", "-description=e", name)
    shell.run("secrets", "tune", "-max-lease-ttl=1m", name)
    shell.run("read", f"sys/mounts/{name}/tune")
    shell.run("read", "-format=json", f"sys/mounts/{name}")
    shell.run("secrets", "tune", "-default-lease-ttl=1h", "nosuchmount")
    shell.run("kv", "put", f"{name}/x", "a=b")
    shell.run("kv", "enable-versioning", name)
    shell.run("secrets", "move", name, f"{name}-moved")
    shell.run("secrets", "move", "nosuchmount", "elsewhere")
    shell.run("secrets", "disable", f"{name}-moved")
    shell.run("secrets", "disable", f"{name}-moved")
    shell.run("secrets", "disable", "sys")


def audit(shell: Shell, name: str) -> None:
    """Audit devices: enabled, listed, disabled."""
    shell.run("audit", "enable", f"-path={name}", "-description=d", "file", f"file_path={shell.home}/audit.log")
    shell.run("audit", "enable", f"-path={name}", "file", f"file_path={shell.home}/audit.log")
    shell.run("audit", "enable", f"-path={name}-none", "nosuchtype")
    shell.run("audit", "enable", f"-path={name}-none", "file")
    shell.run("audit", "list")
    shell.run("audit", "list", "-detailed")
    shell.run("write", f"sys/audit-hash/{name}", "input=x")
    shell.run("audit", "disable", name)
    shell.run("audit", "disable", name)
    shell.run("audit", "list")


def leases(shell: Shell, name: str) -> None:
    """Leases of logins: listed, looked up, revoked."""
    shell.run("auth", "enable", f"-path={name}", "userpass")
    shell.run("write", f"auth/{name}/users/ann", "password=secret")
    prefix = f"auth/{name}/login/ann"
    token = shell.run("write", "-field=token", f"auth/{name}/login/ann", "password=secret")
    assert token
    (lease,) = json.loads(shell.run("list", "-format=json", f"sys/leases/lookup/{prefix}"))
    shell.run("lease", "lookup", f"{prefix}/{lease}")
    shell.run("lease", "renew", f"{prefix}/{lease}")
    shell.run("lease", "lookup", "nosuch")
    shell.run("lease", "renew", "nosuch")
    shell.run("lease", "revoke", "-sync", f"{prefix}/{lease}")
    shell.run("token", "lookup", token=token)
    shell.run("lease", "revoke", "-prefix", "-sync", f"auth/{name}")
    shell.run("lease", "revoke", "-force", "-prefix", f"auth/{name}")
    shell.run("lease", "revoke", "nosuch")
    shell.run("auth", "disable", name)


def mistakes(shell: Shell, name: str) -> None:
    """What goes wrong is said with the same words and exit statuses."""
    shell.run("read", f"{name}/nosuch")
    shell.run("write", f"{name}/nosuch", "a=b")
    shell.run("list", f"{name}/nosuch")
    shell.run("delete", f"{name}/nosuch")
    shell.run("read", "sys/nosuch")
    shell.run("read", "secret/x")
    shell.run("write", "secret/x", "a=b")
    shell.run("list", "secret")
    shell.run("write", "secret/data/x", "-", stdin="{not json")
    shell.run("read", "secret/data/x", token="nonsense")
    shell.run("path-help", "nosuch")
    shell.run("operator", "init")
    shell.run("operator", "unseal", "bm90IGEga2V5")


def identity(shell: Shell, name: str) -> None:
    """Entities, their aliases and their groups, and what a login shows of them."""
    shell.run("auth", "enable", f"-path={name}", "userpass")
    shell.run("write", f"auth/{name}/users/ann", "password=p")
    shell.run("write", f"auth/{name}/login/ann", "password=p")
    shell.run("write", "identity/entity", f"name={name}", "policies=one,Two", "metadata=team=a", "metadata=place=b")
    shell.run("read", f"identity/entity/name/{name}")
    shell.run("write", "-field=name", "identity/lookup/entity", f"name={name.upper()}")
    shell.run("write", f"identity/entity/name/{name}", "disabled=true")
    shell.run("read", "-field=disabled", f"identity/entity/name/{name}")
    shell.run("write", "identity/group", f"name={name}", "policies=three")
    shell.run("read", f"identity/group/name/{name}")
    shell.run("write", "identity/group", f"name={name}", "type=external")
    shell.run("write", "identity/entity", f"name={name}", "policies=root")
    shell.run("write", "identity/entity-alias", "name=ann", "mount_accessor=none")
    shell.run("delete", f"identity/group/name/{name}")
    shell.run("delete", f"identity/entity/name/{name}")
    shell.run("read", f"identity/entity/name/{name}")


def ssh(shell: Shell, name: str) -> None:
    """Certificates and one-time passwords for SSH."""
    key = shell.home / "id.pub"
    key.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDV2DKYDVkWl8t/JDTz1mQaiUEXXiPIcDtRsW8Opy+lB")
    shell.run("secrets", "enable", f"-path={name}", "ssh")
    shell.run("write", f"{name}/config/ca", "key_type=ed25519")
    shell.run("read", "-field=public_key", f"{name}/config/ca")
    shell.run("list", "-detailed", f"{name}/issuers")
    shell.run("write", f"{name}/roles/ca", "key_type=ca", "allow_user_certificates=true", "allowed_users=ann,bob")
    shell.run("write", f"{name}/roles/otp", "key_type=otp", "default_user=ann", "cidr_list=10.0.0.0/8")
    shell.run("read", f"{name}/roles/ca")
    shell.run("read", f"{name}/roles/otp")
    shell.run("list", f"{name}/roles")
    shell.run("list", "-detailed", f"{name}/roles")
    shell.run("write", f"{name}/sign/ca", f"public_key=@{key}", "valid_principals=ann")
    shell.run("write", "-field=signed_key", f"{name}/sign/ca", f"public_key=@{key}", "valid_principals=bob,ann")
    shell.run("write", f"{name}/issue/ca", "key_type=ec", "valid_principals=ann")
    shell.run("write", f"{name}/creds/otp", "ip=10.0.0.1")
    otp = shell.run("write", "-field=key", f"{name}/creds/otp", "ip=10.0.0.1")
    shell.run("write", f"{name}/verify", f"otp={otp}")
    shell.run("write", f"{name}/verify", f"otp={otp}")
    shell.run("write", f"{name}/lookup", "ip=10.0.0.1")
    shell.run("delete", f"{name}/roles/otp")
    shell.run("delete", f"{name}/config/ca")
    shell.run("secrets", "disable", name)


SCENARIOS: tuple[Scenario, ...] = (
    status,
    kv1,
    kv2,
    policies,
    tokens,
    userpass,
    approle,
    identity,
    totp,
    wrapping,
    mounts,
    audit,
    leases,
    ssh,
    mistakes,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_prints_the_same(scenario: Scenario, ours: Server, peer: Server, tmp_path: Path) -> None:
    """The command line prints the same and ends with the same status, whichever server it talks to."""
    shells = _shells(ours, peer, tmp_path)
    name = f"{scenario.__name__}-{uuid.uuid4().hex[:5]}"
    for shell in shells:
        scenario(shell, name)
    found = differing(*shells)
    assert not found, "\n\n".join(found)


def test_first_start(tmp_path: Path) -> None:
    """A new server is initialised, unsealed, sealed, and unsealed again, with the same words."""
    for name in ("ours", "peer"):
        (tmp_path / name).mkdir()
    with (
        start_configured_ours(tmp_path / "ours") as ours,
        start_configured_peer(tmp_path / "peer") as peer,
    ):
        shells = _shells(ours, peer, tmp_path)
        for shell in shells:
            _first_start(shell)
        found = differing(*shells)
    assert not found, "\n\n".join(found)


def _first_start(shell: Shell) -> None:
    shell.run("status")
    shell.run("operator", "init", "-status")
    shell.run("operator", "init", "-key-shares=2", "-key-threshold=3")
    shell.run("secrets", "list")
    made = json.loads(shell.run("operator", "init", "-key-shares=3", "-key-threshold=2", "-format=json"))
    keys, root = made["unseal_keys_b64"], made["root_token"]
    shell.run("operator", "init", "-status")
    shell.run("operator", "init")
    shell.run("operator", "unseal", "bm90IGEga2V5")
    shell.run("operator", "unseal", keys[0])
    shell.run("status")
    shell.run("operator", "unseal", "-reset")
    shell.run("operator", "unseal", keys[0])
    shell.run("operator", "unseal", keys[2])
    shell.run("operator", "seal", token="nonsense")
    _until_active(shell, root)
    shell.run("token", "lookup", token=root)
    shell.run("policy", "list", token=root)
    shell.run("operator", "seal", token=root)
    shell.run("token", "lookup", token=root)


def _until_active(shell: Shell, token: str) -> None:
    # The reference server elects itself first; the attempts until then aren't part of the transcript.
    for _ in range(100):
        waiting = Shell(shell.server, shell.home)
        waiting.run("write", "cubbyhole/awake", "v=1", token=token)
        if waiting.steps[0].status == 0:
            return
    raise AssertionError("the server was unsealed but doesn't answer")


def _shells(ours: Server, peer: Server, directory: Path) -> tuple[Shell, Shell]:
    homes = {server.name: directory / f"home-{server.name}" for server in (ours, peer)}
    for home in homes.values():
        home.mkdir()
    return Shell(ours, homes["ours"]), Shell(peer, homes["peer"])
