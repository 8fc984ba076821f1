"""`data`: sources whose facts are known without a file, and how their examples are served."""

from __future__ import annotations

from attrs import frozen

from generated.author import Author
from generated.numbers import call, real, truth, whole, word
from hypertune.augment import STANDARD
from hypertune.catalogue import REQUIRED, Arg, AugmentType


@frozen
class Source:
    """What a source is known to give."""

    name: str
    shape: tuple[int, ...]
    classes: int  # 0: a real target
    examples: int
    keeps_test: bool = False


SOURCES = (
    Source("digits", (1, 8, 8), 10, 1797),
    Source("digits", (1, 8, 8), 10, 1797),
    Source("breast_cancer", (30,), 2, 569),
    Source("diabetes", (10,), 0, 442),
    Source("mnist", (1, 28, 28), 10, 60_000, keeps_test=True),
    Source("fashion_mnist", (1, 28, 28), 10, 60_000, keeps_test=True),
)


def data(author: Author, source: Source) -> list[str]:
    """The settings, in any order."""
    text, settings = _source(author, source)
    split, train = _split(author, source)
    settings += [f"source = {text}", f"split = {split}"]
    batch = "all" if author.chance(0.15) else whole(author, author.number(1, min(train, 500)))
    settings.append(f"batch = {batch}")
    if author.chance(0.5):
        settings.append(f"scale = {_scale(author, source)}")
    if source.classes and author.chance(0.2):
        share = real(author, 0, 1)
        seed = whole(author, author.number(0, 99)) if author.chance(0.5) else None
        settings.append(f"corrupt = {call(author, 'labels', ('share', share), ('seed', seed))}")
    if author.chance(0.5):
        settings.append(f"augment = {_augment(author, len(source.shape))}")
    return author.shuffled(settings)


def _source(author: Author, source: Source) -> tuple[str, list[str]]:
    """The source; its folder stands in it or on a line of its own."""
    if not source.keeps_test:
        return call(author, source.name), []
    named = [c.name for c in author.constants if c.value == "string"]
    root = author.pick(['"my data; {#}"', *named])
    args = [("root", root), ("download", truth(author, author.chance(0.5)))]
    args = [arg for arg in args if author.chance(0.4)]
    own = [arg for arg in args if author.chance(0.5)]
    inside = {name: text for name, text in args if (name, text) not in own}
    text = call(author, source.name, *((n, inside.get(n)) for n in ("root", "download")))
    return text, [f"{name} = {text}" for name, text in own]


def _split(author: Author, source: Source) -> tuple[str, int]:
    """Parts by shares, by counts or by both; and the fewest examples that may train."""
    names = ["train", "valid"] + ["test"] * (not source.keeps_test and author.chance(0.8))
    left, sizes = 100, {}
    for name in names:
        sizes[name] = author.number(5, left - 5 * (len(names) - len(sizes) - 1))
        left -= sizes[name]
    parts = {}
    for name, share in sizes.items():
        if author.chance(0.3):
            parts[name] = whole(author, share * source.examples // 100)
        else:
            parts[name] = author.pick((f"{share}%", f"{share} / 100", f"{share - 1}% + 1%"))
    items = [f"{name} = {text}" for name, text in parts.items()]
    if author.chance(0.5):
        items.append(f"seed = {whole(author, author.number(0, 2**40))}")
    if source.classes and author.chance(0.3):
        items.append(f"stratified = {truth(author, author.chance(0.7))}")
    train = sizes["train"] * source.examples // 100
    return f"({', '.join(author.shuffled(items))})", train - 1


def _scale(author: Author, source: Source) -> str:
    if author.chance(0.4):
        return "standardize"
    channels = author.pick((0, 1, source.shape[0]))

    def numbers(low: float, high: float) -> str:
        if not channels:
            return real(author, low, high)
        items = [real(author, low, high) for _ in range(channels)]
        return f"({', '.join(items)}{',' if channels == 1 else ''})"

    items = [f"mean = {numbers(-1, 1)}", f"std = {numbers(0.1, 2)}"]
    return f"({', '.join(author.shuffled(items))})"


def _augment(author: Author, rank: int) -> str:
    kinds = [kind for kind in STANDARD if rank in kind.ranks and kind.on != "tokens"]
    calls = [_called(author, author.pick(kinds)) for _ in range(author.pick((1, 1, 2, 3)))]
    if len(calls) == 1 and author.chance(0.7):
        return calls[0]
    return f"({', '.join(calls)}{',' if len(calls) == 1 else ''})"


def _called(author: Author, kind: AugmentType) -> str:
    """An augmentation with numbers, words and hyperparameters that its arguments take."""
    return call(author, kind.name, *((arg.name, _argument(author, arg)) for arg in kind.args))


def _argument(author: Author, arg: Arg) -> str | None:
    if arg.default is not REQUIRED and author.chance(0.4):
        return None
    if arg.choices:
        choice = author.choice(arg.choices) if author.chance(0.6) else None
        return choice.text if choice else word(author, author.pick(arg.choices))
    is_whole = arg.type == "int"
    if arg.use and author.chance(0.6):
        most = arg.high + 0.5 if is_whole else arg.high
        tunable = author.tunable(arg.low, min(most, 1e9), whole=is_whole)
        if tunable:
            return tunable.text
    if is_whole:
        return whole(author, author.number(int(arg.low), int(min(arg.high, 6))))
    return real(author, arg.low, min(arg.high, arg.low + 5))
