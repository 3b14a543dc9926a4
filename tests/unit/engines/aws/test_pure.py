"""What the engine decides without asking anybody: addresses, names, keys, documents, types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.aws.calls import members, tags_of
from strongroom.engines.aws.choice import credential_type, lifetime
from strongroom.engines.aws.key_rules import KeyOfUser, keys_in, left_behind, making_room
from strongroom.engines.aws.policies import combined, compact, denial_before
from strongroom.engines.aws.reach import reach_of
from strongroom.engines.aws.records import Role, RootConfig
from strongroom.engines.aws.role_rules import by_old_form, quoted
from strongroom.engines.aws.sessions import left_s
from strongroom.engines.aws.usernames import MOST, USUAL, check_template, new_name, values_of
from strongroom.lib.aws import Element, parse_xml
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import SystemRandom

NOW = 1_700_000_000.0

# Source: https://docs.aws.amazon.com/general/latest/gr/iam-service.html,
# https://docs.aws.amazon.com/general/latest/gr/sts.html
ADDRESSES: list[tuple[dict[str, Any], dict[str, str], str, str, str]] = [
    ({}, {}, "https://iam.amazonaws.com", "https://sts.us-east-1.amazonaws.com", "us-east-1"),
    ({"region": "eu-central-1"}, {}, "https://iam.amazonaws.com", "https://sts.eu-central-1.amazonaws.com", ""),
    ({}, {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "x"}, "", "https://sts.eu-west-1.amazonaws.com", ""),
    ({}, {"AWS_DEFAULT_REGION": "eu-west-2"}, "", "https://sts.eu-west-2.amazonaws.com", "eu-west-2"),
    (
        {"region": "cn-north-1"},
        {},
        "https://iam.cn-north-1.amazonaws.com.cn",
        "https://sts.cn-north-1.amazonaws.com.cn",
        "cn-north-1",
    ),
    (
        {"region": "us-gov-east-1"},
        {},
        "https://iam.us-gov.amazonaws.com",
        "https://sts.us-gov-east-1.amazonaws.com",
        "us-gov-east-1",
    ),
    ({"region": "eu-west-1", "sts_region": "eu-west-2"}, {}, "", "https://sts.eu-west-2.amazonaws.com", "eu-west-2"),
    ({"sts_endpoint": "https://sts.eu-west-3.amazonaws.com"}, {}, "", "", "eu-west-3"),
    ({"sts_endpoint": "https://sts.internal", "region": "eu-west-1"}, {}, "", "https://sts.internal", "eu-west-1"),
    ({"iam_endpoint": "http://a"}, {"AWS_ENDPOINT_URL": "http://b"}, "http://a", "http://b", "us-east-1"),
    ({}, {"AWS_ENDPOINT_URL": "http://b", "AWS_ENDPOINT_URL_STS": "http://c"}, "http://b", "http://c", ""),
    (
        {},
        {"AWS_ENDPOINT_URL": "http://b", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        "https://iam.amazonaws.com",
        "https://sts.us-east-1.amazonaws.com",
        "",
    ),
]


@pytest.mark.parametrize(("config", "environment", "iam", "sts", "region"), ADDRESSES)
def test_where_aws_is_asked(
    config: dict[str, Any], environment: dict[str, str], iam: str, sts: str, region: str
) -> None:
    """At what is configured, at what the environment says, or at AWS's own addresses, in this order."""
    reach = reach_of(RootConfig(**config), environment)
    assert reach.iam.url == (iam or reach.iam.url)
    assert reach.sts[0].url == (sts or reach.sts[0].url)
    assert reach.sts[0].region == (region or reach.sts[0].region)


def test_keys_and_digests() -> None:
    """A key that was rotated away comes second; nothing secret is shown; another key is another digest."""
    config = RootConfig(access_key="a", secret_key="canary-1", old_access_key="b", old_secret_key="canary-2")
    reach = reach_of(config, {})
    assert [key.access_key for key in reach.keys] == ["a", "b"]
    assert reach_of(RootConfig(access_key="a"), {}).keys == ()
    assert "canary" not in repr(reach) + repr(config) + reach.digest
    other = reach_of(RootConfig(access_key="a", secret_key="canary-3"), {})
    assert len({reach.digest, other.digest, reach_of(RootConfig(), {}).digest}) == 3


@given(st.text(max_size=90), st.text(max_size=90))
def test_the_usual_template_fits(display_name: str, role: str) -> None:
    """However long the names are and whatever they hold, AWS takes the name, and no two are the same."""
    for kind, most in MOST.items():
        values = values_of(kind, display_name, role)
        found = {new_name("", values, SystemRandom(), NOW) for _ in range(3)}
        assert len(found) == 3
        assert all(0 < len(name) <= most for name in found)


def test_a_name_that_aws_does_not_take() -> None:
    """Is an error: nothing is left out of it or replaced, since that could make it another's."""
    for template, text in (
        ("a b", "has characters that AWS doesn't take"),
        ("{{.DisplayName}}", "or none"),
        ("{{random 65}}", "exceeds the IAM username length limits of 64 chars"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            new_name(template, values_of("IAM", "", "r"), SystemRandom(), NOW)
    assert check_template(USUAL, NOW) == []


def keys(*pairs: tuple[str, str]) -> list[Element]:
    """Keys as AWS lists them."""
    inside = "".join(
        f"<member><AccessKeyId>{id_}</AccessKeyId><CreateDate>{at}</CreateDate></member>" for id_, at in pairs
    )
    return parse_xml(f"<r><k>{inside}</k></r>".encode()).items("k")


def test_which_keys_go() -> None:
    """Those made when a rotation had begun and unknown before; the oldest, where there is no room. Never by chance."""
    found = keys_in(keys(("new", "2023-11-14T22:13:21Z"), ("old", "2020-01-01T00:00:00+00:00"), ("odd", "yesterday")))
    assert [key.id for key in found] == ["odd", "old", "new"]
    assert [key.id for key in left_behind(found, ["old"], NOW, NOW + 120)] == ["new"]
    assert left_behind(found, ["old", "new"], NOW, NOW) == []
    assert left_behind(found, ["old"], NOW + 400, NOW + 500) == []
    assert left_behind(found, [], 0.0, NOW) == []
    with pytest.raises(UpstreamFailed, match="another rotation"):
        left_behind(found, ["old"], NOW, NOW + 119)
    assert making_room(found) == KeyOfUser("odd", 0.0)
    assert making_room(found[:1]) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON, st.sampled_from([None, 1, 4]))
def test_a_document_means_what_it_meant(value: object, indent: int | None) -> None:
    """However it is written, and whatever its texts hold: only the space between its parts goes."""
    for plain in (True, False):
        written = json.dumps(value, indent=indent, ensure_ascii=plain)
        found = compact(written)
        assert json.loads(found) == value
        assert compact(found) == found


@given(st.text(max_size=200))
def test_what_is_no_document_is_refused(text: str) -> None:
    """With an error of ours, whatever it is."""
    for take in (compact, by_old_form, lambda text: combined([text])):
        try:
            take(text)
        except (InvalidRequest, UpstreamFailed):
            continue


def test_documents_are_combined() -> None:
    """The statements of all, whether they are one or a list; what has none is an error."""
    documents = ['{"Statement": {"Sid": "a"}}', "", '{"Version": "x", "Statement": [{"Sid": "b"}, {"Sid": "c"}]}']
    assert json.loads(combined(documents)) == {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "a"}, {"Sid": "b"}, {"Sid": "c"}],
    }
    for broken in ("{}", "[]", "x"):
        with pytest.raises(UpstreamFailed, match="has no statements"):
            combined([broken])
    assert json.loads(denial_before(NOW))["Statement"][0]["Condition"] == {
        "DateLessThan": {"aws:TokenIssueTime": "2023-11-14T22:13:20Z"}
    }


def test_lists_and_tags_as_the_protocol_has_them() -> None:
    """Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html"""
    assert members("PolicyArns", ("a", "b"), field="arn") == {
        "PolicyArns.member.1.arn": "a",
        "PolicyArns.member.2.arn": "b",
    }
    assert tags_of({"k": "v"}) == {"Tags.member.1.Key": "k", "Tags.member.1.Value": "v"}


def test_which_type() -> None:
    """Of a role by `policy` the path decides; of any other role of the old form one path is closed."""
    both = Role(credential_types=("iam_user", "federation_token"), by_path=True)
    assert (credential_type(both, by_sts=False), credential_type(both, by_sts=True)) == ("iam_user", "federation_token")
    for kind, by_sts in (("iam_user", True), ("assumed_role", False)):
        role = Role(credential_types=(kind,))
        assert credential_type(role, by_sts=by_sts) == kind
        with pytest.raises(InvalidRequest, match="not allowed for legacy roles"):
            credential_type(Role(credential_types=(kind,), by_path=True), by_sts=by_sts)


@pytest.mark.parametrize(
    ("wanted", "role", "seconds"),
    [
        (None, Role(), 3600),
        (None, Role(default_sts_ttl=60), 60),
        (0, Role(default_sts_ttl=60), 0),
        (90, Role(max_sts_ttl=80), 80),
        (9000, Role(), 7200),
        (9000, Role(max_sts_ttl=8000), 8000),
    ],
)
def test_lifetimes(wanted: int | None, role: Role, seconds: int) -> None:
    """The request's, the role's or an hour; the role's limit goes before the mount's, as documented."""
    assert lifetime(wanted, role, 7200) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2023-11-14T22:23:20Z", 600), ("2023-11-14T23:23:20+00:00", 900), ("2020-01-01T00:00:00Z", 900), ("x", 900)],
)
def test_how_long_is_left(text: str, seconds: int) -> None:
    """What AWS says, if that is less than what was wanted and not over already by a clock that is wrong."""
    found = parse_xml(f"<r><Credentials><Expiration>{text}</Expiration></Credentials></r>".encode())
    assert left_s(found, 900, NOW) == seconds


def test_texts_in_quotes() -> None:
    """As Go writes them.  Source: https://pkg.go.dev/strconv#Quote"""
    assert quoted('a"b\\c\n\t') == r'"a\"b\\c\n\t"'
