"""`objective`: sums of losses and penalties with factors, and metrics."""

from __future__ import annotations

from generated.author import Author
from generated.numbers import call, real


def objective(author: Author, classes: int) -> list[str]:
    """The settings, in any order."""
    loss = _cross_entropy if classes else _mse
    direct: list[str] = []
    settings = [
        f"train = {_sum(author, [loss(author, 'example', []), *_penalties(author)])}",
        f"valid = {_sum(author, [loss(author, 'nothing', direct)])}",
    ]
    if direct:
        settings.append(f"direct = {_one_or_more(author, direct)}")
    metrics = ("accuracy", "error") if classes else ("mse", "mae", "rmse")
    if author.chance(0.7):
        chosen = author.shuffled(metrics)[: author.number(1, len(metrics))]
        settings.append(f"report = {_one_or_more(author, chosen)}")
    return author.shuffled(settings)


def _cross_entropy(author: Author, each: str, tuned: list[str]) -> str:
    def argument(most: float, share: float) -> str | None:
        if not author.chance(share):
            return None
        tunable = author.tunable(0, most, each=each) if author.chance(0.6) else None
        if tunable:
            tuned.append(tunable.text)
        return tunable.text if tunable else real(author, 0, 1)

    smoothing, weight = argument(1.0001, 0.4), argument(float("inf"), 0.3)
    return call(author, "cross_entropy", ("smoothing", smoothing), ("weight", weight))


def _mse(author: Author, each: str, tuned: list[str]) -> str:
    return call(author, "mse")


def _penalties(author: Author) -> list[str]:
    return [_penalty(author) for _ in range(author.pick((0, 0, 1, 1, 2)))]


def _penalty(author: Author) -> str:
    kind = author.pick(("l1", "l2"))
    tunable = author.tunable(0, float("inf"), each="weight") if author.chance(0.6) else None
    if tunable and (kind == "l2" or tunable.per_batch):
        return call(author, kind, ("strength", tunable.text))
    return call(author, kind, ("strength", real(author, 1e-9, 1e-2)))


def _sum(author: Author, terms: list[str]) -> str:
    """Terms in any order, with factors on any side and brackets around some."""
    total = ""
    for term in author.shuffled(terms):
        text = _scaled(author, term)
        total = f"{total} {author.pick('++-')} {text}" if total else text
    if author.chance(0.15):
        total = author.pick((f"2 * ({total})", f"({total}) / {real(author, 1, 9)}", f"({total})"))
    return total


def _scaled(author: Author, term: str) -> str:
    factor = real(author, 0.1, 3)
    forms = [term] * 6 + [f"{factor} * {term}", f"{term} * ({factor})", f"{term} / 2"]
    return author.pick([*forms, f"-0.5 * {term}", f"2 * {term} / 3", f"2 * 3 * {term}"])


def _one_or_more(author: Author, items: list[str]) -> str:
    alone = len(items) == 1 and author.chance(0.7)
    return items[0] if alone else _tuple(items)


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
