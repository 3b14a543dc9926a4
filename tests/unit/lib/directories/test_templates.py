"""Templates of filters, filters, URLs: what is taken, and that everything else is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import GROUP_VALUES, USER_VALUES, check_filter, parse_template, parse_urls

VALUES = {"UserDN": "cn=a*,dc=x", "Username": "a(b"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("(member={{.UserDN}})", r"(member=cn=a\2a,dc=x)"),
        ("(member={{ .UserDN }})", r"(member=cn=a\2a,dc=x)"),
        ("(a={{- .Username -}} )", r"(a=a\28b)"),
        ("(a= {{- .Username}})", r"(a=a\28b)"),
        ('(a={{.Username | print}})(b={{printf "%s" .Username}})', r"(a=a\28b)(b=a\28b)"),
        ("(a=b{{/* nothing */}})", "(a=b)"),
        ("(member:1.2.840.113556.1.4.1941:={{.UserDN}})", r"(member:1.2.840.113556.1.4.1941:=cn=a\2a,dc=x)"),
        ("(a=b)", "(a=b)"),
    ],
)
def test_values_are_put_in_escaped(text: str, filled: str) -> None:
    """Each place gets its value, and no value becomes syntax."""
    whole = text if filled.count("(") == 1 else f"(&{text})"
    expected = filled if filled.count("(") == 1 else f"(&{filled})"
    assert parse_template(whole, GROUP_VALUES, "groupfilter").filled(VALUES) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "(a=b",
        "(a=b))",
        "(a=b)(c=d)",
        "(a={{.UserDN)",
        "(a={{.UserAttr}})",
        "(a={{.userdn}})",
        "(a={{.UserDN | html}})",
        '(a={{printf "%q" .UserDN}})',
        "{{if .UserDN}}(a=b){{end}}",
        "(a={{index .UserDN 1}})",
        '(a={{"x"}})',
        "(a={{.}})",
        "(a={{}})",
        "(a={{bad}})",
        "({{.UserDN}}=a)(",
        "(!)",
        "(&(a=b)c)",
        "(a=\\zz)",
        "(" * 100 + "a=b" + ")" * 100,
        "(a=" + "b" * 5000 + ")",
    ],
)
def test_anything_else_is_refused_by_name(text: str) -> None:
    """What Go's templates could do besides is refused when it is configured, not at somebody's login."""
    with pytest.raises(InvalidRequest, match="groupfilter"):
        parse_template(text, GROUP_VALUES, "groupfilter")


def test_the_attribute_may_be_a_value() -> None:
    """As in the filter that is the default."""
    template = parse_template("({{.UserAttr}}={{.Username}})", USER_VALUES, "userfilter")
    assert template.filled({"UserAttr": "uid", "Username": "x*"}) == r"(uid=x\2a)"
    assert template.names == USER_VALUES


@pytest.mark.parametrize(
    "text",
    ["(a=b)", "(a=*)", "(a=b*c*d)", "(a~=b)", "(a>=1)", "(!(a=b))", "(&(a=b)(|(c=d)(e=f)))", "(&)", "(|)",
     "(a:dn:=b)", "(a:caseIgnoreMatch:=b)", "(:dn:2.4.6:=x)", "(a;lang-de=b)", "(a=)", "(a=\\2a)", "(a= b )"],
)  # fmt: skip
def test_filters_of_the_standard_are_taken(text: str) -> None:
    """The forms of RFC 4515 and RFC 4526."""
    check_filter(text, "userfilter")


@given(st.text(st.sampled_from("(){}&|!=*\\2aA.:- \x00\nä<>~;") | st.characters(), max_size=60))
def test_parsers_refuse_and_never_fail(text: str) -> None:
    """Any text is taken or refused with a reason."""
    for parse in (
        lambda: check_filter(text, "f"),
        lambda: parse_template(text, USER_VALUES, "f"),
        lambda: parse_urls(text),
        lambda: parse_urls(f"ldap://{text}"),
    ):
        with contextlib.suppress(InvalidRequest):
            parse()


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("ldap://a", ["ldap://a:389"]),
        ("ldaps://a:1636, ldap://[::1]", ["ldaps://a:1636", "ldap://[::1]:389"]),
        ("LDAPS://A/", ["ldaps://a:636"]),
        ("ldap://a,ldap://a:389", ["ldap://a:389"]),
    ],
)
def test_urls(text: str, urls: list[str]) -> None:
    """Several stand with commas between them; ports have their defaults."""
    assert [str(url) for url in parse_urls(text)] == urls


@pytest.mark.parametrize(
    "text",
    ["", "a", "http://a", "ldapi:///x", "ldap://", "ldap://a:0", "ldap://a:99999", "ldap://u:p@a", "ldap://a/dc=x",
     "ldap://a?cn", "ldap://a,,ldap://b", "ldap://a b", "ldap://a\nb", "ldap://" + "a" * 600,
     ",".join(f"ldap://h{n}" for n in range(17))],
)  # fmt: skip
def test_what_is_no_directory_is_refused(text: str) -> None:
    """When it is configured."""
    with pytest.raises(InvalidRequest, match="url"):
        parse_urls(text)
