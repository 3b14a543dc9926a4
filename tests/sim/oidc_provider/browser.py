"""What a browser does: keeps cookies, follows redirects, sends the forms of pages."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.request
from html import unescape
from typing import Any
from urllib.parse import urlencode, urljoin

_FORM = re.compile(r"<form[^>]*>.*?</form>", re.DOTALL)
_TAG = re.compile(r"<(?:input|button)[^>]*>")


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the browser, which stops before the last one."""

    def redirect_request(self, *_: Any) -> None:
        """Don't follow."""


class Browser:
    """One browser.

    Args:
        user: who logs in wherever a page asks.
    """

    def __init__(self, user: str = "ann") -> None:
        self.user = user
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, _Stay, urllib.request.ProxyHandler({}))
        self.url = ""
        self.page = ""

    def open(self, url: str, form: dict[str, str] | None = None, *, until: str = "") -> str:
        """Open an address, and follow redirects, up to one that begins with `until`.  Returns where it stopped."""
        for _ in range(20):
            self.url = url
            if until and url.startswith(until):
                return url
            data = None if form is None else urlencode(form).encode()
            try:
                with self._opener.open(urllib.request.Request(url, data)) as response:
                    self.page = response.read().decode()
                    return url
            except urllib.error.HTTPError as error:
                location = error.headers.get("Location")
                if not location:
                    self.page = error.read().decode()
                    return url
                url, form = urljoin(url, location), None
        raise AssertionError(f"too many redirects: {url}")

    def form(self) -> tuple[str, str, dict[str, str]]:
        """Verb, address and fields of the page's form."""
        found = _FORM.search(self.page)
        assert found is not None, self.page
        head = found[0].partition(">")[0] + ">"
        fields = {_attribute(tag, "name"): _attribute(tag, "value") for tag in _TAG.findall(found[0])}
        fields.pop("", None)
        return _attribute(head, "method").lower(), urljoin(self.url, _attribute(head, "action") or self.url), fields

    def submit(self, *, until: str = "", **more: str) -> str:
        """Send the page's form."""
        verb, url, fields = self.form()
        fields |= more
        if verb == "get":
            return self.open(f"{url.partition('?')[0]}?{urlencode(fields)}", until=until)
        return self.open(url, fields, until=until)

    def log_in(self, url: str, *, until: str) -> str:
        """Open a provider's login page, log in and consent.  Returns where the provider leads back to."""
        self.open(url, until=until)
        for _ in range(5):
            if self.url.startswith(until) or not _FORM.search(self.page) or f'action="{until}' in self.page:
                break
            asks_for_password = 'name="password"' in self.page
            self.submit(until=until, **({"login": self.user, "password": "any"} if asks_for_password else {}))
        return self.url
