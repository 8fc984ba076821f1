"""Plots as pieces of a page."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from attrs import frozen

Number = float | None

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#555555")
_LAYOUT = {
    "template": "plotly_white",
    "margin": {"l": 60, "r": 20, "t": 40, "b": 50},
    "height": 340,
    "hovermode": "closest",
}


@frozen
class Curve:
    """A line of a plot. What is no finite number leaves a gap.

    `low` and `high` bound a band around it; curves of one `group` have one colour and one entry
    in the legend.
    """

    name: str
    x: Sequence[float]
    y: Sequence[Number]
    low: Sequence[Number] = ()
    high: Sequence[Number] = ()
    group: str = ""


def lines(
    div: str, title: str, curves: Sequence[Curve], x: str, log: bool = False, best: Number = None
) -> str:
    """Curves over a common axis.

    Args:
        div: the plot's name, its own on the page.
        title: what stands above it.
        curves: at least one.
        x: what the horizontal axis counts.
        log: whether the vertical axis is logarithmic; not if a number is 0 or less.
        best: where a vertical line stands.

    """
    import plotly.graph_objects as go

    figure = go.Figure()
    groups = list(dict.fromkeys(curve.group or curve.name for curve in curves))
    for curve in curves:
        place = groups.index(curve.group or curve.name)
        first = curve is next(c for c in curves if (c.group or c.name) == groups[place])
        _add(figure, curve, _COLOURS[place % len(_COLOURS)], first)
    if best is not None:
        figure.add_vline(x=best, line={"dash": "dot", "color": "#999"}, annotation_text="best")
    figure.update_layout(title=title, xaxis_title=x, showlegend=len(groups) > 1, **_LAYOUT)
    values = [value for curve in curves for value in (*curve.y, *curve.low) if value is not None]
    if log and values and min(values) > 0:
        figure.update_yaxes(type="log")
    return drawn(figure, div)


def points(div: str, title: str, curves: Sequence[Curve], x: str, y: str) -> str:
    """Points without lines between them."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, curve in enumerate(curves):
        colour = _COLOURS[place % len(_COLOURS)]
        marker = {"color": colour}
        figure.add_scatter(
            x=list(curve.x), y=_known(curve.y), name=curve.name, mode="markers", marker=marker
        )
    figure.update_layout(
        title=title, xaxis_title=x, yaxis_title=y, showlegend=len(curves) > 1, **_LAYOUT
    )
    return drawn(figure, div)


def drawn(figure: Any, div: str) -> str:
    """A figure of Plotly as HTML; the page holds Plotly's script."""
    settings = {"displaylogo": False, "responsive": True}
    return str(
        figure.to_html(full_html=False, include_plotlyjs=False, div_id=div, config=settings)
    )


def _add(figure: Any, curve: Curve, colour: str, first: bool) -> None:
    shared = {"x": list(curve.x), "legendgroup": curve.group or curve.name, "mode": "lines"}
    if curve.low:
        edge = {"line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
        figure.add_scatter(y=_known(curve.low), **shared, **edge)
        fill = {"fill": "tonexty", "fillcolor": _faint(colour)}
        figure.add_scatter(y=_known(curve.high), **shared, **edge, **fill)
    name = curve.group or curve.name
    shared["mode"] = "lines+markers" if len(curve.x) < 40 else "lines"
    figure.add_scatter(
        y=_known(curve.y), name=name, line={"color": colour}, showlegend=first, **shared
    )


def _known(values: Sequence[Number]) -> list[Number]:
    return [value if value is not None and isfinite(value) else None for value in values]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
