"""A page of HTML that needs no other file and no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from attrs import frozen

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 70rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; } th { text-align: left; font-weight: 600; }
td, th { padding: .15rem .9rem .15rem 0; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { display: inline-block; margin: .4rem; font-size: .8rem; }
figure img { width: 6rem; image-rendering: pixelated; margin-right: .2rem; }
pre { background: #f7f7f7; padding: 1rem; overflow-x: auto; line-height: 1.35; }
.note { color: #555; }
"""


@frozen
class Section:
    """A part of a page; `body` is HTML already, the title is not."""

    title: str
    body: str


def page(title: str, sections: Iterable[Section]) -> str:
    """A whole document. The script that draws the plots (Plotly) is in it."""
    from plotly.offline import get_plotlyjs

    return joined_page(title, sections, f"<script>{get_plotlyjs()}</script>")


def joined_page(title: str, sections: Iterable[Section], script: str = "") -> str:
    """A whole document without plots, unless a script is given that draws them."""
    style = f"<style>{_STYLE}{_code_style()}</style>"
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>{style}{script}'
    return (
        f'<!doctype html><html lang="en"><head>{head}</head>'
        f"<body><h1>{escape(title)}</h1>{joined(sections)}</body></html>\n"
    )


def joined(sections: Iterable[Section]) -> str:
    """Sections one below the other."""
    return "\n".join(f"<h2>{escape(s.title)}</h2>\n{s.body}" for s in sections if s.body)


def note(text: str) -> str:
    """A paragraph."""
    return f'<p class="note">{escape(text)}</p>'


def facts(known: Mapping[str, str]) -> str:
    """Names and what they are, a line each."""
    rows = (
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in known.items()
    )
    return f"<table>{''.join(rows)}</table>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells below a head; all columns but the first hold numbers."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = (
        f"<tr><td>{escape(first)}</td>"
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in others)
        + "</tr>"
        for first, *others in rows
    )
    return f"<table><tr>{top}</tr>{''.join(lines)}</table>"


def spec(text: str) -> str:
    """A spec in colour."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter

    from hypertune.editors.highlighting import HspecLexer

    return str(highlight(text, HspecLexer(), HtmlFormatter(cssclass="spec")))


def _code_style() -> str:
    from pygments.formatters import HtmlFormatter

    return str(HtmlFormatter(cssclass="spec").get_style_defs(".spec"))
