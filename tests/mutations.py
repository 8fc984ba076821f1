"""Damaged specs: `python tests/mutations.py 20000` tries that many and tells what went wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from traceback import print_exception

from hypertune.diagnostics import Source, SpecError
from hypertune.semantics import elaborate, include
from hypertune.semantics.including.files import no_files
from hypertune.standard import STANDARD
from hypertune.syntax import decode_source, parse

ROOT = Path(__file__).parent
CORPUS = (*sorted((ROOT.parent / "specs").glob("*.hspec")), *sorted(ROOT.rglob("mixed/*.hspec")))
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


if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    escaped = 0
    for found in mutants(total, seed):
        fault = escape(found)
        if fault is not None:
            escaped += 1
            print(found.decode("utf-8", errors="replace"))
            print_exception(fault)
    print(f"{total} mutants, {escaped} of them raised something else than SpecError")
    sys.exit(escaped > 0)
