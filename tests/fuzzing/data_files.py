"""Changed tables, arrays and pictures: each is read as it is declared, or refused in words.

    PYTHONPATH=. python tests/fuzzing/data_files.py [--mutants 2000] [--seed 0]

Each mutant is loaded as a training would: looked at, read, split and scaled. What ends in anything
else than parts of finite numbers or a message is told with its number, and kept.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from hypertune.catalogue import in_full
from hypertune.data import STANDARD, DataError
from hypertune.data.loading import load
from hypertune.ir import Call, Data
from hypertune.standard import STANDARD as CATALOGUE

Mutant = tuple[str, bytes]  # the name of a file in the folder of a case, and what is in it

ENDS = {"read", "refused"}
WORDS = (b"NA", b"nan", b"inf", b"-inf", b"1e400", b"1e300", b"", b" ", b'"', b'""', b"?", b"1_0")
MORE_WORDS = (b"\0", b"\xff", b"\r", b"\n", b",", b";", "٣".encode(), b"0x10", b"x" * 200_000)


def table(rng: random.Random) -> bytes:
    """A table of numbers and words, as people write them."""
    target = rng.choice([lambda i: i % 3, lambda i: i / 7, lambda i: ("no", "yes")[i % 2]])
    lines = [f"{i},{rng.choice(['red', 'blue'])},{rng.random()},{target(i)}" for i in range(40)]
    return "\n".join(["a,b,c,y", *lines, ""]).encode()


def changed_table(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    row = rng.randrange(len(lines))
    cells = lines[row].split(b",")
    match rng.randrange(4):
        case 0:
            cells[rng.randrange(len(cells))] = rng.choice(WORDS + MORE_WORDS)
        case 1:
            del cells[rng.randrange(len(cells))]
        case 2:
            cells.append(rng.choice(WORDS))
        case _:
            return changed_bytes(content, rng)
    lines[row] = b",".join(cells)
    return b"\n".join(lines)


def changed_bytes(content: bytes, rng: random.Random) -> bytes:
    """Some bytes are others, or are gone, or stand there twice."""
    found = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 8])):
        at, end = sorted(rng.randrange(len(found) + 1) for _ in range(2))
        match rng.randrange(4):
            case 0 if at < len(found):
                found[at] = rng.randrange(256)
            case 1:
                del found[at : min(end, at + rng.choice([1, 4, 100, 10**6]))]
            case 2:
                found[at:at] = found[at : at + rng.choice([1, 4, 100])]
            case _:
                found[at : at + 4] = rng.choice([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"])
        if not found:
            break
    return bytes(found)


KINDS = ("<f8", ">f4", "<f2", "g", "<i8", ">i2", "<u8", "|u1", "?", "<c8", "<U3", "<M8[s]", "O")


def arrays(rng: random.Random) -> bytes:
    """Arrays of any type and often of the wrong shape, packed or not."""
    count = 40
    wrong = [(count,), (0, 3), (count, 0), (), (39, 3)]
    shape = rng.choice([(count, 3), (count, 1, 4, 4), *(wrong if rng.random() < 0.2 else [])])
    numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape) % 120
    targets = np.arange(count) % rng.choice([1, 2, 3]) + rng.choice([0] * 9 + [1, -1, 10**6])
    kinds = [rng.choice(KINDS[:6]) if rng.random() < 0.9 else rng.choice(KINDS) for _ in "xy"]
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {"x": numbers.astype(kinds[0]), "y": targets.astype(kinds[1])}
    (np.savez_compressed if rng.random() < 0.5 else np.savez)(stream, **found)
    return stream.getvalue()


def changed_arrays(content: bytes, rng: random.Random) -> bytes:
    """The bytes of the archive are others, or those of an array in it, whose sum is right."""
    if rng.random() < 0.4:
        return changed_bytes(content, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            inside = before.read(name)
            head, rest = inside[:128], inside[128:]
            after.writestr(name, changed_bytes(head, rng) + rest)
    return out.getvalue()


def picture(rng: random.Random) -> bytes:
    mode = rng.choice(["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
    others = {"CMYK": ["JPEG"], "RGB": ["PNG", "JPEG", "BMP", "WEBP"]}
    form = rng.choice(others.get(mode, ["PNG"]))
    stream = io.BytesIO()
    Image.new(mode, (6, 5)).save(stream, form)
    return stream.getvalue()


def write_pictures(folder: Path, content: bytes) -> None:
    for name in ("cat", "dog"):
        (folder / name).mkdir()
        for i in range(6):
            Image.new("RGB", (6, 5), (i, 2 * i, 3)).save(folder / name / f"{i}.png")
    (folder / "cat" / "3.png").write_bytes(content)


def write_one(folder: Path, content: bytes) -> None:
    (folder / "file").write_bytes(content)


CASES: dict[
    str,
    tuple[
        Callable[[random.Random], bytes],
        Callable[[bytes, random.Random], bytes],
        Callable[[Path, bytes], None],
    ],
] = {
    "csv": (table, changed_table, write_one),
    "npz": (arrays, changed_arrays, write_one),
    "images": (picture, changed_bytes, write_pictures),
}


def source_of(case: str, folder: Path, rng: random.Random) -> Call:
    if case == "images":
        return Call("images", {"folder": str(folder)})
    args = {"file": "file", "classes": rng.choice([None, None, True, False])}
    filling = rng.choice(["refuse", "mean", "median"])
    args |= {"target": "y", "missing": filling} if case == "csv" else {}
    (kind,) = (kind for kind in STANDARD if kind.name == case)
    call = Call(case, {**args, "valid": "", "test": ""})
    found = in_full(call, kind.args)
    return Call(case, {**found.args, "file": str(folder / "file")})


def ends(case: str, folder: Path, rng: random.Random) -> str:
    """How the loading of a mutant ended: `read` or `refused`.

    Raises:
        Exception: whatever else it did.

    """
    scale = rng.choice([None, Call("standardize")])
    shares = {"train": 0.5, "valid": 0.25, "test": 0.25}
    data = Data(source_of(case, folder, rng), shares, 0, scale, (), None)
    try:
        sets = load(data, CATALOGUE)
    except DataError as refused:
        return "refused" if str(refused).strip() else "refused without a word"
    for part in (sets.train, sets.valid, sets.test):
        batch = part.whole()
        x, y = part.scaling.apply(batch.inputs), batch.targets
        assert x.isfinite().all()
        assert y.isfinite().all()
        assert x.dtype == torch.float32
    return "read"


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--mutants", type=int, default=2000)
    words.add_argument("--seed", type=int, default=0)
    asked = words.parse_args()
    warnings.simplefilter("error")
    counted: Counter[str] = Counter()
    kept = Path(tempfile.mkdtemp(prefix="mutants-"))
    for number in range(asked.mutants):
        rng = random.Random(f"{asked.seed} {number}")
        case = rng.choice([*CASES])
        make, change, write = CASES[case]
        content = make(rng)
        if rng.random() < 0.9:
            content = change(content, rng)
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            write(folder, content)
            try:
                how = ends(case, folder, rng)
            except Exception:
                how = "BROKEN"
                (kept / f"{number}.{case}").write_bytes(content)
                print(f"mutant {number} of {case}:", traceback.format_exc(limit=-3), sep="\n")
        counted[f"{case} {how}"] += 1
    print(*(f"{name}: {count}" for name, count in sorted(counted.items())), sep="\n")
    broken = sum(count for name, count in counted.items() if name.split(" ", 1)[1] not in ENDS)
    print(f"{broken} of {asked.mutants} ended in another way" + f"; see {kept}" * bool(broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
