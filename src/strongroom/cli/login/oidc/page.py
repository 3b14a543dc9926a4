"""The page that the browser shows at the end of a login.  (p)"""

from __future__ import annotations

from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 36em; margin: 15vh auto; padding: 0 1em }}</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # The address holds the provider's code: no other site is told it, and nothing keeps the page.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def _page(title: str, text: str) -> bytes:
    return _PAGE.format(title=escape(title), text=escape(text)).encode()


SUCCESS = _page("You are logged in", "Return to the terminal. This window can be closed.")
STRANGE = _page("Nothing waits for this answer", "It belongs to no login that is under way in the terminal.")


def failure(reason: str) -> bytes:
    """The page of a login that failed."""
    return _page("The login failed", reason)
