"""`given`, `on` and `as`: what is said of a piece besides what it is."""

from __future__ import annotations

from generated.pieces import Inside, Piece, Place, Shape

FRONT = "\0"  # where words may stand in front of a body
LABELS = ("forward", "class", "x", "early", "self", "relu_1", "add_2", "train", "lambda", "deep")
DEVICES = ("cpu", "auto", "mps", "cuda", "cuda:0", "cuda:1", "cuda: 12")


def dressed(place: Place, piece: Piece, named: bool = True) -> Piece:
    """The piece with `given`, `on` and `as`, in front of its body or behind all."""
    author = place.author
    label = _label(place) if named and author.chance(0.2) else ""
    words = [_given(place, piece.responds)] * author.chance(0.25 if piece.responds else 0.03)
    words += [f" on {author.pick(DEVICES)}"] * author.chance(0.08)
    front = [word for word in words if FRONT in piece.text and author.chance(0.5)]
    behind = [word for word in words if word not in front] + [f" as {label}"] * bool(label)
    text = piece.text.replace(FRONT, "".join(author.shuffled(front)))
    text += "".join(author.shuffled(behind))

    def after(shape: Shape, inside: Inside) -> Shape:
        leaves = piece.after(shape, inside)
        if label:
            inside.labels[label] = leaves
            inside.weights.pop(label, None)
            if piece.weight:
                inside.weights[label] = piece.weight(shape, inside)
        return leaves

    return Piece(text, after)


def where(place: Place) -> str:
    """`given` and `on` in front of the body of a model or block."""
    words = [_given(place, responds=True)] if place.author.chance(0.2) else []
    words += [f" on {place.author.pick(DEVICES)}"] if place.author.chance(0.1) else []
    return "".join(place.author.shuffled(words))


def _given(place: Place, responds: bool) -> str:
    if not responds:
        return " given none"
    names = [*place.author.given, *place.hypers]
    some = [place.author.pick(names) for _ in range(place.author.number(1, 3))] if names else []
    return f" given {place.author.pick(('*', 'none', *[', '.join(some)] * (2 * bool(some))))}"


def _label(place: Place) -> str:
    stem = place.author.pick(LABELS)
    label = stem
    while label in place.taken:
        label = f"{stem}_{place.author.number(1, 99)}"
    place.taken.add(label)
    return label
