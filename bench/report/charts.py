"""Charts as SVG (pure): lines over an amount, and bars for things that have names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.report.axes import Axis, axis, written
from bench.report.drawing import STYLES, document, legend, path, stroke, text

_WIDTH, _HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 64, 52
_BAR, _GAP, _NAMES, _VALUES = 14, 12, 250, 70

Places = Sequence[tuple[float, float]]


def line_chart(title: str, x_name: str, lines: Mapping[str, Places]) -> str:
    """Lines over an amount.  Raises `ValueError` without any place.

    Args:
        lines: by name, amounts with their values.
    """
    places = [place for line in lines.values() for place in line]
    if not places:
        raise ValueError(f"nothing to draw: {title}")
    across, up = axis((x for x, _ in places), from_zero=False), axis(y for _, y in places)
    parts = [*_grid(across, up), text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, x_name, "middle")]
    for number, line in enumerate(lines.values()):
        parts += path([(_x(across, x), _y(up, y)) for x, y in sorted(line)], number % STYLES)
    return document(_WIDTH, _HEIGHT, title, [*parts, *legend(list(lines), _LEFT, 48)])


def _x(across: Axis, value: float) -> float:
    return _LEFT + across.at(value) * (_WIDTH - _LEFT - _RIGHT)


def _y(up: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - up.at(value) * (_HEIGHT - _TOP - _BOTTOM)


def _grid(across: Axis, up: Axis) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for value in up.ticks():
        y = _y(up, value)
        parts += [stroke(_LEFT, y, right, y, "grid"), text(_LEFT - 8, y + 4, written(value), "end")]
    for value in across.ticks():
        x = _x(across, value)
        parts += [stroke(x, _TOP, x, bottom, "grid"), text(x, bottom + 18, written(value), "middle")]
    return [*parts, stroke(_LEFT, _TOP, _LEFT, bottom, "axis"), stroke(_LEFT, bottom, right, bottom, "axis")]


def bar_chart(title: str, bars: Mapping[str, Mapping[str, float]]) -> str:
    """Bars side by side.  Raises `ValueError` without any.

    Args:
        bars: by the name of a thing, the values of each line by its name.
    """
    lines = list(dict.fromkeys(name for values in bars.values() for name in values))
    found = [value for values in bars.values() for value in values.values()]
    if not found:
        raise ValueError(f"nothing to draw: {title}")
    along, top = axis([0.0, *found]), float(_TOP)  # with 0 it is linear: a bar's length says how much
    room, parts = _WIDTH - _NAMES - _VALUES, []
    for thing, values in bars.items():
        parts.append(text(_NAMES - 8, top + _BAR * len(values) / 2 + 4, thing, "end"))
        for name, value in values.items():
            length = max(1.0, along.at(value) * room)
            kind = f"fill{lines.index(name) % STYLES}"
            parts.append(f'<rect class="{kind}" x="{_NAMES}" y="{top:.1f}" width="{length:.1f}" height="{_BAR - 2}"/>')
            parts.append(text(_NAMES + length + 6, top + 11, written(float(f"{value:.3g}"))))
            top += _BAR
        top += _GAP
    return document(_WIDTH, int(top + 8), title, [*parts, *legend(lines, 20, 48)])
