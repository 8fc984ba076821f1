"""The sections of settings: `data`, `objective` and `tune`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hypertune.syntax import ast
from hypertune.syntax.printing.containers import contents
from hypertune.syntax.printing.expressions import assigned, flat
from hypertune.syntax.printing.lines import ROW, Line, indent
from hypertune.syntax.printing.remarks import Remarks, first_line, last_line


def sections(run: Sequence[ast.Section], remarks: Remarks) -> list[list[Line]]:
    """Each as its author wrote it: on one line, or a line for each setting."""
    out: list[list[Line]] = []
    for row, group in groupby(run, key=lambda s: _is_row(s) and s.kind.text):
        found = list(group)
        out += _table(found) if row else [_block(section, remarks) for section in found]
    return out


def _head(section: ast.Section) -> str:
    return (
        section.kind.text if section.name is None else f"{section.kind.text} {section.name.text}"
    )


def _is_row(section: ast.Section) -> bool:
    return first_line(section) == last_line(section) and len(_row(section)) <= ROW


def _row(section: ast.Section) -> str:
    settings = "; ".join(f"{s.key.text} = {flat(s.value)}" for s in section.settings)
    return f"{_head(section)} {{ {settings} }}" if settings else f"{_head(section)} {{}}"


def _table(run: list[ast.Section]) -> list[list[Line]]:
    """Neighbours on one line each, their settings in columns if they come in one order."""
    plain = [[Line(_row(section))] for section in run]
    keys = _order([[s.key.text for s in section.settings] for section in run])
    if keys is None or len(run) == 1:
        return plain
    head = max(len(_head(section)) for section in run)
    cells = [_cells(section) for section in run]
    widths = {key: max(len(row.get(key, "")) for row in cells) for key in keys}
    lines = []
    for section, row in zip(run, cells, strict=True):
        used = keys[: max((keys.index(k) + 1 for k in row), default=0)]
        columns = " ".join(f"{row.get(key, ''):<{widths[key]}}" for key in used).rstrip()
        lines.append(f"{_head(section):<{head}} {{ {columns} }}" if row else _row(section))
    return [[Line(line)] for line in lines] if max(map(len, lines)) <= ROW else plain


def _cells(section: ast.Section) -> dict[str, str]:
    out = {s.key.text: f"{s.key.text} = {flat(s.value)};" for s in section.settings}
    if section.settings:
        last = section.settings[-1].key.text
        out[last] = out[last].removesuffix(";")
    return out


def _order(rows: list[list[str]]) -> list[str] | None:
    """One order in which the keys of every row come, each once; None if there is none."""
    order: list[str] = []
    for row in sorted(rows, key=len, reverse=True):
        at = 0
        for key in row:
            if key not in order:
                order.insert(at, key)
            if order.index(key) < at:
                return None
            at = order.index(key) + 1
    return order


def _block(section: ast.Section, remarks: Remarks) -> list[Line]:
    opened = (section.name or section.kind).span.end
    place = (opened, section.span.end, first_line(section))
    header, inside = contents(
        section.settings, remarks, place, 1, lambda run: assigned(run, indent(1), remarks)
    )
    if not inside and not header:
        return [Line(f"{_head(section)} {{}}")]
    return [Line(f"{_head(section)} {{", header), *inside, Line("}")]
