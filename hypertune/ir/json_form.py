"""The JSON form of a program, with a version; reading it back trusts nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from math import inf, isfinite
from typing import Any, Final

import attrs

from hypertune.ir.damage import DamagedProgram
from hypertune.ir.json_text import parsed
from hypertune.ir.program import (
    Call,
    Data,
    Hyper,
    Label,
    Node,
    Objective,
    Program,
    Quantity,
    Ref,
    Term,
    Tune,
    Value,
)
from hypertune.ir.verification import verify_structure

# Raised whenever a program written before would not be read, or would be read as another one: by a
# field that comes, goes or means something else, and by an argument of a shipped kind that does.
VERSION: Final = 6
FORMAT: Final = "hypertune program"

Read = Callable[[Any, str], Any]  # a decoded JSON value and its place -> what it stands for


def to_json(program: Program) -> str:
    """The program as JSON text, without the places in the spec that it came from."""
    tree = {"format": FORMAT, "version": VERSION, "program": _plain(program)}
    return json.dumps(tree, indent=1, allow_nan=False) + "\n"


def from_json(text: str) -> Program:
    """The program that `to_json` wrote.

    Raises:
        DamagedProgram: if the text is anything else, saying where and why.

    """
    try:
        return _from_json(text)
    except RecursionError:
        raise DamagedProgram("", "this is not a program: it is nested too deeply") from None


def _from_json(text: str) -> Program:
    try:
        tree = parsed(text)
    except ValueError as error:
        raise DamagedProgram("", f"this is not a program in JSON: {error}") from None
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise DamagedProgram("", f'this is not a program: it has no "format": "{FORMAT}"')
    found = json.dumps(tree.get("version"))
    if found != json.dumps(VERSION):
        raise DamagedProgram("", _other_version(found))
    program: Program = _read(Program, tree.get("program"), "program")
    verify_structure(program)
    return program


def _other_version(found: str) -> str:
    why = f"this program has version {found} of the format, and this hypertune reads {VERSION}"
    return f"{why}: compile its spec again, or use the hypertune that compiled it"


def _plain(thing: Any) -> Any:
    """What `json` can write; infinities, which it cannot, become `{"number": "inf"}`."""
    if attrs.has(type(thing)):
        names = (a.name for a in attrs.fields(type(thing)) if a.name != "origin")
        return {name: _plain(getattr(thing, name)) for name in names}
    if isinstance(thing, Mapping):
        return {name: _plain(value) for name, value in thing.items()}
    if isinstance(thing, tuple):
        return [_plain(item) for item in thing]
    if isinstance(thing, float) and not isfinite(thing):
        return {"number": str(thing)}
    return thing


def _read(kind: type, tree: Any, place: str) -> Any:
    fields = READERS[kind]
    values = _mapping(tree, place)
    for name in values:
        if name not in fields:
            raise DamagedProgram(f"{place}.{name}", f"a {_noun(kind)} has no such field")
    for name in fields:
        if name not in values:
            raise DamagedProgram(place, f"the field `{name}` is missing")
    return kind(**{name: read(values[name], f"{place}.{name}") for name, read in fields.items()})


def _noun(kind: type) -> str:
    return "layer" if kind is Node else kind.__name__.lower()  # as the field that lists them


def _mapping(tree: Any, place: str) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise DamagedProgram(place, f"an object is wanted, not {_shown(tree)}")
    return tree


def _shown(tree: Any) -> str:
    text = json.dumps(tree)
    return text if len(text) <= 40 else text[:37] + "..."


def _scalar(kinds: tuple[type, ...], noun: str) -> Read:
    def read(tree: Any, place: str) -> Any:
        if not isinstance(tree, kinds) or (isinstance(tree, bool) and bool not in kinds):
            raise DamagedProgram(place, f"{noun} is wanted, not {_shown(tree)}")
        return tree

    return read


def _one(kind: type) -> Read:
    return lambda tree, place: _read(kind, tree, place)


def _maybe(read: Read) -> Read:
    return lambda tree, place: None if tree is None else read(tree, place)


def _many(read: Read) -> Read:
    def read_all(tree: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(tree, list):
            raise DamagedProgram(place, f"a list is wanted, not {_shown(tree)}")
        return tuple(read(item, f"{place}[{i}]") for i, item in enumerate(tree))

    return read_all


def _by_name(read: Read) -> Read:
    def read_all(tree: Any, place: str) -> dict[str, Any]:
        named = _mapping(tree, place)
        return {name: read(item, f"{place}.{name}") for name, item in named.items()}

    return read_all


def _value(tree: Any, place: str) -> Value:
    """Objects are distinguished by their fields; everything else means itself."""
    if isinstance(tree, list):
        return tuple(_value(item, f"{place}[{i}]") for i, item in enumerate(tree))
    if not isinstance(tree, dict):
        value: Value = tree
        return value
    if tree.keys() == {"number"}:
        return _infinity(tree["number"], place)
    for kind in (Ref, Label, Quantity, Call):
        if tree.keys() == READERS[kind].keys():
            found: Value = _read(kind, tree, place)
            return found
    raise DamagedProgram(place, f"this is no value: {_shown(tree)}")


def _infinity(word: Any, place: str) -> float:
    if word not in ("inf", "-inf"):
        raise DamagedProgram(place, f'"inf" or "-inf" is wanted, not {_shown(word)}')
    return inf if word == "inf" else -inf


def _start(tree: Any, place: str) -> Any:
    """A number or a word, or a list of numbers."""
    if isinstance(tree, list):
        return _many(_scalar((int, float), "a number"))(tree, place)
    return _scalar((int, float, str), "a number or a word")(tree, place)


# By the annotations of the fields: a field that is added needs no line here.
_SIMPLE: Final[Mapping[str, Read]] = {
    "str": _scalar((str,), "a string"),
    "bool": _scalar((bool,), "true or false"),
    "int": _scalar((int,), "a whole number"),
    "float": _scalar((int, float), "a number"),
    "float | int": _scalar((int, float), "a number"),
    "Start": _start,
    "Shape": _many(_scalar((int,), "a whole number")),
    "Value": _value,
}
_PARTS: Final = (Ref, Label, Quantity, Call, Hyper, Data, Node, Term, Objective, Tune, Program)
_BY_NAME: Final = {kind.__name__: kind for kind in _PARTS}


def _reader(annotation: str) -> Read:
    if found := re.fullmatch(r"(.+) \| None", annotation):
        return _maybe(_reader(found[1]))
    if found := re.fullmatch(r"tuple\[(.+), \.\.\.\]", annotation):
        return _many(_reader(found[1]))
    if found := re.fullmatch(r"Mapping\[str, (.+)\]", annotation):
        return _by_name(_reader(found[1]))
    return _SIMPLE.get(annotation) or _one(_BY_NAME[annotation])


READERS: Final[Mapping[type, Mapping[str, Read]]] = {
    kind: {f.name: _reader(str(f.type)) for f in attrs.fields(kind) if f.name != "origin"}
    for kind in _PARTS
}
