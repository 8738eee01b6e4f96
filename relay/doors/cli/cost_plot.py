"""Draw costs by volume as SVG, by hand: one line for the frontier, steps for machines of one's own."""

from __future__ import annotations

from collections.abc import Callable

from relay.routing.costs import Hardware, Report

__all__ = ["plot"]

_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 50, 60
_FRONTIER, _LOCAL, _MARK = "#c0392b", "#24516d", "#555"
_MOST_STEPS = 60

_Scale = Callable[[float], float]


def plot(report: Report) -> str:
    """Return the picture; `report` has hardware and a price for the frontier's tokens."""
    hardware, per_million = report.hardware, report.usd_per_million
    assert hardware is not None
    assert per_million is not None
    used = sum(row.tokens for row in report.rows) / report.days
    most = max(2 * (report.break_even_tokens or 0), 1.3 * used, 1.0)
    machines = hardware.machines(most)
    dearest = max(most * per_million / 1e6, min(machines, _MOST_STEPS) * hardware.usd_per_day) * 1.08

    def x(tokens: float) -> float:
        return _LEFT + tokens / most * (_WIDTH - _LEFT - _RIGHT)

    def y(usd: float) -> float:
        return _HEIGHT - _BOTTOM - usd / dearest * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        *_axes(most, dearest, x, y),
        f'<line x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(most):.1f}" y2="{y(most * per_million / 1e6):.1f}" '
        f'stroke="{_FRONTIER}" stroke-width="2"/>',
        f'<polyline fill="none" stroke="{_LOCAL}" stroke-width="2" points="{_steps(hardware, most, x, y)}"/>',
        _text(_LEFT + 8, 24, f"frontier, {per_million:.2f} USD per million tokens", _FRONTIER),
        _text(_LEFT + 330, 24, f"local, {hardware.usd_per_day:.2f} USD a day per machine", _LOCAL),
    ]
    marks = [(used, "measured")]
    if report.break_even_tokens is not None:
        marks.append((report.break_even_tokens, "break-even"))
    for tokens, label in marks:
        parts.append(
            f'<line x1="{x(tokens):.1f}" y1="{_TOP}" x2="{x(tokens):.1f}" y2="{y(0):.1f}" stroke="{_MARK}" '
            'stroke-dasharray="4 4"/>'
        )
        parts.append(_text(x(tokens) + 5, _TOP + 12 + 16 * (label == "measured"), label, _MARK))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="13"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _axes(most: float, dearest: float, x: _Scale, y: _Scale) -> list[str]:
    parts = [
        f'<path d="M{_LEFT} {_TOP} V{y(0):.1f} H{_WIDTH - _RIGHT}" fill="none" stroke="{_MARK}"/>',
        _text(_WIDTH / 2 - 70, _HEIGHT - 14, "million tokens a day", _MARK),
        _text(8, _TOP - 10, "USD a day", _MARK),
    ]
    for share in (0.25, 0.5, 0.75, 1.0):
        parts.append(_text(x(share * most) - 14, y(0) + 20, f"{share * most / 1e6:.3g}", _MARK))
        parts.append(_text(12, y(share * dearest) + 4, f"{share * dearest:.3g}", _MARK))
    return parts


def _steps(hardware: Hardware, most: float, x: _Scale, y: _Scale) -> str:
    points = []
    for number in range(1, min(hardware.machines(most), _MOST_STEPS) + 1):
        cost = number * hardware.usd_per_day
        start, end = (number - 1) * hardware.tokens_per_day, min(number * hardware.tokens_per_day, most)
        points += [f"{x(start):.1f},{y(cost):.1f}", f"{x(end):.1f},{y(cost):.1f}"]
    return " ".join(points)


def _text(x: float, y: float, text: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{text}</text>'
