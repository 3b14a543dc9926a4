"""Which paths a mount can have."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.services.mounts.naming import check_name

REFUSED = {
    "": "path must be specified",
    "/": "path must be specified",
    "../": "relative paths not supported",
    "./": "relative paths not supported",
    "../a/": "relative paths not supported",
    "x//y/": "path 'x//y/' does not match cleaned path 'x/y/'",
    "/x/": "path '/x/' does not match cleaned path 'x/'",
    "x//": "path 'x//' does not match cleaned path 'x/'",
    "a/../b/": "path 'a/../b/' does not match cleaned path 'b/'",
    "a/./b/": "path 'a/./b/' does not match cleaned path 'a/b/'",
    "a/../": "path 'a/../' does not match cleaned path './'",
    "a\nb/": "path cannot contain non-printable characters",
    "a\0b/": "path cannot contain non-printable characters",
    "a\x85b/": "path cannot contain non-printable characters",
    "a\u200bb/": "path cannot contain non-printable characters",
    "a\u00a0/": "path cannot contain non-printable characters",
    "a\ud800/": "path cannot contain non-printable characters",
    "a /": "path cannot contain leading or trailing whitespace",
    " a/": "path cannot contain leading or trailing whitespace",
    "a/ b/": "path cannot contain leading or trailing whitespace",
}


@pytest.mark.parametrize(("path", "text"), REFUSED.items(), ids=ascii)
def test_what_has_no_plain_form(path: str, text: str) -> None:
    """Empty and relative segments, blanks at the ends, and what can't be seen are refused, in Vault's words."""
    with pytest.raises(InvalidRequest) as caught:
        check_name(path)
    assert caught.value.text == text


@pytest.mark.parametrize("path", ["*/", "a*/", "+/", "a/+/b/", "a?b/", "a#b/", "a%2fb/", "a\\b/"])
def test_what_a_policy_or_proxy_reads_otherwise(path: str) -> None:
    """Wildcards of policies, and characters that URLs give a meaning, are no part of a mount's path."""
    with pytest.raises(InvalidRequest, match="path cannot contain"):
        check_name(path)


@pytest.mark.parametrize("path", ["a/", "a/b/c/", "a+b/", "a b/", "x./", ".x/", "...", "é/", "a@b/", "team-1_x/"])
def test_ordinary_paths(path: str) -> None:
    """Everything else is taken: dots within a name, letters of any script, a blank between words."""
    check_name(path if path.endswith("/") else path + "/")
