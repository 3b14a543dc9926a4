"""Service accounts and instances of Google Cloud log in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from strongroom.auth.gcp import Gcp
from strongroom.auth.gcp.google import Google
from strongroom.auth.gcp.records import GcpConfig
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied, UpstreamFailed
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted
from tests.sim.google import PROJECT, StandIn, running
from tests.sim.issuer import Issuer

READ, WRITE = Operation.READ, Operation.UPDATE


@pytest.fixture(scope="module")
def one() -> Iterator[StandIn]:
    """The stand-in."""
    with running() as google:
        yield google


@pytest.fixture
def google(one: StandIn) -> Iterator[StandIn]:
    """The stand-in, as it was at first."""
    table = dict(one.server.table)
    yield one
    one.server.table = table


async def mounted(google: StandIn, name: str = "r", **role: Any) -> Mounted:
    """A mount that asks the stand-in, with a role."""
    mount = await Mounted.new(Gcp())
    mount.plugin.google = Google(clock=mount.clock.now)  # type: ignore[attr-defined]
    await mount.ask(WRITE, "config", google.config)
    if role:
        await mount.ask(WRITE, f"role/{name}", role)
    return mount


async def log_in(mount: Mounted, jwt: str, role: str = "r", address: str = "") -> Auth:
    """The login that the method answers with."""
    response = await mount.ask(WRITE, "login", {"role": role, "jwt": jwt}, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth


async def test_a_service_account_logs_in(google: StandIn) -> None:
    """With a token that it has signed, or Google for it; by its address or its id."""
    mount = await mounted(google, type="iam", bound_service_accounts=google.email, token_policies="p", token_ttl="10m")
    role = await mount.data(READ, "role/r")
    now = mount.clock.now()
    by_google = google.google.sign(
        {"iss": "https://accounts.google.com", "sub": google.unique_id, "aud": "vault/r", "iat": now, "exp": now + 600}
    )
    for jwt in (google.of_account(now, "r"), google.of_account(now, "r", sub=google.unique_id), by_google):
        auth = await log_in(mount, jwt)
        assert (auth.alias, auth.display_name, auth.group_aliases) == (role["role_id"], google.email, None)
        facts = {"project_id": PROJECT, "role": "r", "service_account_email": google.email}
        assert auth.metadata == auth.alias_metadata == {**facts, "service_account_id": google.unique_id}
        assert (auth.token.policies, auth.token.ttl_s) == (("p",), 600)
        assert (await mount.renew(auth)).token.ttl_s == 600


async def test_an_instance_logs_in(google: StandIn) -> None:
    """With the token of its metadata service; project, folders and organization are its groups."""
    mount = await mounted(google, type="gce", bound_projects=PROJECT, add_group_aliases=True)
    await mount.ask(WRITE, "config", {"gce_alias": "instance_id", "gce_metadata": "zone,instance_name"})
    auth = await log_in(mount, google.of_instance(mount.clock.now(), "r"))
    assert (auth.alias, auth.display_name) == ("gce-42", "vm-1")
    assert auth.metadata == {"zone": "us-east1-b", "instance_name": "vm-1"}
    assert auth.group_aliases == (f"project-{PROJECT}", "folder-20", "organization-30")
    assert (await mount.renew(auth)).group_aliases == auth.group_aliases


Change = Callable[[StandIn], dict[str, Any]]
GCE: dict[str, Any] = {"type": "gce", "bound_projects": PROJECT}
IAM: dict[str, Any] = {"type": "iam", "bound_service_accounts": f"web@{PROJECT}.iam.gserviceaccount.com"}


@pytest.mark.parametrize(
    ("role", "fits", "text"),
    [
        ({}, True, ""),
        ({"bound_projects": f"other,{PROJECT}"}, True, ""),
        ({"bound_projects": "other"}, False, "bound_projects"),
        ({"bound_zones": "https://x/zones/us-east1-b"}, True, ""),
        ({"bound_zones": "us-east1-c"}, False, "bound_zones"),
        ({"bound_zones": "us-east1-b", "bound_regions": "us-west1"}, True, ""),
        ({"bound_regions": "us-east1"}, True, ""),
        ({"bound_regions": "us-west1"}, False, "bound_regions"),
        ({"bound_labels": "env:prod,team:a"}, True, ""),
        ({"bound_labels": "env:prod,team:b"}, False, "team:b"),
        ({"bound_zones": "us-east1-b", "bound_instance_groups": "empty,zonal"}, True, ""),
        ({"bound_zones": "us-east1-b", "bound_instance_groups": "empty"}, False, "bound_instance_groups"),
        ({"bound_zones": "us-east1-b", "bound_instance_groups": "regional"}, False, "bound_instance_groups"),
        ({"bound_regions": "us-east1", "bound_instance_groups": "regional"}, True, ""),
        ({"bound_regions": "us-east1", "bound_instance_groups": "zonal"}, True, ""),
        ({"bound_regions": "us-east1", "bound_instance_groups": "none"}, False, "bound_instance_groups"),
        ({"bound_service_accounts": "100000000000000000001"}, True, ""),
        ({"bound_service_accounts": "other"}, False, "bound_service_accounts"),
        ({"token_bound_cidrs": "10.0.0.0/8"}, False, "permission denied"),
    ],
)
async def test_which_instances_get_in(google: StandIn, role: dict[str, Any], fits: bool, text: str) -> None:
    """Each constraint alone decides."""
    mount = await mounted(google, **{**GCE, **role})
    jwt = google.of_instance(mount.clock.now(), "r")
    if fits:
        await mount.renew(await log_in(mount, jwt))
    else:
        with pytest.raises((InvalidRequest, PermissionDenied), match=text):
            await log_in(mount, jwt)


@pytest.mark.parametrize(
    ("role", "fits", "text"),
    [
        ({}, True, ""),
        ({"bound_service_accounts": "*", "bound_projects": PROJECT}, True, ""),
        ({"bound_service_accounts": "*", "bound_projects": "other"}, False, "bound_projects"),
        ({"bound_service_accounts": "other"}, False, "bound_service_accounts"),
        ({"bound_projects": "other"}, False, "bound_projects"),
        ({"max_jwt_exp": "600s"}, True, ""),
        ({"max_jwt_exp": "599s"}, False, "within 599 seconds"),
        ({"token_bound_cidrs": "10.0.0.0/8"}, False, "permission denied"),
    ],
)
async def test_which_accounts_get_in(google: StandIn, role: dict[str, Any], fits: bool, text: str) -> None:
    """Each constraint alone decides."""
    mount = await mounted(google, **{**IAM, **role})
    jwt = google.of_account(mount.clock.now(), "r")
    if fits:
        await mount.renew(await log_in(mount, jwt))
    else:
        with pytest.raises((InvalidRequest, PermissionDenied), match=text):
            await log_in(mount, jwt)


async def test_instances_by_their_account(google: StandIn) -> None:
    """An instance gets in by its service account, if the role doesn't say otherwise; its token may live for an hour."""
    mount = await mounted(google, **IAM)
    jwt = google.of_instance(mount.clock.now(), "r")
    auth = await log_in(mount, jwt)
    await mount.ask(WRITE, "role/r", {"allow_gce_inference": False})
    with pytest.raises(InvalidRequest, match="does not allow GCE inference"):
        await log_in(mount, jwt)
    with pytest.raises(InvalidRequest, match="no longer allowed"):
        await mount.renew(auth)


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"aud": "vault/other"}, 'claim aud of the token is vault/other: it must end in "vault/r"'),
        ({"aud": ["vault/r", "https://elsewhere"]}, "claim aud"),
        ({"aud": []}, "claim aud"),
        ({"aud": None}, "claim aud"),
        ({"exp": 0}, "expired"),
        ({"exp": "x"}, "'exp'"),
        ({"exp": 10**11}, "must expire in 60 minutes"),
        ({"nbf": 10**11}, "does not count yet"),
        ({"sub": "someone@example.com"}, "claim sub"),
        ({"sub": "../../x"}, "claim sub"),
        ({"iss": "https://evil"}, "claim iss"),
        ({"google": {}}, "google.compute_engine"),
        ({"google": {"compute_engine": {"project_id": "../x"}}}, "doesn't name an instance"),
    ],
)
async def test_claims(google: StandIn, claims: dict[str, Any], text: str) -> None:
    """The refusal names the claim."""
    mount = await mounted(google, **GCE)
    with pytest.raises(InvalidRequest, match=text):
        await log_in(mount, google.of_instance(mount.clock.now(), "r", **claims))


async def test_who_signs(google: StandIn) -> None:
    """A service account can't speak for instances, nor for another account; nobody else can for anybody."""
    mount = await mounted(google, **GCE)
    await mount.ask(WRITE, "role/i", IAM)
    now = mount.clock.now()
    stranger = Issuer("account-1")
    for jwt, role, text in (
        (google.of_account(now, "r", google={"compute_engine": {}}), "r", "no Google OAuth2 provider key found"),
        (google.of_account(now, "i", sub="100000000000000000002"), "i", 'public key "account-1" for JWT subject'),
        (stranger.sign({"sub": google.email, "aud": "vault/i", "exp": now + 9, "iat": now}), "i", "signature"),
        (Issuer("google-1").sign({"sub": google.unique_id, "aud": "vault/i", "exp": now + 9}), "i", "signature"),
        (google.google.sign({"sub": google.unique_id, "aud": "vault/i"}, "other"), "i", "signature"),
        ("a.b.c", "r", "unable to verify signed JWT"),
        ("", "r", "jwt argument is required"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, jwt, role)


async def test_what_google_says(google: StandIn) -> None:
    """An instance that was recreated or stopped, and an account that is disabled or gone, don't get in."""
    mount = await mounted(google, **GCE)
    now = mount.clock.now()
    auth = await log_in(mount, google.of_instance(now, "r"))
    with pytest.raises(InvalidRequest, match="has another id than the token says"):
        await log_in(mount, google.of_instance(now, "r", {"instance_id": "43"}))
    with pytest.raises(InvalidRequest, match="doesn't know the instance"):
        await log_in(mount, google.of_instance(now, "r", {"instance_name": "vm-2"}))
    instance = f"GET /compute/v1/projects/{PROJECT}/zones/us-east1-b/instances/vm-1"
    google.server.table[instance] = {"id": "42", "status": "TERMINATED"}
    with pytest.raises(InvalidRequest, match="is TERMINATED"):
        await mount.renew(auth)
    google.server.table[instance] = (403, {})
    with pytest.raises(UpstreamFailed, match="doesn't let this server see"):
        await mount.renew(auth)
    google.server.table[instance] = {"id": "42", "status": "RUNNING"}
    account = {"email": google.email, "uniqueId": google.unique_id, "projectId": PROJECT, "disabled": True}
    google.server.table[f"GET /v1/projects/-/serviceAccounts/{google.unique_id}"] = account
    with pytest.raises(InvalidRequest, match="is disabled"):
        await mount.renew(auth)


async def test_roles(google: StandIn) -> None:
    """What isn't given stays; what fits no type, or lets everybody in, is refused; lists are edited."""
    mount = await mounted(google, **IAM)
    await mount.ask(WRITE, "role/r", {"period": "1h", "max_jwt_exp": "20m"})
    shown = await mount.data(READ, "role/r")
    assert (shown["token_period"], shown["max_jwt_exp"], shown["allow_gce_inference"]) == (3600, 1200, True)
    await mount.ask(WRITE, "role/r/service-accounts", {"add": "a,b", "remove": google.email})
    assert (await mount.data(READ, "role/r"))["bound_service_accounts"] == ["a", "b"]
    await mount.ask(WRITE, "role/g", {**GCE, "bound_labels": ["a:b"]})
    await mount.ask(WRITE, "role/g/labels", {"add": "c:d", "remove": "a"})
    assert (await mount.data(READ, "role/g"))["bound_labels"] == {"c": "d"}
    assert await mount.data(Operation.LIST, "roles") == {"keys": ["g", "r"]}
    assert await mount.data(Operation.LIST, "role", {"after": "g"}) == {"keys": ["r"]}
    for path, data, text in (
        ("role/x", {}, "role type cannot be empty"),
        ("role/x", {"type": "y", "bound_projects": "p"}, "role type 'y' is invalid"),
        ("role/r", {"type": "gce"}, "cannot be changed"),
        ("role/r", {"bound_zones": "z"}, "invalid args found for role of type iam: bound_zones"),
        ("role/g", {"max_jwt_exp": 5}, "invalid args found for role of type gce: max_jwt_exp"),
        ("role/x", {"type": "iam"}, "would let in everybody"),
        ("role/x", {"type": "iam", "bound_service_accounts": "*"}, "would let in everybody"),
        ("role/x", {"type": "gce", "bound_labels": "a:b"}, "would let in everybody"),
        ("role/x", {"type": "iam", "bound_projects": "p"}, "at least one service account"),
        ("role/r", {"bound_service_accounts": "*,a"}, "wildcard"),
        ("role/r", {"max_jwt_exp": "2h"}, "more than 60 minutes"),
        ("role/g", {"bound_instance_groups": "g"}, "region or zone"),
        ("role/g", {"bound_labels": "nocolon"}, "invalid labels"),
        ("role/g/service-accounts", {"add": "x"}, "cannot edit attribute"),
        ("role/r/labels", {"add": "x:y"}, "cannot edit attribute"),
        ("role/none/labels", {"add": "x:y"}, "not found"),
        ("role/r/service-accounts", {}, "at least one value"),
        ("role/r/service-accounts", {"remove": "a,b"}, "would let in everybody"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, path, data)
    await mount.ask(Operation.DELETE, "role/r")
    with pytest.raises(NotFound):
        await mount.data(READ, "role/r")


async def test_renewals_ask_the_role_again(google: StandIn) -> None:
    """A token isn't renewed once its role is gone, was made anew, binds others or has other policies."""
    mount = await mounted(google, **IAM, token_policies="p")
    auth = await log_in(mount, google.of_account(mount.clock.now(), "r"))
    await mount.ask(WRITE, "role/r", {"token_policies": "q"})
    with pytest.raises(InvalidRequest, match="policies have changed"):
        await mount.renew(auth)
    await mount.ask(WRITE, "role/r", {"token_policies": "p", "bound_service_accounts": "other"})
    with pytest.raises(InvalidRequest, match="bound_service_accounts"):
        await mount.renew(auth)
    await mount.ask(Operation.DELETE, "role/r")
    await mount.ask(WRITE, "role/r", {**IAM, "token_policies": "p"})
    with pytest.raises(InvalidRequest, match="no longer exists"):
        await mount.renew(auth)


async def test_configuration(google: StandIn) -> None:
    """The private key is never shown; what can't work is refused and changes nothing."""
    mount = await mounted(google)
    shown = await mount.data(READ, "config")
    assert (shown["private_key_id"], shown["project_id"], shown["iam_alias"]) == ("own-1", PROJECT, "role_id")
    assert "PRIVATE" not in json.dumps(shown)
    for data, text in (
        ({"credentials": "{}"}, "client_email is missing"),
        ({"credentials": "no json"}, "JSON"),
        ({"credentials": '{"type": "authorized_user"}'}, "type must be service_account"),
        ({"iam_alias": "email"}, "invalid iam_alias"),
        ({"gce_metadata": "secret"}, "isn't one of"),
        ({"custom_endpoint": {"x": "https://y"}}, "invalid custom endpoint type"),
        ({"custom_endpoint": {"api": "file:///etc/passwd"}}, "https://"),
        ({"identity_token_audience": "x"}, "isn't supported"),
        ({"rotation_period": "1h"}, "isn't supported"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, "config", data)
    assert await mount.data(READ, "config") == shown


async def test_who_is_shown_the_servers_tokens(google: StandIn) -> None:
    """Who may configure a mount can't have tokens sent to a host of theirs: not of the key, not of the machine."""
    mount = await mounted(google, **IAM)
    shown = await mount.data(READ, "config")
    for data, text in (
        ({"custom_endpoint": {"iam": "https://attacker.example"}}, "credentials must be given with another"),
        ({"credentials": ""}, "shown to Google alone"),
        ({"credentials": "", "custom_endpoint": {"iam": "https://attacker.example"}}, "shown to Google alone"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, "config", data)
    assert await mount.data(READ, "config") == shown
    plain = await Mounted.new(Gcp())
    plain.plugin.google = Google(clock=plain.clock.now, metadata_url=google.server.url)  # type: ignore[attr-defined]
    token = "/computeMetadata/v1/instance/service-accounts/default/token"
    google.server.table[f"GET {token}"] = {"access_token": "canary-bearer", "expires_in": 3600}
    for url in ("https://iam.googleapis.com.attacker.example", "https://xgoogleapis.com", "http://iam.googleapis.com"):
        with pytest.raises(InvalidRequest, match="shown to Google alone"):
            await plain.ask(WRITE, "config", {"custom_endpoint": {"iam": url}})
    await plain.ask(WRITE, "config", {"custom_endpoint": {"iam": "https://iam-mine.p.googleapis.com"}})
    google.server.asked.clear()
    stored = GcpConfig(endpoints=dict.fromkeys(("api", "iam", "crm", "compute"), google.server.url))
    with pytest.raises(UpstreamFailed, match="shown to Google alone"):
        await plain.plugin.google.account(stored, google.email)  # type: ignore[attr-defined]
    assert not google.server.asked


async def test_rotation(google: StandIn) -> None:
    """The new key is stored first, and then the old one is deleted."""
    mount = await mounted(google)
    own = json.loads(google.config["credentials"])
    new = base64.b64encode(json.dumps({**own, "private_key_id": "own-2"}).encode()).decode()
    keys = f"/v1/projects/-/serviceAccounts/{own['client_email']}/keys"
    google.server.table[f"POST {keys}"] = {"privateKeyData": new}
    google.server.table[f"DELETE {keys}/own-1"] = {}
    assert await mount.data(WRITE, "config/rotate-root") == {"private_key_id": "own-2"}
    assert (await mount.data(READ, "config"))["private_key_id"] == "own-2"
    assert not [asked for asked in google.server.asked if asked.verb == "DELETE"]

    async def due(txn: Transaction) -> None:
        await mount.engine.due(mount.request(txn, WRITE, "", {}, ""), "delete key own-1", {"key": "own-1"})

    await transact(mount.barrier, due)
    assert [asked.path for asked in google.server.asked if asked.verb == "DELETE"] == [f"{keys}/own-1"]


async def test_space_around_a_token(google: StandIn) -> None:
    """It comes with a token that is read from a file."""
    mount = await mounted(google, type="iam", bound_service_accounts=google.email)
    assert (await log_in(mount, f" {google.of_account(mount.clock.now(), 'r')}\n")).display_name == google.email
    with pytest.raises(InvalidRequest, match="jwt argument is required"):
        await log_in(mount, " \n")


@pytest.mark.parametrize("name", ["r ", "a/b", "ann@example.com"])
async def test_what_is_no_name_of_a_role(google: StandIn, name: str) -> None:
    """It is a role that isn't there, and no path that isn't there."""
    mount = await mounted(google, type="iam", bound_service_accounts=google.email)
    with pytest.raises(InvalidRequest, match="not found"):
        await log_in(mount, google.of_account(mount.clock.now(), name), role=name)


async def test_why_an_account_s_keys_cannot_be_read_is_logged(google: StandIn) -> None:
    """The client is told which key it is about; whoever runs the server, what Google says."""
    mount = await mounted(google, type="iam", bound_service_accounts=google.email)
    token = google.of_account(mount.clock.now(), "r")
    google.server.table = {path: answer for path, answer in google.server.table.items() if "x509" not in path}
    with pytest.raises(InvalidRequest, match="unable to get public key") as refused:
        await log_in(mount, token)
    assert "404" in refused.value.detail


async def test_what_an_account_is_known_by(google: StandIn) -> None:
    """All accounts of a role are one entity, unless the mount knows each by its unique id."""
    mount = await mounted(google, type="iam", bound_service_accounts=google.email)
    role = await mount.data(READ, "role/r")
    assert (await log_in(mount, google.of_account(mount.clock.now(), "r"))).alias == role["role_id"]
    await mount.ask(WRITE, "config", {"iam_alias": "unique_id"})
    assert (await log_in(mount, google.of_account(mount.clock.now(), "r"))).alias == google.unique_id
