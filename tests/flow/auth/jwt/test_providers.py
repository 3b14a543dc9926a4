"""Providers that send groups in ways of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from strongroom.auth.jwt import Jwt
from strongroom.auth.jwt.keys import KeySets
from strongroom.auth.jwt.pod import Pod
from strongroom.auth.jwt.providers import Azure, Google, Providers
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Http
from strongroom.sdk import Auth, Operation
from tests.flow.auth.jwt.keys import jwk, public_pem, rsa_key, signed
from tests.flow.auth.jwt.test_login_pages import begin, end, refusal
from tests.flow.harness import Mounted
from tests.sim.google_directory import GoogleDirectory, key_file
from tests.sim.identity_provider import CLIENT, SECRET
from tests.sim.identity_provider import serving as serving_provider
from tests.sim.tls_server import Asked, Reply, as_json, serving

READ, WRITE = Operation.READ, Operation.UPDATE


async def mounted(settings: dict[str, Any], providers: Providers | None = None, **role: Any) -> Mounted:
    """A mount with a key and the role r, which asks for groups."""
    mount = await Mounted.new(Jwt(providers=providers))
    await mount.ask(WRITE, "config", {"jwt_validation_pubkeys": [public_pem(rsa_key())], "provider_config": settings})
    wanted = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": "us", "groups_claim": "groups"}
    await mount.ask(WRITE, "role/r", wanted | role)
    return mount


async def log_in(mount: Mounted, **claims: Any) -> Auth:
    """The login of a token with these claims."""
    said = {"sub": "ann", "aud": "us", "exp": int(mount.clock.now()) + 60, **claims}
    response = await mount.ask(WRITE, "login", {"role": "r", "jwt": signed(said)})
    assert response is not None
    assert response.auth is not None
    return response.auth


@pytest.mark.parametrize(("provider", "text"), [("secureauth", "a, b"), ("ibmisam", "a b"), ("ibmisam", ["a", "b"])])
async def test_groups_in_one_text(provider: str, text: Any) -> None:
    """They are split; a list stays one; a pointer leads to them too."""
    mount = await mounted({"provider": provider})
    assert (await log_in(mount, groups=text)).group_aliases == ("a", "b")
    mount = await mounted({"provider": provider}, groups_claim="/x/y", bound_claims={"/x/y": "b"})
    assert (await log_in(mount, x={"y": text, "z": 1})).group_aliases == ("a", "b")


async def test_without_a_provider_a_text_is_one_group() -> None:
    """As ADFS sends it."""
    mount = await mounted({})
    assert (await log_in(mount, groups="a, b")).group_aliases == ("a, b",)


async def test_what_is_no_provider() -> None:
    """The refusal says what is missing."""
    for settings, text in (
        ({"provider": "x"}, 'provider "x" not found'),
        ({"x": "azure"}, "'provider' field not found"),
        ({"provider": "gsuite", "gsuite_service_account": "/etc/passwd"}, "not the content of a key file"),
        ({"provider": "gsuite", "gsuite_service_account": "{}"}, "type service_account"),
        ({"provider": "gsuite", "gsuite_service_account": {**key_file(), "private_key": "x"}}, "private_key"),
        ({"provider": "gsuite", "groups_recurse_max_depth": -1}, "groups_recurse_max_depth"),
        ({"provider": "gsuite", "fetch_groups": "maybe"}, "bool"),
    ):
        with pytest.raises(InvalidRequest, match="invalid provider_config") as refused:
            await mounted(settings)
        assert text in refused.value.text


BY_REFERENCE = {"_claim_names": {"groups": "src1"}}


def sources(endpoint: str) -> dict[str, Any]:
    """Claims of a user with more groups than a token has."""
    return {**BY_REFERENCE, "_claim_sources": {"src1": {"endpoint": endpoint}}}


async def test_groups_by_reference_without_the_provider_are_named_as_such() -> None:
    """The refusal says what to set; an optional claim doesn't let such a user in without groups."""
    for optional in (False, True):
        mount = await mounted({}, groups_claim_optional=optional)
        with pytest.raises(InvalidRequest, match="groups sent by reference; set provider_config"):
            await log_in(mount, **sources("https://graph.windows.net/t/users/u/getMemberObjects"))
    mount = await mounted({"provider": "azure"})
    with pytest.raises(InvalidRequest, match="only a login at the provider's page"):
        await log_in(mount, **sources("https://graph.windows.net/t/users/u/getMemberObjects"))


async def test_a_groups_claim_may_be_optional() -> None:
    """Without the setting its absence is a refusal; with it, the user is in no group."""
    with pytest.raises(InvalidRequest, match='"groups" claim not found'):
        await log_in(await mounted({}))
    assert (await log_in(await mounted({}, groups_claim_optional=True))).group_aliases == ()


async def test_the_graph_is_asked_for_groups_by_reference(tmp_path: Path) -> None:
    """With the user's own access token, which goes to no other host."""

    def graph(asked: Asked) -> Reply:
        assert (asked.verb, asked.path) == ("POST", "/v1.0/users/u/getMemberObjects")
        assert json.loads(asked.body) == {"securityEnabledOnly": False}
        right = asked.headers["authorization"] == "Bearer access"
        return as_json({"value": ["g1", "g2"]}) if right else as_json({}, 403)

    with serving(tmp_path, graph) as server, serving_provider() as provider:
        http = Http("the identity provider")
        keys = KeySets(http)
        providers = Providers(http, {"azure": Azure(Http("Graph", context=server.context), frozenset({server.host}))})
        mount = await Mounted.new(Jwt(keys, providers=providers))
        provider.now = mount.clock.now()
        settings = {
            "oidc_discovery_url": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "provider_config": {"provider": "azure"},
        }
        await mount.ask(WRITE, "config", settings)
        role = {"user_claim": "sub", "allowed_redirect_uris": "http://localhost:8250/oidc/callback"}
        await mount.ask(WRITE, "role/r", {**role, "groups_claim": "groups", "bound_claims": {"groups": "g2"}})
        provider.claims = sources(f"https://{server.host}/v1.0/users/u/getMemberObjects")
        response = await end(mount, provider.consent((await begin(mount))["auth_url"]))
        assert response.auth is not None
        assert response.auth.group_aliases == ("g1", "g2")
        asked = len(server.asked)
        for endpoint in ("https://evil.example/v1.0/users/u", f"http://{server.host}/v1.0/users/u", "x", "//["):
            provider.claims = sources(endpoint)
            refused = refusal(await end(mount, provider.consent((await begin(mount))["auth_url"])))
            assert "groups sent by reference to" in refused
        assert len(server.asked) == asked


def google(server: Any, directory: GoogleDirectory) -> Providers:
    """Google at the stand-in."""
    directory.host = server.host
    base = f"https://{server.host}"
    places = {name: f"{base}/{name}" for name in ("directory", "credentials", "metadata")}
    return Providers(
        Http("x"), {"gsuite": Google(Http("Google", context=server.context), tokens=f"{base}/token", **places)}
    )


async def test_google_tells_groups_and_attributes(tmp_path: Path) -> None:
    """In the administrator's name, in all pages, and groups of groups to the depth that is set."""
    directory = GoogleDirectory({"ann": ["a@x", "b@x"], "a@x": ["c@x"], "c@x": ["d@x"]}, {"Prefs": {"team": "red"}})
    with serving(tmp_path, directory) as server:
        settings = {
            "provider": "gsuite",
            "gsuite_service_account": json.dumps(key_file()),
            "gsuite_admin_impersonate": "admin@x",
            "fetch_groups": True,
            "fetch_user_info": True,
            "user_custom_schemas": "Prefs",
        }
        for depth, groups in ((0, ("a@x", "b@x")), (1, ("a@x", "b@x", "c@x")), (5, ("a@x", "b@x", "c@x", "d@x"))):
            mount = await mounted(
                {**settings, "groups_recurse_max_depth": depth},
                google(server, directory),
                claim_mappings={"/Prefs/team": "team"},
                bound_claims={"groups": "b@x"},
            )
            auth = await log_in(mount)
            assert auth.group_aliases == groups
            assert auth.metadata["team"] == "red"
        shown = str(await mount.data(READ, "config"))
        assert "private_key" not in shown
        assert "admin@x" in shown
    assert set(directory.subjects) == {"admin@x"}


async def test_google_by_the_machines_own_account(tmp_path: Path) -> None:
    """Another service account signs, without a key file here."""
    directory = GoogleDirectory({"ann": ["a@x"]})
    with serving(tmp_path, directory) as server:
        settings = {"provider": "gsuite", "impersonate_principal": "reader@project.example", "fetch_groups": "true"}
        mount = await mounted({**settings, "gsuite_admin_impersonate": "admin@x"}, google(server, directory))
        assert (await log_in(mount)).group_aliases == ("a@x",)
        assert directory.subjects == ["admin@x"]
        mount = await mounted({**settings, "impersonate_principal": "other@x"}, google(server, directory))
        with pytest.raises(UpstreamFailed, match="refused this server's service account"):
            await log_in(mount)


async def test_the_own_cluster_vouches_for_its_accounts(tmp_path: Path) -> None:
    """Its address is the environment's, it is asked with the pod's token, and only its issuer's tokens count."""
    issuer = "https://kubernetes.default.svc"

    def cluster(asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer of-the-pod":
            return as_json({}, 403)
        if asked.path == "/.well-known/openid-configuration":
            return as_json({"issuer": issuer, "jwks_uri": f"https://{asked.headers['host']}/openid/v1/jwks"})
        return as_json({"keys": [jwk(rsa_key(), "k")]})

    with serving(tmp_path, cluster) as server:
        host, _, port = server.host.partition(":")
        (tmp_path / "token").write_text("of-the-pod\n")
        (tmp_path / "ca.crt").write_text(server.certificate.read_text())
        pod = Pod({"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}, tmp_path)
        mount = await Mounted.new(Jwt(KeySets(pod=pod)))
        settings = {"provider_config": {"provider": "kubernetes"}}
        await mount.ask(WRITE, "config", settings)
        await mount.ask(WRITE, "role/r", {"role_type": "jwt", "user_claim": "sub", "bound_audiences": "us"})
        assert (await log_in(mount, iss=issuer)).alias == "ann"
        with pytest.raises(InvalidRequest, match="bound to the issuer"):
            await log_in(mount, iss="https://other.example")
        with pytest.raises(InvalidRequest, match="exactly one of"):
            await mount.ask(WRITE, "config", {**settings, "jwks_url": "https://other.example"})
    outside = await Mounted.new(Jwt(KeySets(pod=Pod({}, tmp_path))))
    with pytest.raises(InvalidRequest, match="KUBERNETES_SERVICE_HOST"):
        await outside.ask(WRITE, "config", settings)
