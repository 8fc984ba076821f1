"""Writes docs/reference/ from the kinds and the diagnostics.

python docs/generate.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path
from textwrap import indent

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
    ScheduleType,
    SolverType,
    SourceType,
)
from hypertune.catalogue.wording import default, facts, meaning, signature, takes
from hypertune.compiler import compile_text
from hypertune.diagnostics import Diagnostic, SpecError, render_all
from hypertune.explanations import diagnostics, title
from hypertune.lowering import place
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
    "methods": ("Methods", {"Methods": MethodType, "Solvers": SolverType}),
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
    args = kind.args
    yield f"{level} `{kind.name}`"
    if args:
        yield f"`{signature(kind)}`"
    yield cleandoc(kind.doc)
    told = list(facts(kind))
    if told:
        yield "\n".join(f"* {fact}" for fact in told)
    if args:
        yield _table(args)


def _table(args: Iterable[Arg]) -> str:
    rows = ["| argument | takes | default | |", "|---|---|---|---|"]
    rows += [f"| `{a.name}` | {takes(a)} | {_default(a)} | {meaning(a)} |" for a in args]
    return "\n".join(rows)


def _default(arg: Arg) -> str:
    unwritten = default(arg)
    return f"`{unwritten}`" if unwritten else "required"


def _diagnostics() -> str:
    parts = ["# Diagnostics", _MADE, "`hypertune explain CODE` prints the same of one."]
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
    if kind.example:
        wrong, right = kind.example.wrong_spec, kind.example.right_spec
        yield f"Wrong:\n\n{_code(wrong)}\n\nwhich says\n\n{_code(_said(wrong))}"
        yield f"Right:\n\n{_code(right)}"


def _code(text: str) -> str:
    return indent(text.rstrip("\n"), "    ")


def _said(text: str) -> str:
    """All that there is to say about a spec, until it is placed on a machine with one GPU."""
    try:
        compiled = compile_text(text, "a.hspec")
        place(compiled.program, STANDARD, ("cpu", "cuda:0"))
    except SpecError as wrong:
        return render_all(wrong.diagnostics)
    return render_all(compiled.warnings)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
