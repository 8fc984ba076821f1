"""Numbers and words as people may write them: literals, constants, arithmetic, functions."""

from __future__ import annotations

from math import log2

from generated.author import Author

Size = int | tuple[int, int]


def whole(author: Author, value: int, depth: int = 0) -> str:
    """An expression that is this whole number."""
    named = [c.name for c in author.constants if _is_whole(c.value) and c.value == value]
    if named and author.chance(0.5):
        return author.pick(named)
    if depth > 2 or author.chance(0.65):
        return _digits(author, value)
    other = author.number(1, 9)

    def inner(number: int) -> str:
        return f"({whole(author, number, depth + 1)})" if author.chance(0.3) else str(number)

    forms = [
        f"{inner(value + other)} - {inner(other)}",
        f"{inner(value - other)} + {inner(other)}" if value > other else f"({inner(value)})",
        f"{inner(value * other)} // {inner(other)}",
        f"{inner(value)} % {inner(value + other)}",
        f"{inner(value)} * round(exp(0))",
        f"min({inner(value + other)}, {inner(value)})",
        f"max({inner(value)}, -{other}, 0)",
        f"round({value}.25)",
        f"-(-{inner(value)})",
        f"--{value}",
    ]
    if value > 0 and log2(value) == int(log2(value)):
        forms.append(f"2 ** {int(log2(value))}")
    named = [c for c in author.constants if _is_whole(c.value) and 0 < c.value < value]
    if named:
        constant = author.pick(named)
        forms.append(f"{constant.name} + {inner(value - constant.value)}")
    return author.pick(forms)


def real(author: Author, low: float, high: float) -> str:
    """An expression whose value lies well between two numbers."""
    if low > 0 and high / low > 100:
        number = low * (high / low) ** author.random.uniform(0.05, 0.95)
    else:
        number = low + (high - low) * author.random.uniform(0.05, 0.95)
    value = float(f"{number:.3g}")
    text = f"{value:.3g}"
    named = [
        c.name for c in author.constants if isinstance(c.value, float) and low < c.value < high
    ]
    if named and author.chance(0.4):
        return author.pick(named)
    forms = [text, text, text, f"{value:.3e}", f"{value * 2!r} / 2", f"1 * {text}", f"({text})"]
    forms += [f"max({text}, {text})", f"{text} ** 1", f"-(-{text})"]
    if 0 < value <= 1:
        forms += [f"{value * 100:.3g}%", f"{value * 50:.3g}% * 2"]
    if value > 0:
        forms += [f"sqrt({value**2!r})", f"exp(log({text}))", f"round({text}, 12)"]
    return author.pick(forms)


def size(author: Author, value: Size) -> str:
    """One number for all axes, or one for each."""
    if isinstance(value, int):
        return whole(author, value)
    named = [c.name for c in author.constants if c.value == value]
    if named and author.chance(0.5):
        return author.pick(named)
    first, second = (whole(author, number) for number in value)
    return f"({first}, {second}{author.pick(('', ','))})"


def truth(author: Author, value: bool) -> str:
    """`true`, `false`, or a constant that is one of these."""
    named = [c.name for c in author.constants if c.value is value]
    return author.pick([*named, "true" if value else "false"])


def word(author: Author, text: str) -> str:
    """A word as it is or in quotes; only in quotes where its name means something else."""
    return text if text not in author.taken and author.chance(0.5) else f'"{text}"'


def call(author: Author, kind: str, *args: tuple[str, str | None]) -> str:
    """A kind with its arguments: some in their places, the others by name; None is left out."""
    written: list[str] = []
    named: list[str] = []
    for name, text in args:
        if text is None:
            named.append("")
        elif not named and author.chance(0.6):
            written.append(text)
        else:
            named.append(f"{name} = {text}")
    written += author.shuffled([text for text in named if text])
    if not written:
        return f"{kind}()" if author.chance(0.1) else kind
    return f"{kind}({', '.join(written)}{',' if author.chance(0.1) else ''})"


def _digits(author: Author, value: int) -> str:
    if value >= 1000 and author.chance(0.5):
        return f"{value:_}"
    return "_".join(str(value)) if value >= 10 and author.chance(0.05) else str(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
