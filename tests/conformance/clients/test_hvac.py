"""`hvac`, the common Python client, against a dev server.

Every test runs against the reference server too: what fails there is a mistake of the test.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest
from hvac import exceptions

from tests.conformance.servers import Server


def fresh(prefix: str) -> str:
    """A name that no other test has."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def kv1(client: hvac.Client) -> str:
    """A mount of key/value secrets, version 1."""
    path = fresh("kv1")
    client.sys.enable_secrets_engine("kv", path, options={"version": "1"})
    return path


@pytest.fixture
def kv2(client: hvac.Client) -> str:
    """A mount of key/value secrets, version 2."""
    path = fresh("kv2")
    client.sys.enable_secrets_engine("kv", path, options={"version": "2"})
    return path


def as_token(server: Server, token: str) -> hvac.Client:
    """A client with another token."""
    return hvac.Client(url=server.url, token=token)


class TestSecretsVersion1:
    """Key/value secrets, version 1."""

    def test_write_read_list_delete(self, client: hvac.Client, kv1: str) -> None:
        """What is written is read, listed, and gone once deleted."""
        engine = client.secrets.kv.v1
        engine.create_or_update_secret("a/b", {"user": "u", "n": 1}, mount_point=kv1)
        assert engine.read_secret("a/b", mount_point=kv1)["data"] == {"user": "u", "n": 1}
        assert engine.list_secrets("a", mount_point=kv1)["data"]["keys"] == ["b"]
        engine.delete_secret("a/b", mount_point=kv1)
        with pytest.raises(exceptions.InvalidPath):
            engine.read_secret("a/b", mount_point=kv1)
        with pytest.raises(exceptions.InvalidPath):
            engine.list_secrets("a", mount_point=kv1)

    def test_write_replaces(self, client: hvac.Client, kv1: str) -> None:
        """A second write leaves nothing of the first."""
        engine = client.secrets.kv.v1
        engine.create_or_update_secret("x", {"a": "1", "b": "2"}, mount_point=kv1)
        engine.create_or_update_secret("x", {"a": "3"}, mount_point=kv1, method="POST")
        assert engine.read_secret("x", mount_point=kv1)["data"] == {"a": "3"}

    def test_plain_read_and_write(self, client: hvac.Client, kv1: str) -> None:
        """The client's path methods work; a read of nothing is None."""
        client.write_data(f"{kv1}/p", data={"v": "1"})
        assert client.read(f"{kv1}/p")["data"] == {"v": "1"}
        assert client.list(kv1)["data"]["keys"] == ["p"]
        client.delete(f"{kv1}/p")
        assert client.read(f"{kv1}/p") is None
        assert client.list(kv1) is None


class TestSecretsVersion2:
    """Key/value secrets, version 2."""

    def test_versions(self, client: hvac.Client, kv2: str) -> None:
        """Writes count up; every version is read by its number, the newest without one."""
        engine = client.secrets.kv.v2
        for number in (1, 2, 3):
            written = engine.create_or_update_secret("x", {"v": number}, mount_point=kv2)
            assert written["data"]["version"] == number
        newest = engine.read_secret_version("x", mount_point=kv2, raise_on_deleted_version=True)
        assert newest["data"]["data"] == {"v": 3}
        second = engine.read_secret_version("x", version=2, mount_point=kv2, raise_on_deleted_version=True)
        assert second["data"]["data"] == {"v": 2}
        assert second["data"]["metadata"]["version"] == 2

    def test_check_and_set(self, client: hvac.Client, kv2: str) -> None:
        """A write that expects another version is refused."""
        engine = client.secrets.kv.v2
        engine.create_or_update_secret("x", {"v": 1}, cas=0, mount_point=kv2)
        with pytest.raises(exceptions.InvalidRequest):
            engine.create_or_update_secret("x", {"v": 2}, cas=0, mount_point=kv2)
        engine.create_or_update_secret("x", {"v": 2}, cas=1, mount_point=kv2)

    def test_delete_undelete_destroy(self, client: hvac.Client, kv2: str) -> None:
        """A deleted version comes back, a destroyed one doesn't."""
        engine = client.secrets.kv.v2
        engine.create_or_update_secret("x", {"v": 1}, mount_point=kv2)
        engine.create_or_update_secret("x", {"v": 2}, mount_point=kv2)
        engine.delete_latest_version_of_secret("x", mount_point=kv2)
        with pytest.raises(exceptions.InvalidPath):
            engine.read_secret_version("x", mount_point=kv2, raise_on_deleted_version=True)
        deleted = engine.read_secret_version("x", mount_point=kv2, raise_on_deleted_version=False)
        assert deleted["data"]["data"] is None
        assert deleted["data"]["metadata"]["deletion_time"]
        engine.undelete_secret_versions("x", [2], mount_point=kv2)
        read = engine.read_secret_version("x", mount_point=kv2, raise_on_deleted_version=True)
        assert read["data"]["data"] == {"v": 2}
        engine.delete_secret_versions("x", [1], mount_point=kv2)
        engine.destroy_secret_versions("x", [2], mount_point=kv2)
        versions = engine.read_secret_metadata("x", mount_point=kv2)["data"]["versions"]
        assert versions["1"]["deletion_time"]
        assert not versions["1"]["destroyed"]
        assert versions["2"]["destroyed"]

    @pytest.mark.filterwarnings("ignore:The raise_on_deleted_version parameter:DeprecationWarning")
    def test_patch(self, client: hvac.Client, kv2: str) -> None:
        """A patch changes the fields that it names; there must be something to patch."""
        engine = client.secrets.kv.v2
        engine.create_or_update_secret("x", {"a": "1", "b": "2"}, mount_point=kv2)
        engine.patch("x", {"b": "3", "c": "4"}, mount_point=kv2)
        read = engine.read_secret_version("x", mount_point=kv2, raise_on_deleted_version=True)
        assert read["data"]["data"] == {"a": "1", "b": "3", "c": "4"}
        with pytest.raises(exceptions.InvalidPath):
            engine.patch("none", {"a": "1"}, mount_point=kv2)

    def test_metadata(self, client: hvac.Client, kv2: str) -> None:
        """Settings and custom metadata of a key are kept; deleting them deletes every version."""
        engine = client.secrets.kv.v2
        engine.create_or_update_secret("d/x", {"v": 1}, mount_point=kv2)
        engine.update_metadata(
            "d/x",
            max_versions=4,
            cas_required=True,
            delete_version_after="1h",
            custom_metadata={"owner": "team"},
            mount_point=kv2,
        )
        read = engine.read_secret_metadata("d/x", mount_point=kv2)["data"]
        assert (read["max_versions"], read["cas_required"], read["delete_version_after"]) == (4, True, "1h0m0s")
        assert read["custom_metadata"] == {"owner": "team"}
        assert engine.list_secrets("", mount_point=kv2)["data"]["keys"] == ["d/"]
        engine.delete_metadata_and_all_versions("d/x", mount_point=kv2)
        with pytest.raises(exceptions.InvalidPath):
            engine.read_secret_metadata("d/x", mount_point=kv2)

    def test_configuration(self, client: hvac.Client, kv2: str) -> None:
        """The mount's settings are kept, and apply."""
        engine = client.secrets.kv.v2
        engine.configure(max_versions=2, cas_required=False, delete_version_after="0s", mount_point=kv2)
        assert engine.read_configuration(mount_point=kv2)["data"]["max_versions"] == 2
        for number in (1, 2, 3):
            engine.create_or_update_secret("x", {"v": number}, mount_point=kv2)
        with pytest.raises(exceptions.InvalidPath):
            engine.read_secret_version("x", version=1, mount_point=kv2, raise_on_deleted_version=True)


class TestPolicies:
    """Access policies."""

    RULES = 'path "secret/data/x" {\n  capabilities = ["read"]\n}\n'

    def test_both_apis(self, client: hvac.Client) -> None:
        """A policy written by one API is read, listed and deleted by the other, to the byte."""
        name = fresh("policy")
        client.sys.create_or_update_policy(name, self.RULES)
        assert client.sys.read_policy(name)["data"]["rules"] == self.RULES
        assert client.sys.read_acl_policy(name)["data"]["policy"] == self.RULES
        assert name in client.sys.list_policies()["data"]["policies"]
        assert name in client.sys.list_acl_policies()["data"]["keys"]
        client.sys.delete_acl_policy(name)
        with pytest.raises(exceptions.InvalidPath):
            client.sys.read_policy(name)
        client.sys.create_or_update_acl_policy(name, self.RULES)
        client.sys.delete_policy(name)
        with pytest.raises(exceptions.InvalidPath):
            client.sys.read_acl_policy(name)

    def test_refuses_nonsense(self, client: hvac.Client) -> None:
        """What doesn't parse isn't stored, and `root` can't be changed."""
        with pytest.raises(exceptions.InvalidRequest):
            client.sys.create_or_update_policy(fresh("policy"), 'path "x" {')
        with pytest.raises(exceptions.InvalidRequest):
            client.sys.create_or_update_policy("root", self.RULES)

    def test_are_enforced(self, server: Server, client: hvac.Client, kv1: str) -> None:
        """A token does what its policies say and nothing else; a change of a policy is seen at once."""
        name = fresh("policy")
        client.secrets.kv.v1.create_or_update_secret("x", {"v": "1"}, mount_point=kv1)
        client.sys.create_or_update_policy(name, f'path "{kv1}/x" {{ capabilities = ["read"] }}')
        token = client.auth.token.create(policies=[name])["auth"]["client_token"]
        reader = as_token(server, token)
        assert reader.secrets.kv.v1.read_secret("x", mount_point=kv1)["data"] == {"v": "1"}
        with pytest.raises(exceptions.Forbidden):
            reader.secrets.kv.v1.create_or_update_secret("x", {"v": "2"}, mount_point=kv1)
        with pytest.raises(exceptions.Forbidden):
            reader.secrets.kv.v1.read_secret("y", mount_point=kv1)
        assert reader.sys.get_capabilities([f"{kv1}/x"])["data"]["capabilities"] == ["read"]
        client.sys.create_or_update_policy(name, f'path "{kv1}/y" {{ capabilities = ["read"] }}')
        with pytest.raises(exceptions.Forbidden):
            reader.secrets.kv.v1.read_secret("x", mount_point=kv1)

    def test_capabilities(self, client: hvac.Client) -> None:
        """Capabilities of one's own, of a token and of an accessor."""
        auth = client.auth.token.create(policies=["default"])["auth"]
        assert client.sys.get_capabilities(["sys/mounts"])["data"]["sys/mounts"] == ["root"]
        of_token = client.sys.get_capabilities(["sys/seal"], token=auth["client_token"])
        assert of_token["data"]["sys/seal"] == ["deny"]
        of_accessor = client.sys.get_capabilities(["sys/seal"], accessor=auth["accessor"])
        assert of_accessor["data"]["sys/seal"] == ["deny"]


class TestTokens:
    """Tokens and their roles."""

    def test_lookup(self, server: Server, client: hvac.Client) -> None:
        """A token is looked up by itself, by another, and by its accessor, which doesn't show it."""
        auth = client.auth.token.create(policies=["default"], ttl="1h", meta={"k": "v"}, display_name="me")["auth"]
        token, accessor = auth["client_token"], auth["accessor"]
        found = client.auth.token.lookup(token)["data"]
        assert found["id"] == token
        assert found["policies"] == ["default"]
        assert found["meta"] == {"k": "v"}
        assert found["display_name"] == "token-me"
        assert 0 < found["ttl"] <= 3600
        assert as_token(server, token).auth.token.lookup_self()["data"]["accessor"] == accessor
        assert client.auth.token.lookup_accessor(accessor)["data"]["id"] == ""
        assert accessor in client.auth.token.list_accessors()["data"]["keys"]

    def test_authentication(self, server: Server, client: hvac.Client) -> None:
        """`is_authenticated` and `logout` tell the truth."""
        assert client.is_authenticated()
        stranger = as_token(server, "nonsense")
        assert not stranger.is_authenticated()
        token = client.auth.token.create(policies=["default"])["auth"]["client_token"]
        user = as_token(server, token)
        assert user.is_authenticated()
        user.logout(revoke_token=True)
        assert not as_token(server, token).is_authenticated()

    def test_renew(self, server: Server, client: hvac.Client) -> None:
        """A token is renewed by itself, by another and by its accessor, and not beyond its maximum."""
        auth = client.auth.token.create(policies=["default"], ttl="10m", explicit_max_ttl="30m")["auth"]
        token, accessor = auth["client_token"], auth["accessor"]
        assert client.auth.token.renew(token, increment="20m")["auth"]["lease_duration"] == 1200
        assert client.auth.token.renew_accessor(accessor, increment="15m")["auth"]["lease_duration"] == 900
        capped = as_token(server, token).auth.token.renew_self(increment="5h")
        assert capped["auth"]["lease_duration"] in range(1790, 1801)
        assert capped["warnings"]

    def test_revoke(self, server: Server, client: hvac.Client) -> None:
        """A revoked token is refused, and so are its children unless they are orphaned."""
        parent = client.auth.token.create(policies=["root"], ttl="1h")["auth"]["client_token"]
        child = as_token(server, parent).auth.token.create(policies=["default"])["auth"]["client_token"]
        client.auth.token.revoke(parent)
        with pytest.raises(exceptions.Forbidden):
            as_token(server, child).auth.token.lookup_self()
        parent = client.auth.token.create(policies=["root"], ttl="1h")["auth"]["client_token"]
        child = as_token(server, parent).auth.token.create(policies=["default"])["auth"]["client_token"]
        client.auth.token.revoke_and_orphan_children(parent)
        assert as_token(server, child).auth.token.lookup_self()["data"]["orphan"] is True
        client.auth.token.revoke_accessor(client.auth.token.lookup(child)["data"]["accessor"])
        with pytest.raises(exceptions.Forbidden):
            client.auth.token.lookup(child)

    def test_orphan_and_batch(self, client: hvac.Client) -> None:
        """An orphan says so; a batch token has no accessor."""
        assert client.auth.token.create_orphan(policies=["default"])["auth"]["orphan"] is True
        batch = client.auth.token.create(policies=["default"], type="batch")["auth"]
        assert (batch["token_type"], batch["accessor"], batch["renewable"]) == ("batch", "", False)

    def test_limited_uses(self, server: Server, client: hvac.Client) -> None:
        """A token with two uses works twice."""
        token = client.auth.token.create(policies=["default"], num_uses=2)["auth"]["client_token"]
        user = as_token(server, token)
        user.auth.token.lookup_self()
        user.auth.token.lookup_self()
        with pytest.raises(exceptions.Forbidden):
            user.auth.token.lookup_self()

    def test_roles(self, client: hvac.Client) -> None:
        """A role is kept, listed, applied, deleted."""
        name = fresh("role")
        client.auth.token.create_or_update_role(name, allowed_policies="default", orphan=True, renewable=False)
        assert client.auth.token.read_role(name)["data"]["allowed_policies"] == ["default"]
        assert name in client.auth.token.list_roles()["data"]["keys"]
        auth = client.auth.token.create(role_name=name)["auth"]
        assert (auth["orphan"], auth["renewable"]) == (True, False)
        client.auth.token.delete_role(name)
        with pytest.raises(exceptions.InvalidPath):
            client.auth.token.read_role(name)

    def test_tidy(self, client: hvac.Client) -> None:
        """Tidying is accepted and goes on by itself."""
        assert client.auth.token.tidy().status_code == 202


class TestUserpass:
    """The auth method userpass."""

    def test_login(self, server: Server, client: hvac.Client) -> None:
        """A user is made, listed, logs in with the right password only, and is gone once deleted."""
        path = fresh("up")
        client.sys.enable_auth_method("userpass", path=path)
        users = client.auth.userpass
        users.create_or_update_user("ann", "secret", policies="default", mount_point=path)
        assert users.list_user(mount_point=path)["data"]["keys"] == ["ann"]
        assert users.read_user("ann", mount_point=path)["data"]["policies"] == ["default"]
        visitor = hvac.Client(url=server.url)
        auth = visitor.auth.userpass.login("ann", "secret", mount_point=path)["auth"]
        assert auth["metadata"] == {"username": "ann"}
        assert visitor.token == auth["client_token"]
        assert visitor.is_authenticated()
        with pytest.raises(exceptions.InvalidRequest):
            hvac.Client(url=server.url).auth.userpass.login("ann", "wrong", mount_point=path)
        users.update_password_on_user("ann", "other", mount_point=path)
        hvac.Client(url=server.url).auth.userpass.login("ann", "other", mount_point=path)
        users.delete_user("ann", mount_point=path)
        with pytest.raises(exceptions.InvalidRequest):
            hvac.Client(url=server.url).auth.userpass.login("ann", "other", mount_point=path)

    def test_disabling_the_mount_ends_its_tokens(self, server: Server, client: hvac.Client) -> None:
        """Tokens of a disabled method are refused."""
        path = fresh("up")
        client.sys.enable_auth_method("userpass", path=path)
        client.auth.userpass.create_or_update_user("ann", "secret", mount_point=path)
        visitor = hvac.Client(url=server.url)
        visitor.auth.userpass.login("ann", "secret", mount_point=path)
        client.sys.disable_auth_method(path)
        assert not visitor.is_authenticated()


class TestWrapping:
    """Response wrapping."""

    def test_wrap_and_unwrap(self, server: Server, client: hvac.Client) -> None:
        """A wrapped payload is had once, by whoever holds the wrapping token."""
        wrapped = client.sys.wrap({"foo": "bar"}, ttl=120)["wrap_info"]
        assert wrapped["ttl"] == 120
        assert hvac.Client(url=server.url, token=wrapped["token"]).sys.unwrap()["data"] == {"foo": "bar"}
        with pytest.raises((exceptions.InvalidRequest, exceptions.Forbidden)):
            client.sys.unwrap(token=wrapped["token"])
        again = client.sys.wrap({"foo": "bar"})["wrap_info"]["token"]
        assert client.sys.unwrap(token=again)["data"] == {"foo": "bar"}

    def test_wrapped_token(self, client: hvac.Client) -> None:
        """A new token can be handed over wrapped."""
        wrapped = client.auth.token.create(policies=["default"], wrap_ttl="60s")
        assert wrapped["auth"] is None
        accessor = client.auth.token.lookup(wrapped["wrap_info"]["token"])["data"]["accessor"]
        assert accessor == wrapped["wrap_info"]["accessor"]
        auth = client.sys.unwrap(token=wrapped["wrap_info"]["token"])["auth"]
        assert auth["accessor"] == wrapped["wrap_info"]["wrapped_accessor"]


def test_audit(client: hvac.Client, tmp_path: Path) -> None:
    """A file device is enabled, listed, hashes as it logs, and is disabled."""
    path = fresh("file")
    log = tmp_path / "audit.log"
    client.sys.enable_audit_device("file", path=path, options={"file_path": str(log)}, description="to a file")
    listed = client.sys.list_enabled_audit_devices()["data"][f"{path}/"]
    assert (listed["type"], listed["options"]["file_path"]) == ("file", str(log))
    secret = uuid.uuid4().hex
    client.write_data("cubbyhole/audited", data={"value": secret})
    digest = client.sys.calculate_hash(path, secret)["data"]["hash"]
    client.sys.disable_audit_device(path)
    assert f"{path}/" not in client.sys.list_enabled_audit_devices()["data"]
    text = log.read_text()
    assert secret not in text
    assert digest in text


class TestLeases:
    """Leases, here of tokens."""

    def test_leases_are_found_and_ended(self, client: hvac.Client) -> None:
        """Listed, read, and revoked one by one, by prefix and by force; a token's isn't renewed here."""
        role = fresh("role")
        client.write_data(f"auth/token/roles/{role}", data={"orphan": True})
        prefix = f"auth/token/create/{role}"

        def made() -> str:
            client.auth.token.create(role_name=role, policies=["default"], ttl="1h")
            return str(client.sys.list_leases(prefix)["data"]["keys"][0])

        lease = f"{prefix}/{made()}"
        shown = client.sys.read_lease(lease)["data"]
        assert (shown["id"], shown["renewable"], shown["ttl"] > 3500) == (lease, True, True)
        with pytest.raises(exceptions.InvalidRequest):
            client.sys.renew_lease(lease, increment=60)
        assert client.sys.revoke_lease(lease).status_code in {200, 204}
        made()
        client.sys.revoke_prefix(prefix)
        made()
        client.sys.revoke_force(prefix)
        with pytest.raises(exceptions.InvalidPath):
            client.sys.list_leases(prefix)
