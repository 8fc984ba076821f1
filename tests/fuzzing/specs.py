"""Damaged specs and programs: each is accepted, or refused in words.

    PYTHONPATH=. python tests/fuzzing/specs.py [--mutants 20000] [--seed 0]

What raises anything else than a refusal is printed whole. `corpus/` beside this file has what once
did, or took too long.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from traceback import print_exception

from hypertune.compiler import compile_text, read_program
from hypertune.diagnostics import Source, SpecError
from hypertune.ir import DamagedProgram, to_json
from hypertune.semantics import elaborate, include
from hypertune.semantics.including.files import no_files
from hypertune.standard import STANDARD
from hypertune.syntax import decode_source, parse

TESTS = Path(__file__).parents[1]
SHIPPED = sorted((TESTS.parent / "specs").glob("*.hspec"))
FOUND = sorted((Path(__file__).parent / "corpus").glob("*.hspec"))
FOUND_PROGRAMS = sorted((Path(__file__).parent / "corpus").glob("*.json"))
CORPUS = (*SHIPPED, *sorted(TESTS.rglob("mixed/*.hspec")), *FOUND)
ODD = (
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "1e308",
    '""',
    '"x"',
    "[]",
    "{}",
    "[[[[0]]]]",
    "9" * 400,
)
SPLINTERS = (
    *"()[]{}=,;:#+-*/%\n\"'\\.\t\0é",
    *("given *", "repeat 9 {", "block b(x) {", "hyper h[3] : rate = 0.1", "9**9**9", "1e400"),
    *("true", "none", "0", "-1", "15%", "5 epochs", "input", "as relu_1", "on auto", "frozen"),
)
KNIVES: tuple[Callable[[str], list[str]], ...] = (
    list,
    lambda text: re.split(r"(\W)", text),
    lambda text: text.splitlines(keepends=True),
)


def mutants(count: int, seed: int = 0) -> Iterator[bytes]:
    """Specs that were right (or wrong in one way) until somebody hurt them."""
    random = Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in CORPUS]
    for _ in range(count):
        yield mutant(random.choice(texts), random)


def mutant(text: str, random: Random) -> bytes:
    """A text that somebody hurt, once or several times."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        text = _hurt(text, random)
    data = bytearray(text.encode("utf-8"))
    if data and random.random() < 0.1:
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data)


def _hurt(text: str, random: Random) -> str:
    """Cut, swap, double or overwrite something: characters, words or lines."""
    pieces = random.choice(KNIVES)(text)
    if len(pieces) < 3:
        return text + random.choice(SPLINTERS)
    start = random.randrange(len(pieces))
    end = min(len(pieces), start + random.randint(1, 4))
    other = random.randrange(len(pieces))
    match random.randrange(5):
        case 0:
            del pieces[start:end]
        case 1:
            pieces[start], pieces[other] = pieces[other], pieces[start]
        case 2:
            pieces[other:other] = pieces[start:end]
        case 3:
            pieces[start] = random.choice(SPLINTERS)
        case 4:
            pieces[start] = chr(random.randrange(random.choice((128, 0x3000))))
    return "".join(pieces)


def escape(
    data: bytes, path: str = "mutant.hspec", read: Callable[[str], Source] = no_files
) -> Exception | None:
    """What a spec raises that is not for its author to read."""
    try:
        elaborate(include(parse(decode_source(data, path)), read), STANDARD)
    except SpecError as wrong:
        try:
            str(wrong)
        except Exception as fault:
            return fault
    except Exception as fault:
        return fault
    return None


def damaged_program(text: str, random: Random) -> str:
    """The JSON of a program, one of whose values or names is another."""
    pieces = re.findall(r'"(?:[^"\\]|\\.)*"|[\d.eE+-]+|true|false|null|\s+|.', text)
    places = [i for i, piece in enumerate(pieces) if piece.strip() and piece not in "{}[]:,"]
    for _ in range(random.choice((1, 1, 2, 4))):
        other = pieces[random.choice(places)]
        pieces[random.choice(places)] = random.choice((other, *ODD))
    return "".join(pieces)


def program_escape(text: str) -> Exception | None:
    """What a compiled program raises that is not for people to read."""
    try:
        read_program(Source("mutant.json", text))
    except DamagedProgram:
        return None
    except Exception as fault:
        return fault
    return None


def programs(count: int, seed: int) -> Iterator[str]:
    """Damaged programs of the shipped specs."""
    random = Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in SHIPPED]
    whole = [to_json(compile_text(text).program) for text in texts]
    for _ in range(count):
        yield damaged_program(random.choice(whole), random)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    escaped = 0
    texts = ((found, escape(found)) for found in mutants(options.mutants, options.seed))
    compiled = programs(options.mutants // 10, options.seed)
    trees = ((found.encode(), program_escape(found)) for found in compiled)
    for found, fault in (*texts, *trees):
        if fault is not None:
            escaped += 1
            print(found.decode("utf-8", errors="replace"))
            print_exception(fault)
    total = options.mutants + options.mutants // 10
    print(f"{total} mutants, {escaped} of them raised something else than a refusal")
    return escaped > 0


if __name__ == "__main__":
    sys.exit(main())
