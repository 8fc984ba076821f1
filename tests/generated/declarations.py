"""`let` and `hyper`: names for what the rest of a spec refers to."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from generated.author import Author, Constant, Tunable
from generated.numbers import call, real, whole


@frozen
class Domain:
    """A domain as written, with its ends or words, and a start."""

    text: str
    low: float
    high: float
    whole: bool
    start: str
    words: tuple[str, ...] = ()


def let(author: Author) -> str:
    """A constant: a number, a truth value, a string, a quantity or a tuple."""
    form = author.number(0, 9)
    small = author.number(1, 12)
    if form < 4:
        value: object = author.pick((small, author.number(10, 3000)))
        text = whole(author, value)  # type: ignore[arg-type]
    elif form < 6:
        value = author.number(1, 99) / 100
        text = author.pick((str(value), f"{value * 100:g}%"))
        value = float(text[:-1]) / 100 if text.endswith("%") else value
    elif form == 6:
        value = (small, author.number(1, 4))
        text = f"({whole(author, small)}, {value[1]})"  # type: ignore[index]
    elif form == 7:
        value = author.chance(0.5)
        text = str(value).lower()
    elif form == 8:
        text, value = f"{small} epochs", f"{small} epochs"
    else:
        text, value = author.pick((('"here; # {é"', "string"), ('""', "string")))
    name = author.name()
    author.constants.append(Constant(name, value))
    return f"let {name} = {text}"


def hyper(author: Author) -> str:
    """One statement; its names are there for what is drawn later."""
    domain = author.pick(DOMAINS)(author)
    low, high = domain.low, domain.high
    frozen = author.chance(0.25)
    per_batch = author.chance(0.4)
    written: list[str] = []
    for _ in range(author.pick((1, 1, 1, 2, 3))):
        name, over = author.name(), ""
        items = [name]
        form = author.random.random()
        if form < 0.2:
            count = author.number(1, 5)
            items = [f"{name}[{whole(author, i)}]" for i in range(count)]
            size = whole(author, count)
            written.append(f"{name}[{count if size == 'example' else size}]")  # that is a word
        elif form < 0.3 and not domain.words:  # a choice is one for all
            over = author.pick(("example", "weight"))
            written.append(f"{name}[{over}]")
        else:
            written.append(name)
        author.tunables += [
            Tunable(
                item,
                low,
                high,
                domain.whole,
                per_batch or frozen or bool(over),
                not frozen,
                over,
                domain.words,
            )
            for item in items
        ]
        author.given += [] if over else [name, *items]
    clauses = [f"per {'batch' if per_batch else 'example'}"] if per_batch else []
    clauses += ["per example"] if not per_batch and author.chance(0.2) else []
    clauses += ["frozen"] if frozen else []
    if author.chance(0.4):
        clauses.append(f"spread {real(author, 0.01, 3)}{author.pick(('', ' fixed'))}")
    if author.chance(0.3):
        clauses.append(f"prior {real(author, 0.01, 3)}")
    head = f"hyper {', '.join(written)} : {domain.text} = {domain.start}"
    return " ".join([head, *author.shuffled(clauses)])


def _real(author: Author) -> Domain:
    if author.chance(0.4):
        return Domain(
            call(author, "real"), float("-inf"), float("inf"), False, real(author, -2, 2)
        )
    low, high = author.pick(((0, 0.9), (0, 1), (0.1, 0.4), (-3, 5), (1e-3, 2)))
    text = call(author, "real", ("lo", f"{low:g}"), ("hi", f"{high:g}"))
    return Domain(text, low, high, False, real(author, low, high))


def _rate(author: Author) -> Domain:
    return Domain(call(author, "rate"), 0, 0.95, False, real(author, 0, 0.95))


def _positive(author: Author) -> Domain:
    return Domain("positive", 0, float("inf"), False, real(author, 1e-3, 40))


def _log(author: Author) -> Domain:
    low, high = author.pick(((1e-8, 1.0), (1e-5, 1e-1), (0.5, 20.0)))
    text = call(author, "log", ("lo", f"{low:g}"), ("hi", f"{high:g}"))
    return Domain(text, low, high, False, real(author, low, high))


def _int(author: Author) -> Domain:
    low = author.number(0, 3)
    high = low + author.number(0, 9)
    start = author.number(low, high)
    text = call(author, "int", ("lo", whole(author, low)), ("hi", whole(author, high)))
    return Domain(text, low, high, True, whole(author, start))


def _choice(author: Author) -> Domain:
    words = author.pick((("zero", "noise"), ("noise", "zero"), ("a b", "fixed", "{#}")))
    bare = words[0] != "a b" and author.chance(0.3)  # no name of a spec is one of these
    quoted = [word if bare else f'"{word}"' for word in words]
    items = ", ".join(quoted)
    text = f"choice({items})" if bare or author.chance(0.8) else f"choice(words = ({items}))"
    return Domain(text, 0, 0, False, author.pick(quoted), words)


DOMAINS: tuple[Callable[[Author], Domain], ...] = (
    *(_real, _rate, _rate, _positive),
    *(_log, _int, _choice),
)
