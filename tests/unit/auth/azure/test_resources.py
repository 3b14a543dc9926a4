"""Names of Azure's resources: whole, or refused with no other error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.azure.clouds import cloud_named, settings_of
from strongroom.auth.azure.records import AzureConfig
from strongroom.auth.azure.resources import Resource, check_group, check_name, check_subscription, parse_resource
from strongroom.lib.errors import InvalidRequest

SUBSCRIPTION = "00000000-0000-4000-8000-00000000000b"
START = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/Group.1/providers/"


def test_resources() -> None:
    """In lower case, with the names of what they are below of."""
    vm = parse_resource(f"{START}Microsoft.Compute/virtualMachines/VM-1")
    assert vm == Resource(SUBSCRIPTION, "group.1", "microsoft.compute/virtualmachines", "vm-1")
    assert vm.is_in(SUBSCRIPTION.upper(), "GROUP.1")
    assert not vm.is_in(SUBSCRIPTION, "group")
    below = parse_resource(f"{START}A.B/c/d/e/f")
    assert (below.type, below.name) == ("a.b/c/e", "d/f")


@pytest.mark.parametrize(
    "text", ["", "/", START, f"{START}A/b", f"{START}A/b/c/d", f"{START}A/b/..", f"{START}A/b/c?x", f"/x{START}A/b/c"]
)
def test_what_is_no_resource(text: str) -> None:
    """Nothing is left out, and nothing leads elsewhere."""
    with pytest.raises(InvalidRequest, match="is no id of a resource"):
        parse_resource(text)


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """It is a name, or it is refused."""
    for candidate in (text, START + text, f"{START}A/b/{text}"):
        try:
            found = parse_resource(candidate)
        except InvalidRequest:
            continue
        assert "/../" not in f"/{found.group}/{found.name}/"
    for check in (check_subscription, check_group, lambda name: check_name(name, "x")):
        try:
            check(text)
        except InvalidRequest:
            continue
        assert "/" not in text


def test_settings() -> None:
    """The environment comes before the configuration, and addresses before the cloud."""
    config = AzureConfig(tenant_id="t", resource="r", client_id="c", client_secret="s", authority_url="https://x/")
    found = settings_of(config, {"AZURE_TENANT_ID": "e", "AZURE_ENVIRONMENT": "AzureChinaCloud"})
    assert (found.tenant_id, found.resource, found.client_id) == ("e", "r", "c")
    assert found.cloud.authority == "https://x"
    assert found.cloud.manager == "https://management.chinacloudapi.cn"
    assert "s'" not in repr(found).replace("resource='r'", "")
    assert cloud_named("azureusgovernmentcloud").graph == "https://graph.microsoft.us"
    for tenant, resource in (("", "r"), ("t", "")):
        with pytest.raises(InvalidRequest, match="is required"):
            settings_of(AzureConfig(tenant_id=tenant, resource=resource), {})
