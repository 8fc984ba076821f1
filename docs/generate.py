"""Writes docs/reference/ from the kinds and the diagnostics.

python docs/generate.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from math import inf
from pathlib import Path

from hypertune.catalogue import (
    Arg,
    AugmentType,
    CorruptionType,
    DomainType,
    Kind,
    LayerType,
    LossType,
    MergeType,
    MethodType,
    MetricType,
    OptimiserType,
    Required,
    ScheduleType,
    SourceType,
)
from hypertune.diagnostics import Diagnostic
from hypertune.explanations import diagnostics, title
from hypertune.ir import print_value
from hypertune.standard import STANDARD

FOLDER = Path(__file__).parent / "reference"
# page -> its title, and the headings on it with the classes of kinds below each
PAGES: dict[str, tuple[str, dict[str, type[Kind]]]] = {
    "layers": ("Layers", {"Layers": LayerType, "Merges": MergeType}),
    "domains": ("Domains of hyperparameters", {"Domains": DomainType}),
    "sources": (
        "Data",
        {"Sources": SourceType, "Augmentations": AugmentType, "Corruptions": CorruptionType},
    ),
    "losses": ("Objectives", {"Losses and penalties": LossType, "Metrics": MetricType}),
    "methods": ("Methods", {"Methods": MethodType}),
    "optimisers": ("Optimisers", {"Optimisers": OptimiserType, "Schedules": ScheduleType}),
}
_MADE = "<!-- Written by docs/generate.py: change the kinds, not this page. -->"
_THEMES = {
    "HT1": "Syntax",
    "HT2": "Names",
    "HT3": "Shapes",
    "HT4": "Hyperparameters and conditioning",
    "HT5": "Placement",
    "HT6": "Objective, data and tuning",
}


def pages() -> dict[str, str]:
    """The text of each page, by its file name."""
    found = {f"{name}.md": _page(*about) for name, about in PAGES.items()}
    return found | {"diagnostics.md": _diagnostics()}


def _page(title: str, families: dict[str, type[Kind]]) -> str:
    parts = [f"# {title}", _MADE]
    for heading, family in families.items():
        if len(families) > 1:
            parts.append(f"## {heading}")
        for _, kind in sorted(STANDARD.of(family).items()):
            parts += _kind(kind, "##" if len(families) == 1 else "###")
    return "\n\n".join(parts) + "\n"


def _kind(kind: Kind, level: str) -> Iterator[str]:
    args = () if isinstance(kind, MetricType) else kind.args
    yield f"{level} `{kind.name}`"
    if args:
        yield f"`{kind.name}({', '.join(map(_signature, args))})`"
    yield cleandoc(kind.doc)
    facts = list(_facts(kind))
    if facts:
        yield "\n".join(f"* {fact}" for fact in facts)
    if args:
        yield _table(args)


def _facts(kind: Kind) -> Iterator[str]:
    """What a declaration says beside its arguments."""
    match kind:
        case LayerType():
            if kind.ranks:
                yield f"input of {' or '.join(map(str, kind.ranks))} axes, the batch not counted"
            if kind.responds:
                yield "its weights can answer (`given`)"
        case LossType():
            yield "reads weights" if kind.penalty else _targets(kind.targets)
        case MetricType():
            yield _targets(kind.targets)
        case SourceType() if kind.shape:
            shape = " x ".join(map(str, kind.shape))
            target = f"{kind.classes} classes" if kind.classes else "a real target"
            sizes = ", ".join(f"{part} {size:_}" for part, size in kind.sizes.items())
            yield f"shape {shape}, {target}; examples: {sizes}"
        case MethodType():
            follows = ", ".join(sorted(kind.follows)) or "nothing"
            yield f"follows: {follows}"
            yield f"optimisers: {', '.join(map(_role, kind.optimisers.items()))}"
        case OptimiserType() | ScheduleType():
            yield f"`{kind.torch}` of torch"


def _targets(targets: str) -> str:
    return {"classes": "for classes", "real": "for real targets"}.get(targets, "for any target")


def _role(item: tuple[str, str]) -> str:
    role, other = item
    return f"`{role}` (like `{other}` where it is not written)" if other else f"`{role}`"


def _table(args: Iterable[Arg]) -> str:
    rows = ["| argument | takes | default | |", "|---|---|---|---|"]
    for arg in args:
        doc = arg.doc + (f" (tunable, {arg.use})" if arg.use else "")
        rows.append(f"| `{arg.name}` | {_takes(arg)} | {_default(arg)} | {doc} |")
    return "\n".join(rows)


def _takes(arg: Arg) -> str:
    if arg.choices:
        return " or ".join(f"`{word}`" for word in arg.choices)
    low = "" if arg.low == -inf else f" {'>' if arg.open_low else '≥'} {arg.low:g}"
    high = "" if arg.high == inf else f" {'<' if arg.open_high else '≤'} {arg.high:g}"
    return f"{arg.type}{low}{',' if low and high else ''}{high}"


def _default(arg: Arg) -> str:
    return "required" if isinstance(arg.default, Required) else f"`{print_value(arg.default)}`"


def _signature(arg: Arg) -> str:
    if isinstance(arg.default, Required):
        return arg.name
    return f"{arg.name} = {print_value(arg.default)}"


def _diagnostics() -> str:
    parts = ["# Diagnostics", _MADE, "`hypertune explain CODE` prints the same."]
    theme = ""
    for code, kind in diagnostics().items():
        if code[:3] != theme:
            theme = code[:3]
            parts.append(f"## {_THEMES[theme]}")
        parts += _diagnostic(kind)
    return "\n\n".join(parts) + "\n"


def _diagnostic(kind: type[Diagnostic]) -> Iterator[str]:
    yield f"### {kind.code}: {title(kind)}"
    yield f"*{kind.severity}*"
    yield cleandoc(kind.__doc__ or "")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
