"""Networks: models, blocks, and the bodies in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve

from generated.author import Author
from generated.blocks import Block, draw_params, use
from generated.layers import layer, tied, towards
from generated.numbers import whole
from generated.pieces import Inside, Misfit, Piece, Place, Shape, run
from generated.words import FRONT, dressed, where

DEEPEST = 3


def model(author: Author, shape: Shape, classes: int, blocks: Sequence[Block]) -> str:
    """`model`: what leaves it has the shape that its data want."""
    place = Place(author, inside=Inside({"input": shape}), taken={"input"})
    pieces, leaves = body(place, shape, blocks, author.number(0, 9))
    end = (classes or 1,)
    lines = [piece.text for piece in (*pieces, *(_closing(place, leaves, end) or ()))]
    if author.follows or not lines:  # then something has to answer to all that is tuned
        flat = ["flatten"] * (not lines and len(shape) > 1)
        lines += [*flat, f"linear({whole(author, end[0])}) given *"]
    sizes = ", ".join(whole(author, n) for n in shape)
    head = f"model ({sizes}{',' if len(shape) == 1 and author.chance(0.3) else ''})"
    return f"{head}{where(place)} {{\n" + "\n".join(lines) + "\n}"


def block(author: Author, name: str, shape: Shape, blocks: Sequence[Block]) -> tuple[str, Block]:
    """`block`, drawn for a shape; it may be used where another fits as well."""
    params = draw_params(author)
    inside = Inside({}, {p.name: p.value for p in params if p.sort == "size"})
    rates, hypers = (tuple(p.name for p in params if p.sort == s) for s in ("rate", "hyper"))
    place = Place(author, 1, inside, rates, hypers)
    pieces, _ = body(place, shape, blocks, author.number(0, 4))
    written = [f"{p.name}{'' if p.default is None else f' = {p.default}'}" for p in params]
    head = f"block {name}{'(' + ', '.join(written) + ')' if written else ''}"
    lines = "".join(f"{piece.text}\n" for piece in pieces)
    return f"{head}{where(place)} {{\n{lines}}}", Block(name, params, tuple(pieces))


def body(
    place: Place, shape: Shape, blocks: Sequence[Block], count: int
) -> tuple[list[Piece], Shape]:
    """Up to so many pieces that fit one another, and the shape that leaves the last."""
    pieces = []
    for _ in range(count):
        piece = _piece(place, shape, blocks)
        trial = place.inside.copy()
        try:
            shape = run([piece] if piece else [], shape, trial)
        except Misfit:
            continue
        pieces += [piece] if piece else []
        place.inside.labels, place.inside.weights = trial.labels, trial.weights
    return pieces, shape


def _piece(place: Place, shape: Shape, blocks: Sequence[Block]) -> Piece | None:
    forms: list[Callable[[], Piece | None]] = [lambda: layer(place, shape)] * 12
    if place.depth < DEEPEST:
        forms += [
            lambda: _repeat(place, shape, blocks),
            lambda: _residual(place, shape, blocks),
            lambda: _branch(place, shape, blocks),
        ]
    forms += [lambda: use(place, place.author.pick(blocks))] * (2 * bool(blocks))
    forms += [lambda: _merge(place, shape)] * (2 * bool(place.inside.labels))
    forms += [lambda: tied(place, shape)] * (4 * bool(place.inside.weights))
    piece = place.author.pick(forms)()
    return piece and dressed(place, piece)


def _inner(place: Place, shape: Shape, blocks: Sequence[Block]) -> tuple[list[Piece], Shape]:
    deeper = evolve(place, depth=place.depth + 1, inside=place.inside.copy())
    return body(deeper, shape, blocks, place.author.number(0, 3))


def _closing(place: Place, shape: Shape, wanted: Shape) -> list[Piece] | None:
    pieces = towards(place.author, shape, wanted)
    return pieces and [dressed(place, piece, named=False) for piece in pieces]


def _repeat(place: Place, shape: Shape, blocks: Sequence[Block]) -> Piece:
    pieces, _ = _inner(place, shape, blocks)
    count = place.author.pick((1, 2, 2, 3, 4))

    def after(shape: Shape, inside: Inside) -> Shape:
        for _ in range(count):
            shape = run(pieces, shape, inside)
        return shape

    head = f"repeat {whole(place.author, count)}{FRONT}"
    return Piece(f"{head} {_braced(pieces)}", after, responds=True)


def _residual(place: Place, shape: Shape, blocks: Sequence[Block]) -> Piece | None:
    pieces, leaves = _inner(place, shape, blocks)
    short: list[Piece] | None = None
    if leaves != shape or place.author.chance(0.2):
        short = _closing(place, shape, leaves)
        back = _closing(place, leaves, shape)
        if back is not None and (short is None or place.author.chance(0.4)):
            pieces, short = [*pieces, *back], None
        elif short is None:
            return None

    def after(shape: Shape, inside: Inside) -> Shape:
        leaves = run(pieces, shape, inside)
        if leaves != (shape if short is None else run(short, shape, inside)):
            raise Misfit
        return leaves

    tail = "" if short is None else f" shortcut {_braced(short)}"
    return Piece(f"residual{FRONT} {_braced(pieces)}{tail}", after, responds=True)


def _branch(place: Place, shape: Shape, blocks: Sequence[Block]) -> Piece | None:
    mode = place.author.pick(("add", "concat", "mean", "mul"))
    drawn = [_inner(place, shape, blocks) for _ in range(place.author.pick((1, 2, 2, 3)))]
    aim = min((leaves for _, leaves in drawn), key=len)
    bodies: list[list[Piece]] = []
    for pieces, leaves in drawn:
        flat = mode == "concat" and len(leaves) > 1
        wanted = (leaves[0], *aim[1:]) if flat and len(aim) == len(leaves) else aim
        closing = _closing(place, leaves, wanted)
        if closing is None:
            return None
        bodies.append([*pieces, *closing])

    def after(shape: Shape, inside: Inside) -> Shape:
        return merged(mode, [run(pieces, shape, inside) for pieces in bodies])

    texts = " ".join(map(_braced, bodies))
    return Piece(f"branch {mode}{FRONT} {texts}", after, responds=True)


def _merge(place: Place, shape: Shape) -> Piece | None:
    mode = place.author.pick(("add", "concat", "mean", "mul"))
    fit = [name for name, had in place.inside.labels.items() if _fits(mode, had, shape)]
    if not fit:
        return None
    names = [place.author.pick(fit) for _ in range(place.author.pick((1, 1, 2)))]

    def after(shape: Shape, inside: Inside) -> Shape:
        if not inside.labels.keys() >= set(names):
            raise Misfit
        return merged(mode, [shape, *(inside.labels[name] for name in names)])

    return Piece(f"{mode}({', '.join(names)})", after)


def _fits(mode: str, one: Shape, other: Shape) -> bool:
    return one[mode == "concat" :] == other[mode == "concat" :] and len(one) == len(other)


def merged(mode: str, shapes: Sequence[Shape]) -> Shape:
    """The shape of a sum, mean or product, or of values side by side along the first axis."""
    if not all(_fits(mode, shapes[0], shape) for shape in shapes):
        raise Misfit
    return (sum(s[0] for s in shapes), *shapes[0][1:]) if mode == "concat" else shapes[0]


def _braced(pieces: Sequence[Piece]) -> str:
    return "{\n" + "".join(f"{piece.text}\n" for piece in pieces) + "}"
