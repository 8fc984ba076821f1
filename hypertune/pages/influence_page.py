"""Scores of training examples, as a table and with their pictures."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from attrs import frozen

from hypertune.pages.document import Section, joined_page, note
from hypertune.reporting.numbers import short


@frozen
class Scored:
    """A training example and what the loss would rise by without it.

    Args:
        number: in the training part, from 0.
        target: its class or number, as people read it.
        score: in units of the loss.
        picture: a PNG of it, empty if it is none.
        depends: a PNG of what in the picture the loss depends on, if that was asked.

    """

    number: int
    target: str
    score: float
    picture: bytes = b""
    depends: bytes = b""


def scores_table(ranked: Sequence[Scored], top: int) -> list[list[str]]:
    """The most helpful examples beside the most harmful ones."""
    rows = [["helpful", "target", "score", "harmful", "target", "score"]]
    for good, bad in zip(ranked[:top], ranked[: -top - 1 : -1], strict=True):
        cells = [[str(one.number), one.target, short(one.score)] for one in (good, bad)]
        rows.append([*cells[0], *cells[1]])
    return rows


def scores_page(title: str, ranked: Sequence[Scored], top: int) -> str:
    """A document of its own."""
    said = (
        "The score says by how much the loss would rise without the example, to first order; "
        "red and blue say where a brighter pixel of it would raise or lower the loss."
    )
    return joined_page(
        title,
        [
            Section("Most helpful", note(said) + _pictures(ranked[:top])),
            Section("Most harmful", _pictures(ranked[: -top - 1 : -1])),
        ],
    )


def _pictures(some: Sequence[Scored]) -> str:
    return "".join(map(_figure, some))


def _figure(one: Scored) -> str:
    images = "".join(map(_image, filter(None, (one.picture, one.depends))))
    text = escape(f"{one.number}: {one.target}, {short(one.score)}")
    return f"<figure>{images}<figcaption>{text}</figcaption></figure>"


def _image(png: bytes) -> str:
    return f'<img alt="" src="data:image/png;base64,{b64encode(png).decode()}">'
