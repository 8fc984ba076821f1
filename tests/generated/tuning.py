"""`tune`: methods, optimisers, schedules and lengths."""

from __future__ import annotations

from generated.author import Author
from generated.numbers import call, real, truth, whole, word

METHODS = ("fixed", "stn", "delta_stn")
_BETAS = "betas"
_FLAGS = ("amsgrad", "centered", "decoupled_weight_decay")
OPTIMISERS = {
    "sgd": (),  # has rules of its own
    "adam": ("lr", _BETAS, "eps", "weight_decay", "amsgrad", "decoupled_weight_decay"),
    "adamw": ("lr", _BETAS, "eps", "weight_decay", "amsgrad"),
    "nadam": ("lr", _BETAS, "eps", "weight_decay", "momentum_decay", "decoupled_weight_decay"),
    "radam": ("lr", _BETAS, "eps", "weight_decay", "decoupled_weight_decay"),
    "rmsprop": ("lr", "alpha", "eps", "weight_decay", "momentum", "centered"),
    "adagrad": ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"),
    "adadelta": ("lr", "rho", "eps", "weight_decay"),
    "adamax": ("lr", _BETAS, "eps", "weight_decay"),
    "asgd": ("lr", "lambd", "alpha", "t0", "weight_decay"),
}


def tune(author: Author, method: str, name: str) -> tuple[str, list[str]]:
    """The head and the settings, in any order."""
    unit = author.pick(("epochs", "steps", "budget"))
    settings = [f"method = {_method(author, method)}", _length(author, unit)]
    roles = ["weights"]
    if method != "fixed":
        roles += ["hypers"]
        roles += [role for role in ("responses", "spreads") if author.chance(0.3)]
    settings += [f"{role} = {_optimiser(author)}" for role in roles]
    extras = [
        f"schedule = {_schedule(author, endless=unit == 'budget')}",
        f"clip = {real(author, 1e-3, 10)}",
        f"precision = {word(author, author.pick(('float32', 'bf16')))}",
        f"patience = {author.number(1, 50)}{author.pick(('', ' epochs', ' steps'))}",
        f"seed = {whole(author, author.number(0, 2**31))}",
    ]
    vectors = any(tunable.over and tunable.tuned for tunable in author.tunables)
    if "plateau" not in extras[0] and (method == "fixed" or not vectors):
        extras.append(f"refit = {word(author, author.pick(('best', 'last')))}")
    settings += [extra for extra in extras if author.chance(0.25)]
    return f"tune {name}".rstrip(), author.shuffled(settings)


def _method(author: Author, method: str) -> str:
    if method == "fixed":
        return call(author, method)
    args = {
        "warmup": _warmup(author),
        "train_steps": whole(author, author.number(1, 20)),
        "valid_steps": whole(author, author.number(1, 5)),
        "valid_share": real(author, 0.1, 1),
        "entropy": real(author, 1e-6, 1),
    }
    if method == "delta_stn":
        args["linearise"] = truth(author, author.chance(0.5))
        args["response_share"] = real(author, 0.1, 1)
        args["response_every"] = whole(author, author.number(1, 9))
    return call(author, method, *((n, t if author.chance(0.4) else None) for n, t in args.items()))


def _warmup(author: Author) -> str:
    named = [c.name for c in author.constants if str(c.value).endswith(" epochs")]
    forms = ["5 epochs", "1 epoch", "0 steps", "200 steps", "1_000 step", "0.5 epochs", "25"]
    return author.pick([*named, *forms])


def _length(author: Author, unit: str) -> str:
    count = author.number(1, 300)
    if unit == "budget":
        amount = author.pick((count, f"{count}.5"))
        named = ("s", "sec", "second", "seconds", "min", "minute", "minutes", "h", "hour", "hours")
        return f"budget = {amount} {author.pick(named)}"
    named = [c.name for c in author.constants if str(c.value).endswith(" epochs")]
    forms = [whole(author, count), f"{count} {unit}", f"{count} {unit[:-1]}"]
    return f"{unit} = {author.pick([*forms, *(named if unit == 'epochs' else [])])}"


def _optimiser(author: Author) -> str:
    kind = author.pick(("sgd", *OPTIMISERS))
    if kind == "sgd":
        return _sgd(author)
    options = ((name, _option(author, name, kind)) for name in OPTIMISERS[kind])
    return call(author, kind, *((n, text if author.chance(0.3) else None) for n, text in options))


def _sgd(author: Author) -> str:
    nesterov, momentum = author.chance(0.2), None
    if nesterov or author.chance(0.4):
        momentum = real(author, 0, 1) if nesterov else _followed(author, 0, 1)
    return call(
        author,
        "sgd",
        ("lr", _followed(author, 1e-5, 1) if author.chance(0.8) else None),
        ("momentum", momentum),
        ("dampening", real(author, 0, 1) if not nesterov and author.chance(0.1) else None),
        ("weight_decay", real(author, 0, 0.1) if author.chance(0.1) else None),
        ("nesterov", truth(author, nesterov) if nesterov or author.chance(0.1) else None),
    )


def _option(author: Author, name: str, kind: str) -> str:
    if name in _FLAGS:
        return truth(author, author.chance(0.5))
    if name == _BETAS:
        return f"({real(author, 0, 1)}, {real(author, 0.9, 1)})"
    if name in ("lr", "momentum"):
        return _followed(author, 1e-5, 1)
    return real(author, 1e-9, 1)


def _followed(author: Author, low: float, high: float) -> str:
    """A constant, or where no method would have to follow it, a hyperparameter."""
    tunable = author.tunable(0, float("inf"), each="optimiser") if author.chance(0.2) else None
    return tunable.text if tunable else real(author, low, high)


def _schedule(author: Author, endless: bool) -> str:
    def count() -> str:
        return whole(author, author.number(1, 40))

    def maybe(text: str) -> str | None:
        return text if author.chance(0.5) else None

    gamma, low = ("gamma", maybe(real(author, 0.1, 1))), ("eta_min", maybe(real(author, 0, 1e-3)))
    milestones = author.pick((count(), f"({count()}, {count()})", f"({count()},)"))
    forms = {
        "step": (("step_size", count()), gamma),
        "multi_step": (("milestones", milestones), gamma),
        "exponential": (("gamma", real(author, 0.1, 1)),),
        "cosine": (("t_max", count() if endless else maybe(count())), low),
        "cosine_warm_restarts": (("t_0", count()), ("t_mult", maybe(count())), low),
        "linear": (
            ("start_factor", maybe(real(author, 0.1, 1))),
            ("end_factor", maybe(real(author, 0, 1))),
            ("total_iters", maybe(count())),
        ),
        "constant": (("factor", maybe(real(author, 0, 1))), ("total_iters", maybe(count()))),
        "polynomial": (("total_iters", maybe(count())), ("power", maybe(real(author, 0.1, 3)))),
        "plateau": (
            ("factor", maybe(real(author, 0.1, 0.9))),
            ("patience", maybe(count())),
            ("threshold", maybe(real(author, 0, 1))),
            ("threshold_mode", maybe(word(author, author.pick(("rel", "abs"))))),
            ("cooldown", maybe(count())),
            ("min_lr", maybe(real(author, 0, 1e-3))),
            ("eps", maybe(real(author, 1e-9, 1e-3))),
        ),
    }
    kind = author.pick(list(forms))
    return call(author, kind, *forms[kind])
