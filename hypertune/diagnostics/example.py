"""What a mistake looks like in a spec, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Final

from attrs import frozen

Statement = str | Mapping[str, str]  # as written, or the settings of a section
Base = Mapping[str, Statement]

BARE: Final[Base] = {"hspec": "hspec 1"}  # for what cannot be read
_DIGITS: Final = {
    "source": "digits",
    "split": "(train = 60%, valid = 20%, test = 20%)",
    "batch": "64",
}
PLAIN: Final[Base] = {
    "hspec": "hspec 1",
    "data": _DIGITS,
    "model": "model (1, 8, 8) { flatten; linear(10) }",
    "objective": {"train": "cross_entropy", "valid": "cross_entropy"},
    "tune": {"method": "fixed", "weights": "sgd(lr = 0.1)", "epochs": "1"},
}
TUNED: Final[Base] = {
    "hspec": "hspec 1",
    "hyper decay": "hyper decay : log(1e-8, 1) = 1e-3 per batch",
    "data": _DIGITS,
    "model": "model (1, 8, 8) given * { flatten; linear(10) }",
    "objective": {"train": "cross_entropy + l2(decay)", "valid": "cross_entropy"},
    "tune": {
        "method": "delta_stn",
        "weights": "sgd(lr = 0.1)",
        "hypers": "adam(lr = 0.01)",
        "epochs": "1",
    },
}
# A regression, a text, and a network with a gap.
NUMBERS: Final[Base] = {
    **PLAIN,
    "data": {**_DIGITS, "source": "diabetes"},
    "model": "model (10) { linear(1) }",
    "objective": {"train": "mse", "valid": "mse"},
}
TEXT: Final[Base] = {
    **PLAIN,
    "data": {"source": "python_docs", "batch": "20", "window": "35"},
    "model": "model (tokens) { embedding(8); linear(vocabulary) }",
}
LAYERS: Final = "model (1, 8, 8) { flatten; …; linear(10) }"
_WIDTH: Final = 92  # of a section on one line


@frozen
class Example:
    """A wrong spec and a right one, as what each says otherwise than an ordinary one.

    That is a statement in the place of another (`model (4) { … }`), one more of them
    (`let width = 8`), or, as with `--set`, a single line of a section (`tune.epochs = 0`).

    Args:
        wrong: statements and lines, one below the other.
        right: the same; the ordinary spec if there is none.
        both: what stands in both.
        inside: what stands around the wrong and the right, with `…` in their place.
        of: the ordinary spec.
        lacks: the statement (`tune`) or line (`tune.epochs`) that is missing where it is wrong.

    """

    wrong: str = ""
    right: str = ""
    both: str = ""
    inside: str = "…"
    of: Base = PLAIN
    lacks: str = ""

    @property
    def wrong_spec(self) -> str:
        return _spec(_without(self.of, self.lacks), self.both, self._placed(self.wrong))

    @property
    def right_spec(self) -> str:
        return _spec(self.of, self.both, self._placed(self.right))

    def _placed(self, fragment: str) -> str:
        return self.inside.replace("…", cleandoc(fragment)) if fragment else ""

    def __str__(self) -> str:
        parts = (("Wrong", self.wrong_spec), ("Right", self.right_spec))
        return "\n".join(f"{title}:\n\n{_indented(text)}" for title, text in parts).rstrip("\n")


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _without(base: Base, lacks: str) -> Base:
    statement, _, key = lacks.partition(".")
    if not key:
        return {name: text for name, text in base.items() if name != statement}
    settings = base[statement]
    assert isinstance(settings, Mapping)
    return {**base, statement: {name: text for name, text in settings.items() if name != key}}


def _spec(base: Base, *fragments: str) -> str:
    spec, more, met = dict(base), [], set[str]()
    for statement in (s for fragment in fragments for s in _statements(fragment)):
        line = re.match(r"(data|objective|tune)\.(\w+) = (.*)", statement, re.DOTALL)
        name = _name(statement)
        if line:
            settings = spec[line[1]]
            assert isinstance(settings, Mapping)
            spec[line[1]] = {**settings, line[2]: line[3]}
        elif name in met:
            spec[name] = f"{spec[name]}\n{statement}"
        elif name in spec:
            spec[name] = statement
            met.add(name)
        else:
            more.append(statement)
    first = [_written("hspec", spec.pop("hspec"))] if "hspec" in spec else []
    return "\n".join([*first, *more, *(_written(*item) for item in spec.items())]) + "\n"


def _statements(fragment: str) -> Iterator[str]:
    """Each begins at the margin with a word."""
    found = re.split(r"^(?=[a-z])", cleandoc(fragment), flags=re.MULTILINE)
    yield from (statement.rstrip() for statement in found if statement.strip())


def _name(statement: str) -> str:
    """`model`; of what there may be several, the name as well."""
    word, name = [*re.findall(r"\w+", statement), ""][:2]
    return f"{word} {name}" if word in ("let", "hyper", "block") else word


def _written(name: str, statement: Statement) -> str:
    if isinstance(statement, str):
        return statement
    settings = [f"{key} = {value}" for key, value in statement.items()]
    whole = f"{name} {{ {'; '.join(settings)} }}"
    if len(whole) <= _WIDTH:
        return whole
    return "\n".join([f"{name} {{", *(f"  {setting}" for setting in settings), "}"])
