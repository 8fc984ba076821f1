"""What could be written at a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename
from typing import Literal

from attrs import frozen

from hypertune.catalogue import Arg, Kind, LossType, MergeType
from hypertune.catalogue.wording import about, family_of, signature
from hypertune.editors.context import Context, OpenCall, context_at, word_before
from hypertune.editors.reading import Reading
from hypertune.editors.roles import about_kind, begins_piece, called, kinds_here, setting_at
from hypertune.editors.symbols import Symbol
from hypertune.editors.vocabulary import (
    CLAUSES,
    FUNCTIONS,
    PIECES,
    SETTINGS,
    STATEMENTS,
    UNITS,
)

Sort = Literal["keyword", "kind", "setting", "argument", "name", "word"]


@frozen
class Completion:
    """A word that can stand here, and what to insert where that is more than the word."""

    word: str
    sort: Sort
    detail: str = ""
    doc: str = ""
    insert: str = ""


@frozen
class Completions:
    """What can stand in the place of the `begun` characters before the cursor."""

    begun: int
    items: tuple[Completion, ...]


def completions(reading: Reading, offset: int) -> Completions:
    """What can be written at a place, as far as what stands before it tells."""
    prefix = word_before(reading.text, offset)
    context = context_at(reading.text, offset)
    found = () if context.inert else _possible(context, reading, offset)
    fitting = {item.word: item for item in found if item.word.startswith(prefix)}
    return Completions(len(prefix), tuple(fitting.values()))


def _possible(context: Context, reading: Reading, offset: int) -> Iterable[Completion]:
    kinds = kinds_here(context, reading.catalogue)
    if context.last == "given" or _goes_on(context, "given"):
        whole = _words(("*", "none")) if context.last == "given" else ()
        return [*_names(reading, offset, "hyperparameter", "parameter"), *whole]
    if context.last[:1].isdecimal() and context.statement in ("tune", "let"):
        return _words(UNITS)
    if context.calls and context.statement == "block" and not context.inner:
        return _names(reading, offset, "constant") if context.calls[-1].arg else ()
    if context.calls and context.calls[-1].kind == "[" and _declares(context):
        return [*_words(("example", "weight")), *_names(reading, offset, "constant")]
    if context.calls and context.calls[-1].kind:
        return _in_call(context, reading, offset)
    setting = setting_at(context)
    if context.calls and setting and setting.args and not context.calls[-1].arg:
        written = context.calls[-1].named  # of a tuple such as a split
        return _arguments(arg for arg in setting.args if arg.name not in written)
    if kinds:
        return [*_kinds(_wanted(kinds, context)), *_pieces(context, reading, offset)]
    if not context.inner:
        return _outside(context)
    if context.statement in SETTINGS:
        return _in_section(context, reading, offset)
    return _clauses(context)


def _wanted(kinds: Mapping[str, Kind], context: Context) -> list[Kind]:
    """All, but no penalty where the hyperparameters are judged."""
    judged = context.key == "valid"
    return [k for k in kinds.values() if not (judged and isinstance(k, LossType) and k.penalty)]


def _declares(context: Context) -> bool:
    """Whether the name of a hyperparameter stands here, not its domain or start."""
    return context.statement == "hyper" and ":" not in context.words


def _arguments(args: Iterable[Arg]) -> list[Completion]:
    return [
        Completion(arg.name, "argument", doc=about(arg), insert=f"{arg.name} = ") for arg in args
    ]


def _pieces(context: Context, reading: Reading, offset: int) -> Iterable[Completion]:
    """What can stand in a body beside layers."""
    if not begins_piece(context):
        return ()
    words = {word: doc for word, doc in PIECES.items() if word != "shortcut"}
    return [*_names(reading, offset, "block"), *_keywords(words)]


def _outside(context: Context) -> Iterable[Completion]:
    if not context.words:
        return _keywords(STATEMENTS)
    match context.statement:
        case "hyper" if "=" in context.words:
            return _behind_start(context)
        case "model" | "block":
            return _clauses(context)
        case "let" if "=" in context.words:
            return _words(FUNCTIONS)
    return ()


def _behind_start(context: Context) -> Iterable[Completion]:
    if context.last == "per":
        return _words(("example", "batch"))
    left = ("per", "spread", "prior", "frozen")
    return _keywords({word: CLAUSES[word] for word in left if word not in context.words})


def _clauses(context: Context) -> Iterable[Completion]:
    """`given`, `on` and `as` behind a layer, as far as they are not written."""
    if context.last == "on":
        return _words(("auto", "cpu", "cuda"))
    if context.last in ("as", "repeat") or not context.words:
        return ()
    if context.last == "branch":
        return _words(("concat", "add", "mean", "mul"))
    left = ("given", "on", "as") if context.inner else ("given", "on")
    clauses = {word: CLAUSES[word] for word in left if word not in context.words}
    if context.words[0] == "residual" and context.last == "}":
        clauses["shortcut"] = PIECES["shortcut"]
    return _keywords(clauses)


def _in_section(context: Context, reading: Reading, offset: int) -> Iterable[Completion]:
    if not context.words:
        written = _keys_around(reading.text, offset)
        keys = SETTINGS[context.statement]
        return [
            Completion(key, "setting", doc=doc, insert=f"{key} = ")
            for key, doc in keys.items()
            if key not in written
        ]
    setting = setting_at(context)
    if setting is None or context.last != "=":
        return ()
    constants = _names(reading, offset, "constant")
    values = _values(setting.arg, reading, offset) if setting.arg else constants
    return [*_words(() if context.calls else setting.words), *values]


def _keys_around(text: str, offset: int) -> set[str]:
    """The keys that the section around a place has already."""
    start, end = text.rfind("{", 0, offset), text.find("}", offset)
    lines = text[start + 1 : end if end >= 0 else len(text)].splitlines()
    return {line.partition("=")[0].strip() for line in lines if "=" in line}


def _in_call(context: Context, reading: Reading, offset: int) -> Iterable[Completion]:
    kind, call = called(context, reading.catalogue), context.calls[-1]
    declared = kind.args if kind else ()
    by_name = {arg.name: arg for arg in declared}
    if isinstance(kind, MergeType):
        return _names(reading, offset, "label")
    if call.arg:
        return _values(by_name.get(call.arg), reading, offset)
    if kind is None:
        return [*_values(None, reading, offset), *_params(call, reading)]
    left = [arg for arg in declared[call.positional :] if arg.name not in call.named]
    by_word = _arguments(left)
    if call.named or not left:
        return by_word
    return [*_values(left[0], reading, offset), *by_word]  # it may stand without its name


def _params(call: OpenCall, reading: Reading) -> list[Completion]:
    """The parameters of the block that is being used."""
    found = reading.symbols
    blocks = [s.home for s in found if (s.sort, s.name) == ("block", call.kind)]
    return [
        Completion(symbol.name, "argument", detail=symbol.sort, insert=f"{symbol.name} = ")
        for symbol in found
        if symbol.sort == "parameter" and symbol.home in blocks and symbol.name not in call.named
    ]


def _values(arg: Arg | None, reading: Reading, offset: int) -> Iterable[Completion]:
    """What an argument takes; hyperparameters only where they can be tuned."""
    names = _names(reading, offset, "constant", "parameter")
    hypers = _names(reading, offset, "hyperparameter")
    if arg is None:
        return [*names, *hypers]
    none = (arg.unset,) if arg.default is None else ()
    if arg.type == "label":
        return [*_words(none), *_names(reading, offset, "label")]
    truth = ("true", "false") if arg.type == "bool" else ()
    words = _words((*arg.choices, *truth, *none))
    return [*words, *(hypers if arg.use else ()), *names]


def _names(reading: Reading, offset: int, *sorts: str) -> Iterator[Completion]:
    """Names that the spec and its files declare; a parameter only inside its own block."""
    old = reading.tree.about(offset) if reading.tree else None
    for symbol in reading.symbols:
        if symbol.sort in sorts and _is_seen(symbol, reading, old):
            there = symbol.file != reading.name
            detail = f"{symbol.sort} of {basename(symbol.file)}" if there else symbol.sort
            yield Completion(symbol.name, "name", detail)


def _is_seen(symbol: Symbol, reading: Reading, old: int | None) -> bool:
    if symbol.sort != "parameter":
        return True
    inside = old is None or symbol.holder.start <= old <= symbol.holder.end
    return inside and symbol.file == reading.name


def _goes_on(context: Context, word: str) -> bool:
    """Whether a list after a word goes on: `given a, `."""
    return context.last == "," and word in context.words


def _keywords(words: Mapping[str, str]) -> Iterator[Completion]:
    return (Completion(word, "keyword", doc=doc) for word, doc in words.items())


def _words(words: Iterable[str]) -> Iterator[Completion]:
    return (Completion(word, "word") for word in words)


def _kinds(kinds: Iterable[Kind]) -> Iterator[Completion]:
    for kind in kinds:
        detail = f"{family_of(kind)} {signature(kind)}"
        yield Completion(kind.name, "kind", detail, about_kind(kind))
