"""Single layers, and those that lead from one shape to another."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from generated.author import Author
from generated.images import After, adaptive, convolution, pooling
from generated.numbers import call, real, size, truth, whole, word
from generated.pieces import Inside, Misfit, Piece, Place, Shape, Values, of_rank


def layer(place: Place, shape: Shape) -> Piece:
    """A layer that takes shapes of this rank."""
    kind = place.author.pick(LAYERS[min(len(shape), 3)])
    text, after = kind(place, shape)

    def weight(shape: Shape, inside: Inside) -> Shape:
        return (after(shape, inside.values)[0], shape[0])

    return Piece(
        text,
        lambda shape, inside: after(shape, inside.values),
        kind in RESPOND,
        weight if kind is _linear else None,
    )


def tied(place: Place, shape: Shape) -> Piece | None:
    """An affine map with the weight of one further up, if one takes what is there."""
    fit = [name for name, weight in place.inside.weights.items() if weight[1:] == shape]
    if not fit:
        return None
    owner = place.author.pick(fit)
    wanted = place.inside.weights[owner]

    def after(shape: Shape, inside: Inside) -> Shape:
        if inside.weights.get(owner) != wanted or shape != wanted[1:]:
            raise Misfit
        return wanted[:1]

    bias = truth(place.author, place.author.chance(0.5)) if place.author.chance(0.3) else None
    units = whole(place.author, wanted[0])
    text = call(place.author, "linear", ("out_features", units), ("bias", bias), ("tied", owner))
    return Piece(text, after, weight=lambda shape, inside: wanted)


def _plain(text: str, after: Callable[[Shape], Shape], responds: bool = False) -> Piece:
    """A piece whose shape depends on nothing else."""
    return Piece(text, lambda shape, inside: after(shape), responds)


def towards(author: Author, shape: Shape, wanted: Shape) -> list[Piece] | None:
    """Layers that lead from one shape to another; None if none can."""
    pieces = []
    if len(wanted) == 1 and len(shape) > 1:
        pieces.append(_plain("flatten", lambda s: (prod(s),)))
        shape = (prod(shape),)
    if len(shape) != len(wanted) or len(shape) not in (1, 3):
        return pieces if shape == wanted else None
    if shape[1:] != wanted[1:]:
        text = call(author, "adaptive_avg_pool2d", ("output_size", size(author, wanted[1:])))
        pieces.append(_plain(text, lambda s: (s[0], *wanted[1:])))
    if shape[0] != wanted[0]:
        units = whole(author, wanted[0])
        text = f"linear({units})" if len(wanted) == 1 else f"conv2d({units}, 1)"
        pieces.append(_plain(text, lambda s: (wanted[0], *s[1:]), responds=True))
    return pieces


def _linear(place: Place, shape: Shape) -> tuple[str, After]:
    text, count = place.count(1, 60)
    bias = truth(place.author, place.author.chance(0.5)) if place.author.chance(0.2) else None

    def after(shape: Shape, values: Values) -> Shape:
        of_rank(shape, 1)
        return (count(values),)

    return call(place.author, "linear", ("out_features", text), ("bias", bias)), after


def _flatten(place: Place, shape: Shape) -> tuple[str, After]:
    author = place.author
    start = author.number(1, len(shape)) if author.chance(0.4) else 1
    end = author.number(start, len(shape)) if author.chance(0.4) else -1

    def after(shape: Shape, values: Values) -> Shape:
        last = len(shape) if end == -1 else end
        if not start <= last <= len(shape):
            raise Misfit
        return (*shape[: start - 1], prod(shape[start - 1 : last]), *shape[last:])

    ends = f"{end}" if end != -1 else author.pick((None, "-1"))
    first = whole(author, start) if start > 1 or author.chance(0.1) else None
    return call(author, "flatten", ("start_dim", first), ("end_dim", ends)), after


def _dropout(place: Place, shape: Shape) -> tuple[str, After]:
    kind = place.author.pick(("dropout", "dropout2d")) if len(shape) == 3 else "dropout"
    rate = place.rate() if place.author.chance(0.9) else None

    def after(shape: Shape, values: Values) -> Shape:
        return of_rank(shape, 3) if kind == "dropout2d" else shape

    return call(place.author, kind, ("p", rate)), after


def _elementwise(place: Place, shape: Shape) -> tuple[str, After]:
    author = place.author
    kind = author.pick(("relu", "gelu", "silu", "tanh", "sigmoid", "leaky_relu"))
    args: list[tuple[str, str]] = []
    if kind == "gelu" and author.chance(0.4):
        args = [("approximate", word(author, author.pick(("tanh", "none"))))]
    if kind == "leaky_relu" and author.chance(0.5):
        args = [("negative_slope", real(author, 0, 1))]
    return call(author, kind, *args), lambda shape, values: shape


LAYERS = {
    1: (*(_linear,) * 3, _dropout, _elementwise, _flatten),
    2: (_dropout, _elementwise, _flatten),
    3: (*(convolution,) * 3, *(pooling,) * 2, adaptive, _dropout, *(_elementwise,) * 2, _flatten),
}
RESPOND = (_linear, convolution)
