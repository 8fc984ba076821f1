"""Networks: models, blocks, layers, and what holds further layers."""

from __future__ import annotations

from collections.abc import Sequence

from hypertune.syntax import ast
from hypertune.syntax.printing.containers import contents
from hypertune.syntax.printing.expressions import flat, flat_args, flat_kind
from hypertune.syntax.printing.lines import WIDTH, Line, indent
from hypertune.syntax.printing.remarks import Remarks, column, first_line, last_line
from hypertune.syntax.printing.rows import Cell, Row, align


def model(node: ast.Model, remarks: Remarks) -> list[Line]:
    head = f"model ({flat_args(node.shape.items)}){_where(node)}"
    return _braced(head, node.body, 0, remarks)


def block(node: ast.Block, remarks: Remarks) -> list[Line]:
    params = ", ".join(
        p.name.text if p.default is None else f"{p.name.text} = {flat(p.default)}"
        for p in node.params
    )
    head = f"block {node.name.text}({params})" if params else f"block {node.name.text}"
    return _braced(head + _where(node), node.body, 0, remarks)


def _braced(head: str, body: ast.Body, depth: int, remarks: Remarks) -> list[Line]:
    """`head { … }`: on one line if it was and fits, otherwise with the contents below."""
    whole = f"{head} {_flat_body(body)}"
    short = first_line(body) == last_line(body) and len(whole) <= WIDTH
    if (short or not body.pieces) and not remarks.within(body.span):
        return [Line(whole)]
    place = (body.span.start, body.span.end, first_line(body))
    header, lines = contents(
        body.pieces, remarks, place, depth + 1, lambda run: _pieces(run, depth + 1, remarks)
    )
    return [Line(f"{head} {{", header), *lines, Line(indent(depth) + "}")]


def _pieces(run: Sequence[ast.Piece], depth: int, remarks: Remarks) -> list[list[Line]]:
    """The lines of each piece; of several on one line, all with the last."""
    out: list[list[Line]] = []
    rows: list[Row] = []
    places: list[int] = []  # where in `out` the rows belong
    for group in _by_line(run):
        printed = [_piece(piece, depth, remarks) for piece in group]
        row = _row(group)
        if max(map(len, printed)) == 1 and len(indent(depth) + row.text()) <= WIDTH:
            out += [[] for _ in group]
            rows.append(row)
            places.append(len(out) - 1)
            continue
        for piece, lines in zip(group, printed, strict=True):
            out.append(lines)
            if len(lines) == 1:
                rows.append(_row([piece]))
                places.append(len(out) - 1)
    align(rows, len(indent(depth)))
    for row, place in zip(rows, places, strict=True):
        out[place] = [Line(indent(depth) + row.text())]
    return out


def _by_line(run: Sequence[ast.Piece]) -> list[list[ast.Piece]]:
    groups: list[list[ast.Piece]] = []
    for piece in run:
        if not groups or first_line(piece) > last_line(groups[-1][-1]):
            groups.append([])
        groups[-1].append(piece)
    return groups


def _row(group: Sequence[ast.Piece]) -> Row:
    cells = [Cell(f"{_flat_piece(piece)};", column(piece)) for piece in group[:-1]]
    last = group[-1]
    if not isinstance(last, ast.LayerStatement):
        return Row([*cells, Cell(_flat_piece(last), column(last))])
    suffix = f"{_where(last)}{_label(last)}".strip()
    # Where the first word behind the layer stands is found from the end of the layer itself.
    behind = last.span.source.text[last.call.span.end : last.span.end]
    at = column(last.call) + len(last.call.span.text) + len(behind) - len(behind.lstrip())
    return Row(
        [*cells, Cell(flat_kind(last.call), column(last))], Cell(suffix, at) if suffix else None
    )


def _piece(piece: ast.Piece, depth: int, remarks: Remarks) -> list[Line]:
    if isinstance(piece, ast.LayerStatement):
        return [Line(indent(depth) + _flat_piece(piece))]
    lines = [Line(indent(depth))]
    for head, body in _parts(piece):
        before = lines.pop().text
        start = f"{before} {head}".rstrip() if before.strip() else before + head
        lines += _braced(start, body, depth, remarks)
    return [*lines[:-1], Line(lines[-1].text + _label(piece))]


def _flat_piece(piece: ast.Piece) -> str:
    if isinstance(piece, ast.LayerStatement):
        return flat_kind(piece.call) + _where(piece) + _label(piece)
    parts = " ".join(f"{head} {_flat_body(body)}".strip() for head, body in _parts(piece))
    return parts + _label(piece)


def _parts(piece: ast.Repeat | ast.Residual | ast.Branch) -> list[tuple[str, ast.Body]]:
    """What stands before each of its bodies."""
    where = _where(piece)
    match piece:
        case ast.Repeat(count=count, body=body):
            return [(f"repeat {flat(count)}{where}", body)]
        case ast.Residual(body=body, shortcut=shortcut):
            second = [] if shortcut is None else [("shortcut", shortcut)]
            return [(f"residual{where}", body), *second]
        case ast.Branch(mode=mode, bodies=bodies):
            heads = [f"branch {mode.text}{where}", *[""] * (len(bodies) - 1)]
            return list(zip(heads, bodies, strict=True))


def _flat_body(body: ast.Body) -> str:
    inside = "; ".join(map(_flat_piece, body.pieces))
    return f"{{ {inside} }}" if inside else "{}"


def _where(node: ast.Placed) -> str:
    """` given … on …`, each where it is said."""
    given, device = "", ""
    if node.given is not None:
        names = ["*"] if node.given.names is None else [flat(name) for name in node.given.names]
        given = f" given {', '.join(names) or 'none'}"
    if node.device is not None:
        device = f" on {node.device.text}"
    return given + device


def _label(node: ast.Labelled) -> str:
    return f" as {node.label.text}" if node.label else ""
