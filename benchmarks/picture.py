"""Draw a run, and one to compare it with, as an SVG: losses above, hyperparameters below.

python benchmarks/picture.py RUN OTHER NAME PICTURE.svg

The one in the README shows the quickstart and an ordinary guess (`--tune untuned`, with
`--set hyper.drop_in=0.2`, `hyper.drop_1=0.5`, `hyper.drop_2=0.5`, `hyper.decay=1e-4`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from math import log10
from pathlib import Path

from hypertune import Run, load_run

WIDTH, HEIGHT, LEFT, RIGHT, GAP = 720, 150, 60, 130, 40
COLOURS = ("#0b6e99", "#c0582b", "#4c7a34", "#7a4b94", "#8a8a8a")


def panel(top: int, title: str, curves: dict[str, list[tuple[float, float]]]) -> list[str]:
    """One chart with a logarithmic height."""
    points = [point for curve in curves.values() for point in curve]
    last = max(x for x, _ in points)
    low, high = (extreme(log10(y) for _, y in points) for extreme in (min, max))

    def place(x: float, y: float) -> str:
        across = LEFT + (WIDTH - LEFT - RIGHT) * x / last
        return f"{across:.1f},{top + HEIGHT * (high - log10(y)) / (high - low):.1f}"

    out = [label(LEFT, top - 10, title, 'font-weight="bold"')]
    for value in (low, high):
        height = top + HEIGHT * (high - value) / (high - low)
        out.append(
            f'<text x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{10**value:.2g}</text>'
        )
        out.append(f'<path d="M{LEFT},{height:.1f}H{WIDTH - RIGHT}" stroke="#ccc"/>')
    ends = spread([float(place(*curve[-1]).split(",")[1]) for curve in curves.values()])
    for (name, curve), colour, end in zip(curves.items(), COLOURS, ends, strict=False):
        line = " ".join(place(x, y) for x, y in curve)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        out.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{end + 4:.1f}" fill="{colour}">{name}</text>'
        )
    return out


def label(x: float, y: float, text: str, look: str) -> str:
    return f'<text x="{x}" y="{y:.1f}" {look}>{text}</text>'


def spread(heights: Sequence[float], apart: float = 14) -> list[float]:
    """The heights, moved so that labels do not cover one another."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    moved = list(heights)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + apart)
    return moved


def picture(run: Run, other: Run, other_name: str) -> str:
    losses = {
        name: [(row["epoch"], row["valid_loss"]) for row in each.events]
        for name, each in (("tuned", run), (other_name, other))
    }
    hypers = {
        name: [(row["epoch"], row["hypers"][name]) for row in run.events]
        for name in run.events[0]["hypers"]
    }
    return drawing(
        [
            panel(stacked(0), "validation loss", losses),
            panel(stacked(1), "hyperparameters while the network trains once", hypers),
        ]
    )


def stacked(number: int) -> int:
    """Where a panel begins, under so many others."""
    return 30 + number * (HEIGHT + GAP)


def drawing(panels: list[list[str]]) -> str:
    """An SVG of panels, one under another, over the same epochs."""
    foot = stacked(len(panels)) - GAP + 20
    lines = [line for panel in panels for line in panel]
    lines.append(label(WIDTH - RIGHT, foot, "epochs", 'text-anchor="end"'))
    size = f'viewBox="0 0 {WIDTH} {foot + 30}"'
    style = 'font-family="sans-serif" font-size="12"'
    body = "\n".join(lines)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n{body}\n</svg>\n'


def main() -> None:
    run, other, name, path = sys.argv[1:]
    Path(path).write_text(picture(load_run(run), load_run(other), name), encoding="utf-8")


if __name__ == "__main__":
    main()
