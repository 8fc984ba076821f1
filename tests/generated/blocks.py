"""Blocks: their parameters, and their uses in the place of a layer."""

from __future__ import annotations

from attrs import frozen

from generated.author import Author
from generated.numbers import call, whole
from generated.pieces import Inside, Piece, Place, Shape, run


@frozen
class Param:
    """A parameter of a block: `sort` is `size`, `rate` or `hyper`."""

    name: str
    sort: str
    default: str | None
    value: int = 0  # of a size, where nothing is written for it


@frozen
class Block:
    """A piece of network with a name."""

    name: str
    params: tuple[Param, ...]
    pieces: tuple[Piece, ...]


def draw_params(author: Author) -> tuple[Param, ...]:
    """The parameters of a block to be."""
    taken: set[str] = set(author.taken)  # so that no parameter hides what its block refers to
    params = []
    for _ in range(author.pick((0, 1, 1, 2, 3))):
        sort = author.pick(("size", "size", "rate", "hyper"))
        if sort == "hyper" and not author.given:
            continue
        value = author.number(1, 6)
        defaults = {
            "size": lambda value=value: whole(author, value),
            "rate": lambda: Place(author).rate(),
            "hyper": lambda: author.pick(author.given),
        }
        default = defaults[sort]() if author.chance(0.5) else None
        params.append(Param(author.name(taken), sort, default, value))
    return tuple(params)


def use(place: Place, used: Block) -> Piece:
    """A block in the place of a layer, with something for each of its parameters."""
    args: list[tuple[str, str | None]] = []
    sizes = {}
    for param in used.params:
        left_out = param.default is not None and place.author.chance(0.5)
        if param.sort == "size":
            text, value = place.count(1, 6)
            sizes[param.name] = (lambda v, n=param.value: n) if left_out else value
        elif param.sort == "rate":
            text = place.rate()
        else:
            text = place.author.pick([*place.author.given, *place.hypers])
        args.append((param.name, None if left_out else text))

    def after(shape: Shape, inside: Inside) -> Shape:
        values = {name: value(inside.values) for name, value in sizes.items()}
        return run(used.pieces, shape, Inside({}, values))

    return Piece(call(place.author, used.name, *args), after, responds=True)
