"""How much a browser loads before somebody can log in."""

from __future__ import annotations

from tests.conformance.interface.conftest import Opened

MOST_BYTES = 300 * 1024


def test_the_first_load(opened: Opened) -> None:
    """Compressed, with the header fields of the answers; and pages that aren't shown aren't loaded."""
    window = opened()
    loaded: list[tuple[str, int]] = []
    window.page.on(
        "requestfinished",
        lambda each: loaded.append((each.url, each.sizes()["responseBodySize"] + each.sizes()["responseHeadersSize"])),
    )
    window.go("/")
    window.sees("Log in to Strongroom")
    assert sum(size for _, size in loaded) < MOST_BYTES, sorted(loaded, key=lambda each: -each[1])[:20]
    assert any(url.endswith(".js") and size > 10_000 for url, size in loaded)
    assert not any("Editor" in url for url, _ in loaded)


def test_a_second_visit_asks_for_nothing_that_it_has(opened: Opened) -> None:
    """Files whose names have their digest are kept for good; the page itself is asked for by its tag."""
    window = opened()
    window.go("/")
    asked: list[tuple[str, bool]] = []
    window.page.on("response", lambda each: asked.append((each.url, each.request.sizes()["responseBodySize"] > 0)))
    window.page.goto(f"{window.world.url}/")
    window.settle()
    assert not [url for url, came in asked if came and "/assets/" in url]
