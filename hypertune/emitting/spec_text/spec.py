"""The statements of a spec, from a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from attrs import asdict

from hypertune.catalogue import LENGTHS, SECTIONS
from hypertune.emitting.spec_text.network import model
from hypertune.emitting.spec_text.values import call, named, number, value
from hypertune.ir import Call, Data, Hyper, Program, Term, Tune, Value, references_in


def print_spec(program: Program) -> str:
    """All that is settled, written out: no default is left to the reader.

    Constants, blocks, repeats and includes have become what they stand for; `repeat` and
    `residual` are gone, `branch` stays where layers stand side by side.
    """
    statements = [
        ["hspec 1"],
        list(_hypers(program.hypers)),
        _section("data", _data(program.data)),
        model(program),
        _section("objective", _objective(program)),
        *(_section(f"tune {tune.name}".rstrip(), _tune(tune)) for tune in program.tunes),
    ]
    return "\n\n".join("\n".join(lines) for lines in statements if lines) + "\n"


def _section(head: str, settings: Iterable[str]) -> list[str]:
    return [f"{head} {{", *(f"  {setting}" for setting in settings), "}"]


def _hypers(hypers: Iterable[Hyper]) -> Iterator[str]:
    """A line each; the items of a vector stand in one."""
    for stem, items in groupby(hypers, key=lambda hyper: hyper.name.partition("[")[0]):
        first, *others = items
        size = f"[{1 + len(others)}]" if "[" in first.name else ""
        size = f"[{first.over}]" if first.over else size
        starts = [first.start, *(other.start for other in others)]
        start = value(first.start if len({*starts}) == 1 else tuple(starts))
        words = [f"hyper {stem}{size} : {_domain(first.domain)} = {start}"]
        words += [f"per {first.per}", f"spread {number(first.spread)}"]
        words += ["fixed"] * first.spread_fixed
        words += [] if first.prior is None else [f"prior {number(first.prior)}"]
        words += ["frozen"] * first.frozen
        yield " ".join(words)


def _domain(domain: Call) -> str:
    """A domain as it is called; what a choice is among stands in it one by one."""
    if domain.kind == "choice":
        return f"choice({', '.join(map(value, _several_words(domain.args['words'])))})"
    return call(domain)


def _several_words(words: Value) -> tuple[Value, ...]:
    return words if isinstance(words, tuple) else (words,)


def _data(data: Data) -> Iterator[str]:
    yield f"source = {call(data.source)}"
    if data.split:
        # A share keeps its point, which tells it from a count.
        parts = [f"{part} = {size!r}" for part, size in data.split.items()]
        parts += [] if data.split_seed is None else [f"seed = {data.split_seed}"]
        parts += ["stratified = true"] * data.stratified
        yield f"split = ({', '.join(parts)})"
    if data.scale:
        numbers = named(data.scale.args)
        yield f"scale = ({', '.join(numbers)})" if numbers else f"scale = {data.scale.kind}"
    if data.corrupt:
        yield f"corrupt = {call(data.corrupt)}"
    if data.augment:
        yield f"augment = {_several(map(call, data.augment))}"
    yield f"batch = {'all' if data.batch is None else data.batch}"
    if data.window:
        yield f"window = {data.window}"


def _objective(program: Program) -> Iterator[str]:
    objective = program.objective
    yield f"train = {' + '.join(map(_term, objective.train))}"
    yield f"valid = {' + '.join(map(_term, objective.valid))}"
    if direct := _direct(program):
        yield f"direct = {_several(direct)}"
    if objective.report:
        yield f"report = {_several(map(call, objective.report))}"


def _direct(program: Program) -> list[str]:
    """What `valid` takes of that which is tuned: the program says so, the spec must, too."""
    used = {name for term in program.objective.valid for name in references_in(term.loss.args)}
    return [hyper.name for hyper in program.hypers if hyper.name in used and not hyper.frozen]


def _term(term: Term) -> str:
    return call(term.loss) if term.weight == 1 else f"{number(term.weight)} * {call(term.loss)}"


def _tune(tune: Tune) -> Iterator[str]:
    length = tune.length
    counts = next(key for key, arg in LENGTHS.items() if length.unit in arg.units)
    written = length if length.unit == "seconds" else length.amount
    fields = {**asdict(tune, recurse=False), **tune.optimisers, counts: written}
    for key, setting in SECTIONS["tune"].items():
        if fields.get(key) is not None:
            bare = setting.arg and setting.arg.choices  # words that nothing else can mean
            yield f"{key} = {fields[key] if bare else value(fields[key])}"


def _several(items: Iterable[str]) -> str:
    written = list(items)
    return written[0] if len(written) == 1 else f"({', '.join(written)})"
