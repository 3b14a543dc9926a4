"""Identities of Azure log in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from strongroom.auth.azure import Azure
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied, UpstreamFailed
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted
from tests.sim.azure import (
    APP,
    FUNCTION,
    IDENTITY,
    OBJECT,
    OTHER_SUBSCRIPTION,
    SCALE_SET,
    SUBSCRIPTION,
    TENANT,
    VM,
    StandIn,
    running,
)
from tests.sim.issuer import Issuer

READ, WRITE = Operation.READ, Operation.UPDATE
ROLE: dict[str, Any] = {"bound_service_principal_ids": OBJECT}
NAMED = {"subscription_id": SUBSCRIPTION, "resource_group_name": "group-1"}


@pytest.fixture(scope="module")
def one() -> Iterator[StandIn]:
    """The stand-in."""
    with running() as azure:
        yield azure


@pytest.fixture
def azure(one: StandIn) -> Iterator[StandIn]:
    """The stand-in, as it was at first."""
    table = dict(one.server.table)
    yield one
    one.server.table = table


async def mounted(azure: StandIn, **role: Any) -> Mounted:
    """A mount that asks the stand-in, with a role."""
    mount = await Mounted.new(Azure(environment={}))
    await mount.ask(WRITE, "config", azure.config)
    if role:
        await mount.ask(WRITE, "role/r", role)
    return mount


async def log_in(mount: Mounted, jwt: str, address: str = "", **named: str) -> Auth:
    """The login that the method answers with."""
    response = await mount.ask(WRITE, "login", {"role": "R", "jwt": jwt, **named}, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth


async def test_an_identity_logs_in(azure: StandIn) -> None:
    """It is known by its object id, and its groups are those of the token."""
    mount = await mounted(azure, **ROLE, token_policies="p", token_ttl="10m")
    auth = await log_in(mount, azure.token(mount.clock.now(), groups=["g1", "g2"]))
    assert (auth.alias, auth.display_name, auth.group_aliases) == (OBJECT, OBJECT, ("g1", "g2"))
    facts = {"subscription_id": "", "resource_group_name": "", "app_id": APP}
    assert (auth.alias_metadata, auth.metadata) == (facts, {"role": "r", **facts})
    assert (auth.token.policies, auth.token.ttl_s) == (("p",), 600)
    renewed = await mount.renew(auth)
    assert (renewed.token.ttl_s, renewed.group_aliases) == (600, None)
    assert (await log_in(mount, azure.token(mount.clock.now()))).group_aliases == ()


@pytest.mark.parametrize(
    ("role", "claims", "text"),
    [
        ({"bound_service_principal_ids": f"x,{OBJECT}"}, {}, ""),
        ({"bound_service_principal_ids": "x"}, {}, f'claim oid is "{OBJECT}", which isn\'t in'),
        ({"bound_group_ids": "g"}, {"groups": ["f", "g"]}, ""),
        ({"bound_group_ids": "g"}, {"groups": ["f"]}, r"claim groups \['f'\]"),
        ({"bound_group_ids": "g"}, {}, "has no claim groups"),
        ({"bound_group_ids": "g"}, {"hasgroups": "true"}, "too many of them"),
        ({"bound_group_ids": "g"}, {"_claim_names": {"groups": "src1"}}, "too many of them"),
        ({"bound_group_ids": "g", "bound_service_principal_ids": "*"}, {"groups": ["g"]}, ""),
        ({"bound_group_ids": "*", "bound_service_principal_ids": OBJECT}, {}, ""),
        (
            {"bound_group_ids": "g", "bound_service_principal_ids": "x"},
            {"groups": ["g"]},
            "bound_service_principal_ids",
        ),
        ({"bound_group_ids": "*", "bound_service_principal_ids": "*"}, {"groups": ["g"]}, "both cannot be empty"),
        ({"bound_locations": "westeurope"}, {}, "both cannot be empty"),
        ({**ROLE, "token_bound_cidrs": "10.0.0.0/8"}, {}, "permission denied"),
    ],
)
async def test_which_identities_get_in(azure: StandIn, role: dict[str, Any], claims: dict[str, Any], text: str) -> None:
    """Each constraint alone decides, and the refusal names claim and cause."""
    mount = await mounted(azure, **role)
    jwt = azure.token(mount.clock.now(), **claims)
    if not text:
        await log_in(mount, jwt)
    else:
        with pytest.raises((InvalidRequest, PermissionDenied), match=text):
            await log_in(mount, jwt)


VM_1, SET_1 = {**NAMED, "vm_name": "vm-1"}, {**NAMED, "vmss_name": "set-1"}
OF_SLOT = {"xms_mirid": f"{FUNCTION}/slots/s"}
IN_KELVIN = {**VM_1, "resource_group_name": "\u212a8s"}
OF_KELVIN = {"xms_mirid": VM.replace("group-1", "\u212a8s")}
OF_OTHER = {"xms_mirid": IDENTITY, "xms_az_rid": VM.replace("group-1", "group-2")}
OF_SET = {"xms_mirid": VM.replace("vm-1", "set-1_0a1b")}


@pytest.mark.parametrize(
    ("role", "named", "claims", "text"),
    [
        ({"bound_subscription_ids": SUBSCRIPTION.upper()}, VM_1, {}, ""),
        ({"bound_subscription_ids": OTHER_SUBSCRIPTION}, VM_1, {}, "bound_subscription_ids"),
        ({"bound_resource_groups": "GROUP-1"}, VM_1, {}, ""),
        ({"bound_resource_groups": "group-2"}, VM_1, {}, "bound_resource_groups"),
        ({"bound_resource_groups": "group-1"}, {**NAMED, "vm_name": "VM-1"}, {}, ""),
        (
            {"bound_resource_groups": "k8s"},
            {**VM_1, "resource_group_name": "\u212a8s"},
            OF_KELVIN,
            "bound_resource_groups",
        ),
        ({"bound_locations": "WestEurope"}, VM_1, {}, ""),
        ({"bound_locations": "eastus"}, VM_1, {}, "bound_locations"),
        ({"bound_scale_sets": "set-1"}, SET_1, OF_SET, ""),
        ({"bound_scale_sets": "set-1"}, SET_1, {"xms_mirid": f"{SCALE_SET}/virtualMachines/0"}, ""),
        ({"bound_scale_sets": "set-1"}, SET_1, {"xms_mirid": IDENTITY, "xms_az_rid": SCALE_SET}, ""),
        ({"bound_scale_sets": "set-2"}, SET_1, OF_SET, "bound_scale_sets"),
        ({"bound_scale_sets": "set-1"}, VM_1, {}, "scale set requires the vmss_name field"),
        ({"bound_locations": "westeurope"}, SET_1, {}, "the token isn't of vmss_name set-1"),
        ({"bound_locations": "westeurope"}, {}, {}, "subscription_id and resource_group_name"),
        ({"bound_locations": "westeurope"}, {**NAMED, "vm_name": "vm"}, {}, "isn't of vm_name vm: its claim xms_mirid"),
        ({"bound_locations": "westeurope"}, {**VM_1, "resource_group_name": "group"}, {}, "isn't of vm_name"),
        ({"bound_locations": "westeurope"}, {**VM_1, "subscription_id": OTHER_SUBSCRIPTION}, {}, "isn't of vm_name"),
        ({"bound_locations": "westeurope"}, VM_1, {"xms_mirid": None}, "xms_az_rid and xms_mirid are missing"),
        ({"bound_locations": "westeurope"}, VM_1, {"xms_mirid": "x"}, "claim xms_mirid of the token names no resource"),
        ({}, {}, {"xms_mirid": "x", "xms_az_rid": 5}, ""),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": FUNCTION}, {"xms_mirid": None}, ""),
        (
            {"bound_subscription_ids": OTHER_SUBSCRIPTION},
            {**NAMED, "subscription_id": OTHER_SUBSCRIPTION, "resource_id": FUNCTION},
            {},
            "resource_id does not match subscription_id",
        ),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": FUNCTION}, {"xms_mirid": IDENTITY}, ""),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": FUNCTION}, {"xms_mirid": FUNCTION}, ""),
        (
            {"bound_locations": "westeurope"},
            {**NAMED, "resource_id": FUNCTION},
            {"xms_mirid": f"{FUNCTION}/slots/s"},
            "",
        ),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": FUNCTION}, {}, "token isn't of resource_id"),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": FUNCTION}, OF_OTHER, "token isn't of resource_id"),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": VM}, {"xms_mirid": None}, "isn't of resource_id"),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": VM}, OF_OTHER, "isn't of resource_id"),
        ({"bound_locations": "westeurope"}, {**NAMED, "resource_id": SCALE_SET}, {}, "isn't of resource_id"),
        ({"bound_resource_groups": "group-1"}, NAMED, {"xms_mirid": None}, ""),
        ({"bound_resource_groups": "group-1"}, NAMED, {"appid": "other"}, "claim appid"),
        ({"bound_resource_groups": "group-1"}, NAMED, {"appid": None}, "claim appid must be provided"),
        ({"bound_locations": "westeurope"}, NAMED, {}, "location is empty"),
    ],
)
async def test_which_resources_get_in(
    azure: StandIn, role: dict[str, Any], named: dict[str, str], claims: dict[str, Any], text: str
) -> None:
    """Each constraint alone decides, by what the token says and Azure knows; a part of a name is another name."""
    mount = await mounted(azure, **ROLE, **role)
    jwt = azure.token(mount.clock.now(), **claims)
    if not text:
        await log_in(mount, jwt, **named)
    else:
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, jwt, **named)


async def test_the_resource_has_to_have_the_identity(azure: StandIn) -> None:
    """Another identity's token isn't good for the machine, even if the role binds it."""
    mount = await mounted(azure, bound_service_principal_ids="other", bound_locations="westeurope")
    with pytest.raises(InvalidRequest, match="token object id does not match expected identities"):
        await log_in(mount, azure.token(mount.clock.now(), oid="other"), **VM_1)
    azure.server.table[f"GET {VM}"] = (403, {})
    await mount.ask(WRITE, "role/r", ROLE)
    with pytest.raises(UpstreamFailed, match="Azure doesn't let this server see"):
        await log_in(mount, azure.token(mount.clock.now()), **VM_1)


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"iss": "https://sts.windows.net/other/"}, "claim iss"),
        ({"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0"}, "token of version 2.0"),
        ({"iss": None}, "claim iss"),
        ({"aud": "https://management.azure.com/"}, "claim aud of the token is"),
        ({"aud": None}, "claim aud"),
        ({"exp": 1}, "claim exp"),
        ({"exp": None}, "claim exp"),
        ({"nbf": 10**11}, "claim nbf"),
        ({"oid": None}, "claim oid"),
        ({"groups": "g"}, "claim groups"),
    ],
)
async def test_claims(azure: StandIn, claims: dict[str, Any], text: str) -> None:
    """The refusal names the claim."""
    mount = await mounted(azure, **ROLE)
    with pytest.raises(InvalidRequest, match=text):
        await log_in(mount, azure.token(mount.clock.now(), **claims))


async def test_who_signs(azure: StandIn) -> None:
    """Only the tenant's keys count."""
    mount = await mounted(azure, **ROLE)
    claims = {"iss": azure.issuer, "oid": OBJECT}
    for jwt, text in (
        (Issuer("tenant-1").sign(claims), "signature"),
        (azure.tenant.sign(claims, "other"), "signature"),
        ("a.b.c", "unable to verify the token"),
        ("", "jwt is required"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, jwt)
    for field, value in (
        ("subscription_id", "x"),
        ("resource_group_name", "a/b"),
        ("vm_name", "../x"),
        ("vmss_name", "a b"),
        ("resource_id", "/x"),
    ):
        with pytest.raises(InvalidRequest, match=r"invalid|no id of a resource"):
            await log_in(mount, azure.token(mount.clock.now()), **{field: value})


async def test_roles_and_configuration(azure: StandIn) -> None:
    """What isn't given stays; the secret is never shown; what can't work is refused and changes nothing."""
    mount = await mounted(azure, **ROLE)
    await mount.ask(WRITE, "role/R", {"period": "1h", "num_uses": 3, "policies": "p"})
    shown = await mount.data(READ, "role/r")
    assert (shown["token_period"], shown["token_num_uses"], shown["token_policies"]) == (3600, 3, ["p"])
    assert shown["bound_service_principal_ids"] == [OBJECT]
    assert await mount.data(Operation.LIST, "role") == {"keys": ["r"]}
    with pytest.raises(InvalidRequest, match="at least one bound constraint"):
        await mount.ask(WRITE, "role/x", {})
    warned = await mount.ask(WRITE, "role/x", {"bound_locations": "here"})
    assert warned is not None
    assert "nobody can log in" in warned.warnings[0]
    config = await mount.data(READ, "config")
    assert (config["retry_delay"], config["max_retries"], config["root_password_ttl"]) == (4, 3, 15768000)
    assert "canary" not in json.dumps(config)
    for data, text in (
        ({"tenant_id": ""}, "tenant_id is required"),
        ({"resource": ""}, "resource is required"),
        ({"environment": "Mars"}, 'no Azure environment "Mars"'),
        ({"authority_url": "ftp://x"}, "https://"),
        ({"max_retries": -1}, "must not be negative"),
        ({"identity_token_audience": "x"}, "isn't supported"),
        ({"rotation_schedule": "x"}, "isn't supported"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, "config", data)
    assert await mount.data(READ, "config") == config
    auth = await log_in(mount, azure.token(mount.clock.now()))
    await mount.ask(Operation.DELETE, "role/r")
    with pytest.raises(InvalidRequest, match="does not exist during renewal"):
        await mount.renew(auth)
    await mount.ask(Operation.DELETE, "config")
    with pytest.raises(NotFound):
        await mount.data(READ, "config")


async def test_rotation(azure: StandIn) -> None:
    """The new secret is stored first, and then the old one is removed, which is known by how it begins."""
    mount = await mounted(azure)
    application = f"/v1.0/applications(appId='{APP}')"
    made = {"keyId": "new", "secretText": "canary-client-secret-2"}
    known = [{"keyId": "old", "hint": "can"}, {"keyId": "other", "hint": "xyz"}]
    azure.server.table |= {
        f"POST {application}/addPassword": made,
        f"GET {application}": {"passwordCredentials": known},
        f"POST {application}/removePassword": {},
    }
    azure.server.asked.clear()
    assert await mount.ask(WRITE, "rotate-root") is None
    shown = await mount.data(READ, "config")
    assert shown["root_password_expiration_date"] == "2024-05-15T10:13:20Z"
    assert "canary" not in json.dumps(shown)
    assert [asked.path for asked in azure.server.asked if asked.verb == "POST"][1:] == [f"{application}/addPassword"]

    async def due(txn: Transaction) -> None:
        data = {"key_id": "", "hint": "can", "new": "new"}
        await mount.engine.due(mount.request(txn, WRITE, "", {}, ""), "remove", data)

    await transact(mount.barrier, due)
    assert azure.server.asked[-1].path == f"{application}/removePassword"
    assert json.loads(azure.server.asked[-1].body) == {"keyId": "old"}
    await mount.ask(WRITE, "config", {"client_secret": ""})
    with pytest.raises(InvalidRequest, match="no client secret to rotate"):
        await mount.ask(WRITE, "rotate-root")


async def test_who_is_shown_the_servers_secrets(azure: StandIn) -> None:
    """Who may configure a mount can't have a secret sent to a host of theirs: not the kept one, not the server's."""
    mount = await mounted(azure, **ROLE, bound_locations="westeurope")
    with pytest.raises(InvalidRequest, match="client_secret must be given with another authority_url"):
        await mount.ask(WRITE, "config", {"authority_url": "https://attacker.example"})
    await mount.ask(WRITE, "config", {"authority_url": azure.server.url, "resource_manager_url": azure.server.url})
    jwt = azure.token(mount.clock.now())
    await log_in(mount, jwt, **VM_1)
    mount.plugin.environment = {"AZURE_CLIENT_ID": "of-server", "AZURE_CLIENT_SECRET": "canary-client-secret"}  # type: ignore[attr-defined]
    await log_in(mount, jwt, **VM_1)
    azure.server.asked.clear()
    await mount.ask(WRITE, "config", {"client_secret": ""})
    with pytest.raises(UpstreamFailed, match="isn't for authority_url"):
        await log_in(mount, jwt, **VM_1)
    assert "POST" not in {asked.verb for asked in azure.server.asked}
    mount.plugin.environment["AZURE_AUTHORITY_HOST"] = azure.server.url + "/"  # type: ignore[attr-defined]
    await log_in(mount, jwt, **VM_1)
    assert [b"client_id=of-server" in asked.body for asked in azure.server.asked if asked.verb == "POST"] == [True]


async def test_space_around_a_token(azure: StandIn) -> None:
    """It comes with a token that is read from a file."""
    mount = await mounted(azure, **ROLE)
    assert (await log_in(mount, f" {azure.token(mount.clock.now())}\n")).alias == OBJECT
    with pytest.raises(InvalidRequest, match="jwt is required"):
        await log_in(mount, " \n")


@pytest.mark.parametrize("name", ["r ", "a/b", "ann@example.com"])
async def test_what_is_no_name_of_a_role(azure: StandIn, name: str) -> None:
    """It is a role that isn't there, and no path that isn't there."""
    mount = await mounted(azure, **ROLE)
    with pytest.raises(InvalidRequest, match="invalid role name"):
        await mount.ask(WRITE, "login", {"role": name, "jwt": azure.token(mount.clock.now())})
