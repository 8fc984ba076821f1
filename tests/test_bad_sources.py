"""Every source of files reads good ones, and says of bad ones which and why before any training.

The tables list what is wrong, how it is made, and what is said of it.
"""

import gzip
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from published import SMALL, lay_out, publish, publish_digits

from hypertune.catalogue import SourceType
from hypertune.data import DataError
from hypertune.data.loading import load
from hypertune.ir import Call, Data
from hypertune.standard import STANDARD

HALVES = {"train": 0.5, "valid": 0.5}


def make_csv(folder, monkeypatch):
    rows = [f"{i},{'red' if i % 3 else 'blue'},{i % 2}" for i in range(12)]
    (folder / "t.csv").write_text("\n".join(["a,colour,y", *rows]) + "\n", encoding="utf-8")
    (folder / "valid.csv").write_text("a,colour,y\n1,red,0\n", encoding="utf-8")
    others = {"classes": True, "missing": "refuse", "valid": str(folder / "valid.csv"), "test": ""}
    return {"file": str(folder / "t.csv"), "target": "y", **others}, {"train": 1.0}


def make_npz(folder, monkeypatch):
    save(folder, x=np.arange(24.0).reshape(12, 2), y=np.arange(12) % 2)
    return {"file": str(folder / "a.npz"), "classes": None, "valid": "", "test": ""}, HALVES


def save(folder, **arrays):
    np.savez(folder / "a.npz", **arrays)


def make_images(folder, monkeypatch):
    for i in range(8):
        path = folder / "pets" / ("cat" if i % 2 else "dog") / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (6, 5), (i, 2 * i, 3 * i)).save(path)
    return {"folder": str(folder / "pets")}, HALVES


def make_text(folder, monkeypatch):
    args = {"tokens": "words", "test": ""}
    for part in ("train", "valid"):
        args[part] = str(folder / f"{part}.txt")
        Path(args[part]).write_text("to be or not to be\n" * 9, encoding="utf-8")
    return args, {}


def make_idx(folder, monkeypatch):
    lay_out(folder)
    return {"root": str(folder), "download": False}, HALVES


def make_cifar10(folder, monkeypatch):
    publish(monkeypatch, folder, "CIFAR10")
    return {"root": str(folder), "download": False}, HALVES


def make_cifar100(folder, monkeypatch):
    publish(monkeypatch, folder, "CIFAR100")
    return {"root": str(folder), "download": False}, HALVES


def make_svhn(folder, monkeypatch):
    publish_digits(monkeypatch, folder)
    return {"root": str(folder), "download": False}, HALVES


def text_in(name, content):
    return lambda folder: (folder / name).write_text(content, encoding="utf-8")


def bytes_in(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def cut(name, kept):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:kept])


def gone(name):
    return lambda folder: (folder / name).unlink()


def a_folder(name):
    def spoil(folder):
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def a_pipe(name):
    def spoil(folder):
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return spoil


def arrays(**given):
    return lambda folder: save(folder, **given)


def picture(name, size=(6, 5), mode="RGB"):
    return lambda folder: Image.new(mode, size).save(folder / "pets" / name)


class Code:
    def __reduce__(self):
        return os.mkdir, ("written by a pickle",)


def published(first, last):
    """What may be wrong with the files of a set that has checksums."""
    name = Path(first).name
    return {
        "a file is missing": (gone(first), f"there is no {first}"),
        "two are missing": (lambda f: (gone(first)(f), gone(last)(f)), "there is no|are not in"),
        "a folder in its place": (a_folder(first), f"there is no {first}"),
        "a pipe in its place": (a_pipe(last), f"there is no {last}"),
        "cut short": (cut(first, 50), f"{name} is not the published file"),
        "empty": (bytes_in(last, b""), "is not the published file"),
        "code in its place": (bytes_in(first, pickle.dumps(Code())), "is not the published file"),
        "another file": (
            lambda f: bytes_in(first, (f / last).read_bytes())(f),
            "is not the published file",
        ),
    }


IDX_LABELS, IDX_IMAGES = "train-labels-idx1-ubyte", "train-images-idx3-ubyte"
IDX = {
    "a file is missing": (gone(IDX_LABELS), f"there is no {IDX_LABELS}"),
    "cut short": (cut(IDX_IMAGES, 500), IDX_IMAGES),
    "empty": (bytes_in(IDX_IMAGES, b""), IDX_IMAGES),
    "a tail": (lambda f: bytes_in(IDX_LABELS, (f / IDX_LABELS).read_bytes() + b"x")(f), "a tail"),
    "labels in the place of images": (
        lambda f: bytes_in(IDX_IMAGES, (f / IDX_LABELS).read_bytes())(f),
        "no IDX file of bytes with 3 axes",
    ),
    "unknown class": (
        lambda f: bytes_in(IDX_LABELS, (f / IDX_LABELS).read_bytes()[:-1] + b"\x0a")(f),
        "has the label 10",
    ),
    "packed text": (bytes_in(IDX_LABELS, gzip.compress(b"not a set")), "no IDX file of bytes"),
}
BAD = {
    "csv": {
        "empty": (text_in("t.csv", ""), "has no rows"),
        "ragged": (text_in("t.csv", "a,y\n1,2\n3\n"), "line 3 has 1 of 2 columns"),
        "NaN": (
            text_in("t.csv", "a,colour,y\n1,red,0\nnan,red,1\n"),
            "line 3: `nan` in the column",
        ),
        "empty cell": (text_in("t.csv", "a,y\n1,2\n,3\n"), "line 3: the column `a` is empty"),
        "no target": (text_in("t.csv", "a,b\n1,2\n"), "has no column `y`; it has a, b"),
        "one class": (text_in("t.csv", "a,y\n1,2\n3,2\n"), "is `2` everywhere"),
        "other columns": (text_in("valid.csv", "a,y\n1,0\n"), "valid.csv has no column `colour`"),
        "unknown class": (
            text_in("valid.csv", "a,colour,y\n1,red,0\n1,red,7\n"),
            "valid.csv, line 3: no training example has the class `7`",
        ),
        "unknown word": (
            text_in("valid.csv", "a,colour,y\n1,green,0\n"),
            "valid.csv, line 2: `green` in the column `colour` stands in no training",
        ),
        "another coding": (bytes_in("t.csv", "a,y\n1,2\n".encode("utf-16")), "UTF-16"),
        "missing": (gone("t.csv"), "t.csv: No such file"),
    },
    "npz": {
        "empty": (bytes_in("a.npz", b""), r"no \.npz file of numbers"),
        "cut short": (cut("a.npz", 300), "a.npz"),
        "ragged": (arrays(x=np.zeros((2, 2)), y=np.zeros(3)), "a row of `x` for each number"),
        "NaN": (arrays(x=np.array([[1, np.nan]] * 2), y=np.zeros(2)), r"`x\[0, 1\]` is nan"),
        "no target": (arrays(x=np.zeros((2, 2))), "no array `y`; there are `x`"),
        "words": (arrays(x=np.zeros((2, 2)), y=np.array(["a", "b"])), "holds no numbers"),
        "wrong class": (arrays(x=np.zeros((2, 2)), y=np.array([-1, 1])), "must count from 0"),
        "one class": (arrays(x=np.zeros((2, 2)), y=np.array([1, 1])), "is 1 everywhere"),
        "missing": (gone("a.npz"), "a.npz: No such file"),
    },
    "images": {
        "wrong shape": (picture("dog/9.png", size=(7, 5)), "dog/9.png is 7 by 5 in colour"),
        "grey": (picture("dog/9.png", mode="L"), "dog/9.png is 6 by 5 in grey"),
        "16 bits": (picture("dog/9.png", mode="I;16"), "dog/9.png is a grey picture of more"),
        "cut short": (cut("pets/dog/2.png", 48), "dog/2.png is no picture that can be read"),
        "text": (bytes_in("pets/dog/9.png", b"no picture"), "dog/9.png is no picture"),
        "empty": (bytes_in("pets/cat/9.png", b""), "cat/9.png is no picture"),
        "one class": (lambda f: (f / "pets/cat").rename(f / "cats"), "holds 1 folders with"),
        "missing": (lambda f: (f / "pets").rename(f / "animals"), "pets: No such file"),
    },
    "text": {
        "empty": (text_in("train.txt", ""), "train.txt is empty"),
        "blank": (text_in("valid.txt", " \n\n"), "valid.txt is empty"),
        "unknown word": (text_in("valid.txt", "to\nbe so"), "valid.txt, line 2: .* no 'so'"),
        "another coding": (bytes_in("valid.txt", b"to\nbe\xff"), "valid.txt, line 2 is no text"),
        "zeros": (bytes_in("train.txt", b"to\0be"), "train.txt, line 1 is no text"),
        "packed": (bytes_in("train.txt", b"\x1f\x8b\x08\x00"), "it is packed by gzip"),
        "too short": (text_in("valid.txt", "to"), "write a smaller `window` or `batch`"),
        "missing": (gone("valid.txt"), "valid.txt: No such file"),
    },
    "mnist": IDX,
    "fashion_mnist": IDX,
    "cifar10": published("cifar-10-batches-py/data_batch_2", "cifar-10-batches-py/test_batch"),
    "cifar100": published("cifar-100-python/train", "cifar-100-python/test"),
    "svhn": published("train_32x32.mat", "test_32x32.mat"),
}
MAKE = {
    "csv": make_csv,
    "npz": make_npz,
    "images": make_images,
    "text": make_text,
    "mnist": make_idx,
    "fashion_mnist": make_idx,
    "cifar10": make_cifar10,
    "cifar100": make_cifar100,
    "svhn": make_svhn,
}


def read(source, args, split):
    window = {"window": 3} if source == "text" else {}
    data = Data(Call(source, args), split, 0, None, (), 2, **window)
    return load(data, STANDARD | SMALL)


@pytest.mark.parametrize("source", BAD)
def test_good_files_are_read(source, tmp_path, monkeypatch):
    sets = read(source, *MAKE[source](tmp_path, monkeypatch))
    assert len(sets.train) > 0
    assert len(sets.valid) > 0


CASES = [(source, what) for source, cases in BAD.items() for what in cases]


@pytest.mark.parametrize(("source", "what"), CASES)
def test_bad_files_are_told(source, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    args, split = MAKE[source](tmp_path, monkeypatch)
    spoil, why = BAD[source][what]
    spoil(tmp_path)
    with pytest.raises(DataError, match=why):
        read(source, args, split)
    assert not (tmp_path / "written by a pickle").exists()


def test_every_source_of_files_is_tried_on_six_or_more():
    embedded = {"digits", "breast_cancer", "diabetes", "python_docs"}
    assert set(BAD) == set(STANDARD.of(SourceType)) - embedded
    assert all(len(cases) >= 6 for cases in BAD.values())
