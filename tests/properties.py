"""What holds of every right spec, tried on many: `python tests/properties.py 5000`.

Spec number n is drawn from the seed n, so that `python tests/properties.py 1 4711` tries number
4711 alone. It ends at the first that breaks a claim, and prints it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from random import Random
from textwrap import fill
from time import monotonic
from traceback import print_exception

from attrs import evolve
from fuzzing.specs import escape, mutant
from generated import MAIN, Drawn, drawn_spec
from generated.coverage import kinds, never_drawn, rules
from shrinking import shrunk

from hypertune.anchoring import anchored
from hypertune.catalogue import SourceType, in_full
from hypertune.diagnostics import Source
from hypertune.differences import differences
from hypertune.emitting.drawing import print_dot
from hypertune.emitting.network_source import network_source
from hypertune.emitting.spec_text import print_spec
from hypertune.ir import Program, from_json, print_program, to_json
from hypertune.planning import plan, plan_json, print_plan
from hypertune.semantics import Whole, elaborate, include, verify
from hypertune.standard import STANDARD
from hypertune.syntax import ast, format_spec, parse

MUTANTS = 4  # of each spec
BUILT = 300  # as many are built with torch, if there are so many


class Case:
    """One spec, and what its claims share."""

    def __init__(self, drawn: Drawn, number: int) -> None:
        self.drawn = drawn
        self.number = number

    @cached_property
    def whole(self) -> Whole:
        return include(parse(self.drawn.read(MAIN)), self.drawn.read)

    @cached_property
    def program(self) -> Program:
        return elaborate(self.whole, STANDARD).program

    @cached_property
    def trees(self) -> Mapping[str, ast.Spec]:
        return {path: parse(Source(path, text)) for path, text in self.drawn.texts.items()}

    @cached_property
    def formatted(self) -> Drawn:
        return Drawn({path: format_spec(tree) for path, tree in self.trees.items()})


def program_of(text: str) -> Program:
    return elaborate(parse(Source("again.hspec", text)), STANDARD).program


def compiles(case: Case) -> None:
    assert case.program.layers


def prints_as_itself(case: Case) -> None:
    for path, tree in case.trees.items():
        text = case.formatted.texts[path]
        again = parse(Source(path, text))
        assert again == tree
        assert format_spec(again) == text
        assert sorted(c.text for c in again.comments) == sorted(c.text for c in tree.comments)


def means_the_same_formatted(case: Case) -> None:
    again = include(parse(case.formatted.read(MAIN)), case.formatted.read)
    assert elaborate(again, STANDARD).program == case.program


def means_the_same_in_one_file(case: Case) -> None:
    data, text = case.program.data, anchored(case.whole, case.program, STANDARD)
    declared = STANDARD.of(SourceType)[data.source.kind].args
    found = evolve(data, source=in_full(data.source, declared))
    assert program_of(text) == evolve(case.program, data=found)


def survives_json(case: Case) -> None:
    text = to_json(case.program)
    again = from_json(text)
    verify(again, STANDARD)
    assert again == case.program
    assert to_json(again) == text


def means_the_same_rendered(case: Case) -> None:
    text = format_spec(parse(Source("rendered.hspec", print_spec(case.program))))
    again = program_of(text)
    assert differences(case.program, again) == ()
    assert again == case.program


def can_be_shown(case: Case) -> None:
    assert print_program(case.program)
    assert print_dot(case.program, STANDARD)
    for tune in case.program.tunes:
        found = plan(case.program, STANDARD, tune.name)
        assert print_plan(found)
        assert plan_json(found)
    compile(network_source(case.program, STANDARD), "emitted.py", "exec")


def no_mutant_escapes(case: Case) -> None:
    random = Random(case.number)
    path = random.choice(list(case.drawn.texts))
    for _ in range(MUTANTS):
        changed = mutant(case.drawn.texts[path], random)
        fault = escape(changed, path, case.drawn.read)
        if fault:
            print(changed.decode("utf-8", errors="replace"))
            raise fault


def computes_the_same_emitted(case: Case) -> None:
    """At any weights and any response, what is emitted gives the network's numbers."""
    import torch

    from hypertune.conditioning import Conditioning, Values
    from hypertune.hyper.domains import Domains
    from hypertune.lowering.network import lower

    layers = (evolve(layer, device="cpu") for layer in case.program.layers)
    program = evolve(case.program, layers=tuple(layers))
    torch.manual_seed(0)
    network = lower(program, STANDARD).double().eval()
    names: dict[str, type[torch.nn.Module]] = {}
    exec(compile(network_source(program, STANDARD), "emitted.py", "exec"), names)
    plain = names["Network"]().double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.1)
        domains = Domains(program.hypers, STANDARD)
        values_H = domains.constrain(domains.start_F()).double()
        response_H = torch.randn(len(domains.names())).double()
        plain.load_state_dict(network.folded(response_H))
        x = torch.randn(2, *program.input).double()
        places = {name: place for place, name in enumerate(program.columns)}
        at = Conditioning(Values(values_H[None], places), response_H[None])
        expected, _ = network(x, at)
        torch.testing.assert_close(plain(x), expected)


Check = Callable[[Case], None]
CLAIMS: Mapping[str, Check] = {
    "compiles": compiles,
    "prints as itself, once and for all": prints_as_itself,
    "means the same when it is formatted": means_the_same_formatted,
    "means the same in one file": means_the_same_in_one_file,
    "is the same program after JSON": survives_json,
    "means the same when it is rendered": means_the_same_rendered,
    "can be planned, drawn and printed": can_be_shown,
    f"raises only SpecError, hurt {MUTANTS} times": no_mutant_escapes,
    "computes the same when it is emitted as Python": computes_the_same_emitted,
}


def tried(case: Case, with_torch: bool) -> Iterator[tuple[str, Exception | None]]:
    """Each claim, and what breaks it."""
    for claim, check in CLAIMS.items():
        if check is not computes_the_same_emitted or with_torch:
            yield claim, fault_of(check, case)


def fault_of(check: Check, case: Case) -> Exception | None:
    try:
        check(case)
    except Exception as fault:
        return fault
    return None


def tell(case: Case, claim: str, fault: Exception) -> None:
    """Print a counterexample, and the least of it that is one."""

    def breaks(drawn: Drawn) -> bool:
        less = Case(drawn, case.number)
        right = fault_of(compiles, less) is None
        return right and type(fault_of(CLAIMS[claim], less)) is type(fault)

    print(case.drawn)
    if breaks(case.drawn):
        print(f"\nIn short:\n\n{shrunk(case.drawn, breaks)}")
    print_exception(fault)
    print(f"\nspec {case.number} breaks the claim: {claim}")


def main(total: int, first: int) -> int:
    started = monotonic()
    held: Counter[str] = Counter()
    seen: dict[str, Counter[str]] = {"rules of the grammar": Counter(), "kinds": Counter()}
    for number in range(first, first + total):
        case = Case(drawn_spec(Random(number)), number)
        for claim, fault in tried(case, number % max(1, total // BUILT) == 0):
            if fault:
                tell(case, claim, fault)
                return 1
            held[claim] += 1
        seen["rules of the grammar"].update(rules(tuple(case.trees.values())))
        seen["kinds"].update(kinds(case.program))
    for title, counted in seen.items():
        print(f"{title}, and how often they were drawn:")
        print(fill(", ".join(f"{name} {n:_}" for name, n in sorted(counted.items()))), end="\n\n")
    print(f"never drawn: {', '.join(never_drawn(seen['kinds'])) or 'none'}\n")
    for claim, count in held.items():
        print(f"{count:7,}  {claim}")
    print(f"in {monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(numbers + [1000, 0][len(numbers) :])))
