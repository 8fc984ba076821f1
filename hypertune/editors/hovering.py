"""What an editor shows of the word under the pointer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import dirname, relpath

from attrs import frozen

from hypertune import ir
from hypertune.catalogue.wording import about
from hypertune.editors.context import Context, Word, context_at, word_at
from hypertune.editors.navigating import Meant, symbol_at
from hypertune.editors.places import Run
from hypertune.editors.reading import Reading
from hypertune.editors.roles import about_kind, called, kinds_here
from hypertune.editors.symbols import Symbol
from hypertune.editors.vocabulary import KEYWORDS, SETTINGS
from hypertune.ir import print_value


@frozen
class Hover:
    """Markdown, and the run of the text that it is about."""

    text: str
    at: Run


def hover(reading: Reading, offset: int, others: Sequence[Reading] = ()) -> Hover | None:
    """What there is to say of the word at a place; the last good program knows the shapes.

    Args:
        reading: the text.
        offset: the place in it.
        others: readings of other texts; what includes this one may declare what it uses.

    """
    word = word_at(reading.text, offset)
    if word is None:
        return None
    context = context_at(reading.text, word.start)
    if context.inert:
        return None
    at = (word.start, word.end)
    meant = symbol_at(reading, word.start, others)
    text = "\n\n".join(_said(reading, word, context, meant))
    return Hover(text, at) if text else None


def _said(reading: Reading, word: Word, context: Context, meant: Meant | None) -> Iterator[str]:
    layers = _layers_at(reading, word.start)
    yield from _shapes(layers)
    kind = kinds_here(context, reading.catalogue).get(word.text)
    caller = called(context, reading.catalogue)
    named = _is_argument(reading.text, word)
    args = {arg.name: arg for arg in caller.args} if caller else {}
    if caller and named and word.text in args:
        yield f"`{word.text}` of `{caller.name}`: {about(args[word.text])}"
    elif meant:
        yield _about_symbol(meant.symbol, meant.reading)
        if meant.symbol.file != reading.name:
            yield f"declared in `{relpath(meant.symbol.file, dirname(reading.name))}`"
    elif kind:
        yield about_kind(kind)
    elif context.inner and not context.words and word.text in SETTINGS.get(context.statement, {}):
        yield f"`{word.text}`: {SETTINGS[context.statement][word.text]}"
    elif word.text in KEYWORDS and not context.calls and not context.key:
        yield f"`{word.text}`: {KEYWORDS[word.text]}"


def _is_argument(text: str, word: Word) -> bool:
    """Whether a word names an argument: one equals sign follows it."""
    return text[word.end :].lstrip(" \t")[:1] == "="


def _layers_at(reading: Reading, start: int) -> list[ir.Node]:
    """The layers that the word at a place stands for: several in a block or repeat."""
    program = reading.program
    old = program.before(start) if program else None
    if program is None or old is None:
        return []
    origins = ((layer, getattr(layer, "origin", None)) for layer in program.value.layers)
    return [
        layer
        for layer, origin in origins
        if origin is not None and origin.start == old and reading.owns(origin)
    ]


def _shapes(layers: list[ir.Node]) -> Iterator[str]:
    """Shape in and out, the same ones once."""
    lines = dict.fromkeys(
        f"{' and '.join(map(_shape, layer.shapes))} → {_shape(layer.output)}"
        + (f", responds to {', '.join(layer.given)}" if layer.given else "")
        for layer in layers
    )
    if lines:
        yield "\n\n".join(lines)


def _shape(shape: ir.Shape) -> str:
    return f"({', '.join(map(str, shape))})"


def _about_symbol(symbol: Symbol, reading: Reading) -> str:
    words = f"{symbol.sort} `{symbol.name}`"
    if symbol.sort == "hyperparameter":
        return f"{words}\n\n{_hypers(symbol, reading) or _code(symbol)}"
    if symbol.sort in ("constant", "block", "label"):
        return f"{words}\n\n{_code(symbol)}"
    return words


def _hypers(symbol: Symbol, reading: Reading) -> str:
    """Domain and start, once for all the items of a vector."""
    if reading.program is None:
        return ""
    hypers = reading.program.value.hypers
    found = [h for h in hypers if h.name.partition("[")[0] == symbol.name]
    if not found:
        return ""
    first, size = found[0], f"[{len(found)}]" if found[0].name != symbol.name else ""
    clauses = [f"per {first.per}", f"spread {print_value(first.spread)}"]
    clauses += ["fixed"] * first.spread_fixed
    clauses += [] if first.prior is None else [f"prior {print_value(first.prior)}"]
    clauses += ["frozen"] * first.frozen
    domain = print_value(first.domain).removesuffix("()")
    start = print_value(first.start)
    head = f"hyper {symbol.name}{size} : {domain} = {start} {' '.join(clauses)}"
    return f"```hspec\n{head}\n```"


def _code(symbol: Symbol) -> str:
    """The first line of where it is declared."""
    line = symbol.holder.text.splitlines()[0]
    return f"```hspec\n{line}\n```"
