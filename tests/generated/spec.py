"""Whole specs: their statements in any order, some of them in files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from attrs import frozen

from generated.author import Author
from generated.data import SOURCES, data
from generated.declarations import hyper, let
from generated.layout import scattered
from generated.network import Block, block, model
from generated.objective import objective
from generated.tuning import METHODS, tune
from hypertune.diagnostics import Source

MAIN = "main.hspec"
PATHS = ("parts.hspec", "parts/more.hspec", "parts/deep/most.hspec")


@frozen
class Drawn:
    """A spec and the files that it includes, by their paths."""

    texts: Mapping[str, str]

    @property
    def text(self) -> str:
        """The spec itself."""
        return self.texts[MAIN]

    def read(self, path: str) -> Source:
        """What `elaborate` includes."""
        if path not in self.texts:
            raise FileNotFoundError(path)
        return Source(path, self.texts[path])

    def __str__(self) -> str:
        """All files, for people."""
        return "\n".join(f"--- {path}\n{text}" for path, text in self.texts.items())


def drawn_spec(random: Random, includes: bool = True) -> Drawn:
    """A spec that must compile."""
    author = Author(random)
    methods = [author.pick(METHODS) for _ in range(author.pick((1, 1, 2, 3)))]
    author.follows = any(method != "fixed" for method in methods)
    source = author.pick(SOURCES)
    declared = [let(author) for _ in range(author.number(0, 4))]
    declared += [hyper(author) for _ in range(author.number(0, 4))]
    declared += [let(author) for _ in range(author.number(0, 2))]
    others, blocks = _blocks(author, source.shape)
    others.append(_section(author, "data", data(author, source)))
    others.append(model(author, source.shape, source.classes, blocks))
    others.append(_section(author, "objective", objective(author, source.classes)))
    names: set[str] = set()
    for method in methods:
        name = author.name(names) if len(methods) > 1 or author.chance(0.5) else ""
        others.append(_section(author, *tune(author, method, name)))
    statements = _mixed(author, declared, others)
    pieces = _files(author, statements) if includes else {MAIN: statements}
    texts = {path: "\n".join(["hspec 1", *found]) for path, found in pieces.items()}
    return Drawn({path: scattered(author, text) for path, text in texts.items()})


def _blocks(author: Author, shape: tuple[int, ...]) -> tuple[list[str], list[Block]]:
    texts, blocks = [], []
    for _ in range(author.pick((0, 0, 1, 2, 3))):
        at = author.pick((shape, (12,), (2, 4, 4)))
        name = author.name()
        while name in ("add", "concat", "mean", "mul", "relu", "linear"):  # layers of the language
            name = author.name()
        text, made = block(author, name, at, blocks)
        texts.append(text)
        blocks.append(made)
    return texts, blocks


def _section(author: Author, head: str, settings: list[str]) -> str:
    return f"{head} {{\n" + "\n".join(settings) + "\n}"


def _mixed(author: Author, declared: list[str], others: list[str]) -> list[str]:
    """Constants keep their order; everything else may stand anywhere."""
    mixed = list(declared)
    for other in author.shuffled(others):
        mixed.insert(len(mixed) if author.chance(0.5) else author.number(0, len(mixed)), other)
    return mixed


def _files(author: Author, statements: list[str]) -> dict[str, list[str]]:
    """The statements in files: runs of them go into others, which are included in their place."""
    files = {MAIN: statements}
    within = MAIN
    for path in PATHS:
        if not files[within] or author.chance(0.7):
            break
        inner = files[within]
        start = author.number(0, len(inner) - 1)
        end = author.number(start + 1, len(inner))
        files[path] = inner[start:end]
        written = path.removeprefix(f"{within.rpartition('/')[0]}/")
        again = [f'include "{written}"'] * (1 + author.chance(0.1))  # a second time does nothing
        files[within] = [*inner[:start], *again, *inner[end:]]
        within = path
    return files
