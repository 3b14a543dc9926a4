"""Parts of SVG charts (pure): texts, lines, and colours that can be read on light and dark pages."""

from __future__ import annotations

from xml.sax.saxutils import escape

_LIGHT = ("#0b62c4", "#c2410c", "#15803d", "#7e22ce")
_DARK = ("#6cb2ff", "#ff9e64", "#6ee7a0", "#d0a2ff")
_DASHES = ("none", "7 4", "2 3", "9 3 2 3")
"""Lines differ by more than their colour."""
STYLES = len(_LIGHT)


def _colours(ink: str, grid: str, lines: tuple[str, ...]) -> str:
    rules = [f"text{{fill:{ink}}} .grid{{stroke:{grid}}} .axis{{stroke:{ink}}}"]
    for number, colour in enumerate(lines):
        rules.append(f".line{number}{{stroke:{colour}}} .fill{number}{{fill:{colour}}}")
    return " ".join(rules)


def _style() -> str:
    dashes = " ".join(f".line{number}{{stroke-dasharray:{dash}}}" for number, dash in enumerate(_DASHES))
    return (
        "text{font:13px sans-serif} .title{font-weight:bold;font-size:15px} .line{fill:none;stroke-width:2} "
        f".grid,.axis{{stroke-width:1}} {dashes} {_colours('#1f2328', '#d0d7de', _LIGHT)} "
        f"@media (prefers-color-scheme: dark){{{_colours('#e6edf3', '#3d444d', _DARK)}}}"
    )


def text(x: float, y: float, content: str, anchor: str = "start", more: str = "") -> str:
    """A text at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(content)}</text>'


def stroke(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def path(places: list[tuple[float, float]], number: int) -> list[str]:
    """A line through places, with a mark at each."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = [f'<circle class="fill{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places]
    return [f'<polyline class="line line{number}" points="{joined}"/>', *marks]


def legend(names: list[str], x: float, y: float) -> list[str]:
    """What each line or bar is of, in a row."""
    parts = []
    for number, name in enumerate(names):
        parts += [f'<rect class="fill{number % STYLES}" x="{x:.1f}" y="{y - 10:.1f}" width="12" height="12"/>']
        parts += [stroke(x - 4, y - 4, x + 16, y - 4, f"line line{number % STYLES}"), text(x + 22, y, name)]
        x += 40 + 7.5 * len(name)
    return parts


def document(width: int, height: int, title: str, parts: list[str]) -> str:
    """The whole picture."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    lines = [f'{head} role="img">', f"<title>{escape(title)}</title>", f"<style>{_style()}</style>"]
    return "\n".join([*lines, text(16, 24, title, more=' class="title"'), *parts, "</svg>\n"])
