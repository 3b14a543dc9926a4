"""Answers with the interface's files."""

from __future__ import annotations

import pytest

from strongroom.interface.site import File, Page, Site, Variant

SITE = Site(
    {
        "index.html": File("text/html", {"": Variant(b"page", '"1"'), "gzip": Variant(b"gz", '"1-gzip"')}),
        "icon.svg": File("image/svg+xml", {"": Variant(b"icon", '"2"')}),
        "assets/a.js": File("text/javascript", {"": Variant(b"script", '"3"')}),
    }
)


def answer(path: str, method: str = "GET", **headers: str) -> Page:
    """The answer; a header's name has `_` for `-`."""
    found = SITE.answer(method, path, {name.replace("_", "-"): value for name, value in headers.items()})
    assert found is not None
    return found


@pytest.mark.parametrize("path", ["/v1/sys/health", "/uix", "/ui.html", "/robots.txt", "//ui/", "/UI/", ""])
def test_what_is_not_the_interfaces(path: str) -> None:
    """It is left to the API."""
    assert SITE.answer("GET", path, {}) is None
    assert not SITE.has(path)


@pytest.mark.parametrize("path", ["/", "/ui"])
def test_what_leads_to_it(path: str) -> None:
    """It names no host, and is for those who read."""
    found = answer(path)
    assert (found.status, dict(found.headers)["Location"]) == (307, "/ui/")
    assert answer(path, "HEAD").status == 307
    assert SITE.answer("POST", path, {}) is None


@pytest.mark.parametrize(
    "path", ["/ui/", "/ui/secrets/kv", "/ui/vault/auth/oidc/oidc/callback", "/ui/a.js", "/ui/%2e%2e"]
)
def test_each_address_of_a_page_is_the_page(path: str) -> None:
    """The page reads the address itself.  It is asked for anew each time, so that a new release is seen at once."""
    found = answer(path)
    named = dict(found.headers)
    assert (found.status, found.body, named["Content-Type"], named["Cache-Control"]) == (
        200,
        b"page",
        "text/html",
        "no-cache",
    )


def test_a_file_whose_name_has_its_contents_is_kept_for_ever() -> None:
    """Others are asked for again."""
    assert dict(answer("/ui/assets/a.js").headers)["Cache-Control"] == "public, max-age=31536000, immutable"
    assert dict(answer("/ui/icon.svg").headers)["Cache-Control"] == "no-cache"


def test_a_file_of_another_release_is_not_there() -> None:
    """The page in its place would be read as a script, and kept."""
    found = answer("/ui/assets/b.js")
    assert (found.status, found.body, dict(found.headers)["Cache-Control"]) == (404, b"", "no-cache")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "LIST"])
def test_it_is_only_read(method: str) -> None:
    """And says so."""
    found = answer("/ui/", method)
    assert (found.status, dict(found.headers)["Allow"]) == (405, "GET, HEAD")


def test_an_encoding_has_a_tag_of_its_own() -> None:
    """Else a cache could give one client's bytes to another that can't read them."""
    plain, packed = answer("/ui/"), answer("/ui/", accept_encoding="gzip")
    assert "Content-Encoding" not in dict(plain.headers)
    assert (packed.body, dict(packed.headers)["Content-Encoding"]) == (b"gz", "gzip")
    assert (dict(plain.headers)["ETag"], dict(packed.headers)["ETag"]) == ('"1"', '"1-gzip"')
    assert dict(plain.headers)["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("tag", "status"), [('"1"', 304), ('W/"1"', 304), ('"0", "1"', 304), ("*", 304), ('"1-gzip"', 200), ("1", 200)]
)
def test_what_the_client_has_is_not_sent_again(tag: str, status: int) -> None:
    """Of that encoding."""
    found = answer("/ui/", if_none_match=tag)
    assert (found.status, found.body) == (status, b"" if status == 304 else b"page")
    assert {"ETag", "Cache-Control", "Vary", "Content-Security-Policy"} <= dict(found.headers).keys()


@pytest.mark.parametrize(
    ("path", "method"),
    [("/", "GET"), ("/ui/", "GET"), ("/ui/", "POST"), ("/ui/assets/b.js", "GET"), ("/ui/icon.svg", "HEAD")],
)
def test_every_answer_has_the_headers_that_protect_it(path: str, method: str) -> None:
    """Nothing of another server, no frame, nothing that is written into a page, and no guess about types."""
    named = dict(answer(path, method).headers)
    rules = dict(rule.partition(" ")[::2] for rule in named["Content-Security-Policy"].split("; "))
    assert {rules.pop(name) for name in ("default-src", "base-uri", "frame-ancestors")} == {"'none'"}
    assert set(rules.values()) == {"'self'"}, rules
    assert (named["X-Content-Type-Options"], named["X-Frame-Options"]) == ("nosniff", "DENY")
    assert named["Referrer-Policy"] == "no-referrer"
