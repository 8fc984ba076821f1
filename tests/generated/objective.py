"""`objective`: sums of losses and penalties with factors, and metrics."""

from __future__ import annotations

from generated.author import Author
from generated.numbers import call, real

_METRICS_OF_CLASSES = ("accuracy", "error", "top5", "f1", "perplexity")


def objective(author: Author, classes: int) -> list[str]:
    """The settings, in any order."""
    loss = _of_classes if classes else _of_numbers
    direct: list[str] = []
    settings = [
        f"train = {_sum(author, [loss(author, 'example', []), *_penalties(author, classes)])}",
        f"valid = {_sum(author, [loss(author, 'nothing', direct)])}",
    ]
    if direct:
        settings.append(f"direct = {_one_or_more(author, direct)}")
    metrics = _METRICS_OF_CLASSES if classes else ("mse", "mae", "rmse", "r2")
    if classes == 2:
        metrics = (*metrics, "auroc")
    if author.chance(0.7):
        chosen = author.shuffled(metrics)[: author.number(1, len(metrics))]
        settings.append(f"report = {_one_or_more(author, chosen)}")
    return author.shuffled(settings)


def _of_classes(author: Author, each: str, tuned: list[str]) -> str:
    if author.chance(0.6):
        return _cross_entropy(author, each, tuned)
    kind = author.pick(("bce", "nll", "focal", "hinge"))
    own = {"focal": "gamma", "hinge": "margin"}.get(kind)
    args = [(own, _strength(author, each, tuned))] if own else []
    return call(author, kind, *args, ("weight", _strength(author, each, tuned)))


def _of_numbers(author: Author, each: str, tuned: list[str]) -> str:
    kind = author.pick(("mse", "mae", "huber"))
    args = [("delta", real(author, 0.1, 2))] if kind == "huber" and author.chance(0.6) else []
    return call(author, kind, *args, ("weight", _strength(author, each, tuned)))


def _strength(author: Author, each: str, tuned: list[str]) -> str | None:
    """A number of at least zero, a hyperparameter, or nothing."""
    if not author.chance(0.4):
        return None
    tunable = author.tunable(0, float("inf"), each=each) if author.chance(0.6) else None
    if tunable:
        tuned.append(tunable.text)
    return tunable.text if tunable else real(author, 0, 1)


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


def _penalties(author: Author, classes: int) -> list[str]:
    return [_penalty(author, classes) for _ in range(author.pick((0, 0, 1, 1, 2)))]


def _penalty(author: Author, classes: int) -> str:
    others = ("elastic", "max_norm", "jacobian", *(["entropy"] if classes else []))
    if author.chance(0.3):
        kind = author.pick(others)
        first = [("limit", real(author, 0, 2))] if kind == "max_norm" else []
        return call(author, kind, *first, ("strength", real(author, 1e-9, 1e-2)))
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
