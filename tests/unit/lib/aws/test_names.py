"""Names of AWS's resources, and where its services are."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.aws import (
    check_region,
    ec2_target,
    iam_target,
    parse_arn,
    parse_principal,
    parse_xml,
    sts_target,
    url_of,
)
from strongroom.lib.errors import InvalidRequest, UpstreamFailed


@pytest.mark.parametrize(
    ("arn", "canonical", "full", "session"),
    [
        ("arn:aws:iam::123456789012:user/a", "user/a", "user/a", ""),
        ("arn:aws:iam::123456789012:user/p/q/a", "user/a", "user/p/q/a", ""),
        ("arn:aws:iam::123456789012:role/p/a", "role/a", "role/p/a", ""),
        ("arn:aws:sts::123456789012:assumed-role/a/s", "role/a", "role/a", "s"),
        ("arn:aws:iam::123456789012:instance-profile/a", "instance-profile/a", "instance-profile/a", ""),
    ],
)
def test_principals(arn: str, canonical: str, full: str, session: str) -> None:
    """Account, name, path and session."""
    found, start = parse_principal(arn), "arn:aws:iam::123456789012:"
    assert (found.canonical, found.full, found.session) == (start + canonical, start + full, session)


@given(st.text(max_size=80))
def test_anything_is_a_name_or_refused(text: str) -> None:
    """With no other error, and what is a name comes back whole."""
    for candidate in (text, f"arn:aws:iam::123456789012:{text}", f"arn:aws:sts::123456789012:assumed-role/{text}"):
        try:
            arn = parse_arn(candidate)
            parse_principal(candidate)
        except InvalidRequest:
            continue
        assert ":".join(("arn", arn.partition, arn.service, arn.region, arn.account, arn.resource)) == candidate


def test_an_endpoint_without_a_scheme_is_asked_by_tls() -> None:
    """As AWS's libraries do, so that configurations of Vault go on to work."""
    assert url_of("sts.eu-west-1.amazonaws.com") == "https://sts.eu-west-1.amazonaws.com"
    assert url_of("http://localhost:4566") == "http://localhost:4566"
    assert iam_target("localhost").url == "https://localhost"
    assert sts_target("localhost:4566", "eu-west-1").url == "https://localhost:4566"
    assert ec2_target("localhost", "eu-west-1").url == "https://localhost"


def test_addresses() -> None:
    """Of the regions and partitions, and those of the configuration."""
    assert sts_target("", "").url == "https://sts.amazonaws.com"
    assert sts_target("", "eu-central-1").url == "https://sts.eu-central-1.amazonaws.com"
    assert sts_target("", "us-gov-west-1").region == "us-gov-west-1"
    own = sts_target("https://x:1", "eu-west-1")
    assert (own.host, own.region, own.service) == ("x:1", "eu-west-1", "sts")
    assert ec2_target("", "cn-north-1").url == "https://ec2.cn-north-1.amazonaws.com.cn"
    assert (iam_target("").url, iam_target("").region) == ("https://iam.amazonaws.com", "us-east-1")
    assert iam_target("", "aws-us-gov").region == "us-gov-west-1"
    assert iam_target("", "aws-cn").url.endswith(".com.cn")


@pytest.mark.parametrize("text", ["", "x", "us-east-1.evil", "us-east-1/", "US-EAST-1", "us-east-1\n", "../us-east-1"])
def test_what_is_no_region(text: str) -> None:
    """A region becomes a part of a host's name, so nothing else passes."""
    with pytest.raises(InvalidRequest, match="isn't the name of an AWS region"):
        check_region(text, "x")
    with pytest.raises(InvalidRequest):
        ec2_target("", text)


@given(st.binary(max_size=200))
def test_anything_is_xml_or_refused(data: bytes) -> None:
    """With no other error."""
    for body in (data, b"<a>" + data + b"</a>", b"<a b='" + data + b"'/>"):
        try:
            parse_xml(body)
        except UpstreamFailed:
            continue


def test_elements() -> None:
    """Texts and lists are found by the names that lead to them."""
    root = parse_xml(b"<a xmlns='n'><b><item><c> 1 </c></item><x/><item><c>2</c></item></b></a>")
    assert [item.value("c") for item in root.items("b")] == ["1", "2"]
    assert (root.namespace, root.value("b", "none"), root.child("x", "y"), root.items("none")) == ("n", "", None, [])
    for body in (
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<a>&x;</a>",
        b"",
        b"<a/>" * 2,
        b"<a>" + b"<b/>" * 60_000,
    ):
        with pytest.raises(UpstreamFailed):
            parse_xml(body)


NAMESPACE = b"n" * 20_000


@pytest.mark.parametrize(
    "body",
    [
        b"<a xmlns='" + NAMESPACE + b"'>" + b"<b/>" * 5000 + b"</a>",
        b"<a xmlns:p='" + NAMESPACE + b"'>" + b"<p:b/>" * 5000 + b"</a>",
        b"<a xmlns:p='" + NAMESPACE + b"' " + b" ".join(b"p:a%d=''" % at for at in range(2000)) + b"/>",
    ],
    ids=["elements", "prefixed", "attributes"],
)
def test_a_namespace_is_not_written_before_each_name(body: bytes) -> None:
    """A body within the limit would take gigabytes."""
    tracemalloc.start()
    try:
        parse_xml(body)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_namespaces() -> None:
    """The default one counts for what is within, until another one does; a name with a prefix has none."""
    root = parse_xml(b"<a xmlns='n' xmlns:p='n'><b/><p:c><d/></p:c><e xmlns='m'><f/></e><g xmlns=''/></a>")
    found = {"a": root.namespace} | {each.name: each.namespace for each in root.children}
    assert found == {"a": "n", "b": "n", "c": "", "e": "m", "g": ""}
    assert [each.children[0].namespace for each in root.children if each.children] == ["n", "m"]
