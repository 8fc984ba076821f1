"""Every source gives what it declares; one whose files are not there says so."""

import gzip
import os
import tracemalloc
from math import prod

import numpy as np
import pytest
import torch
from published import SMALL, lay_out
from sklearn.datasets import load_digits

from hypertune.catalogue import Catalogue, SourceType
from hypertune.data import STANDARD, DataDamaged, DataMissing, DownloadFailed
from hypertune.data.loading import load
from hypertune.data.standard_sets import folders
from hypertune.ir import Call, Data

CATALOGUE = Catalogue(STANDARD)
SOURCES = CATALOGUE.of(SourceType)
EMBEDDED = [name for name, kind in SOURCES.items() if "all" in kind.sizes]
SHARES = {"train": 0.6, "valid": 0.2, "test": 0.2}


def split_as(source, split, seed=0, args=None):
    files = {"root": "", "download": False} if SOURCES[source].args else {}
    return Data(Call(source, files | (args or {})), split, seed, None, (), None)


@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_source_gives_what_it_declares(name):
    kind = SOURCES[name]
    ((x, y),) = kind.load({}).values()
    assert x.shape == (kind.sizes["all"], *kind.shape)
    assert len(y) == len(x)
    if kind.classes:
        assert set(y.tolist()) == set(range(kind.classes))
    else:
        assert y.std() > 0


@pytest.mark.parametrize("name", EMBEDDED)
def test_parts_are_tensors_of_the_right_types(name):
    sets = load(split_as(name, SHARES), CATALOGUE)
    for part in (sets.train, sets.valid, sets.test):
        assert part.x.dtype == torch.float32
        assert part.y.dtype == (torch.int64 if SOURCES[name].classes else torch.float32)
    assert len(sets.train) + len(sets.valid) + len(sets.test) == SOURCES[name].sizes["all"]


def test_digits_are_those_of_scikit_learn():
    loaded = SOURCES["digits"].load({})["all"]
    x, y = load_digits(return_X_y=True)
    assert (loaded[0].reshape(len(x), -1) * 16 == x).all()
    assert (loaded[1] == y).all()


def test_pixels_of_digits_lie_between_0_and_1():
    x = load(split_as("digits", SHARES), CATALOGUE).train.x
    assert x.min() == 0
    assert x.max() == 1


def test_files_are_looked_for_where_the_user_says(monkeypatch, tmp_path):
    cache = tmp_path / ".cache/hypertune"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HYPERTUNE_DATA", raising=False)
    assert folders("") == (cache,)
    monkeypatch.setenv("HYPERTUNE_DATA", str(tmp_path / "sets"))
    assert folders("") == (tmp_path / "sets", cache)
    assert folders("~/mine") == (tmp_path / "mine",)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "cifar100", "svhn"])
def test_files_that_are_not_there_are_told_with_what_to_do(name, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HYPERTUNE_DATA", str(tmp_path / "sets"))
    with pytest.raises(DataMissing) as caught:
        load(split_as(name, {"train": 0.8, "valid": 0.2}), CATALOGUE)
    message = str(caught.value)
    assert name in message
    assert str(tmp_path / "sets") in message
    assert str(tmp_path / ".cache/hypertune") in message
    assert "download = true" in message
    assert "HYPERTUNE_DATA" in message


def test_an_empty_folder_holds_no_files(tmp_path):
    (tmp_path / "MNIST/raw").mkdir(parents=True)
    with pytest.raises(DataMissing):
        load(split_as("mnist", {"train": 0.8}, args={"root": str(tmp_path)}), CATALOGUE)


def test_a_download_that_fails_is_told(monkeypatch, tmp_path):
    def offline(self):
        raise OSError("no route to host\nand more of it")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", offline)
    asked = {"root": str(tmp_path), "download": True}
    with pytest.raises(DownloadFailed) as caught:
        load(split_as("mnist", {"train": 0.8}, args=asked), CATALOGUE)
    assert "no route to host; check" in str(caught.value)


def pack(raw):
    """The files as they come from the net."""
    for path in list(raw.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def small(root, name="fashion_mnist", split=None):
    split = split or {"train": 9, "valid": 3}
    return load(split_as(name, split, seed=None, args={"root": str(root)}), SMALL)


@pytest.mark.parametrize("folder", ["FashionMNIST/raw", "raw", "."])
@pytest.mark.parametrize("packed", [True, False])
def test_a_standard_set_is_read_as_bytes_in_the_order_of_its_files(tmp_path, folder, packed):
    raw = lay_out(tmp_path / folder)
    if packed:
        pack(raw)
    before = sorted(raw.iterdir())
    sets = small(tmp_path)
    assert sorted(raw.iterdir()) == before
    assert sets.train.x.shape == (9, 1, 28, 28)
    assert sets.train.x.dtype == torch.uint8
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)
    assert sets.train.x[:, 0].tolist() == pixels[:9].tolist()
    assert sets.train.y.tolist() == [*range(9)]
    assert sets.valid.y.tolist() == [9, 0, 1]
    assert sets.test.y.tolist() == [0, 1, 2, 3]
    assert sets.train.scaling.apply(sets.train.x).max() <= 1


def test_files_of_one_set_are_not_taken_for_those_of_another(tmp_path, monkeypatch):
    lay_out(tmp_path / "FashionMNIST/raw")
    with pytest.raises(DataMissing):
        small(tmp_path, "mnist")
    monkeypatch.setenv("HYPERTUNE_DATA", str(lay_out(tmp_path / "either")))
    with pytest.raises(DataMissing):
        small("", "mnist")


def test_files_that_are_there_in_part_are_told_by_name(tmp_path):
    raw = lay_out(tmp_path)
    (raw / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataMissing) as caught:
        small(tmp_path)
    wanted = "there is no t10k-labels-idx1-ubyte (or .gz)"
    assert str(caught.value) == f"of the files of `fashion_mnist` in {raw} {wanted}"


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("kept", [0, 3, 10, 500])
def test_files_that_are_cut_short_are_told(kept, packed, tmp_path):
    raw = lay_out(tmp_path)
    if packed:
        pack(raw)
    (images,) = raw.glob("train-images-idx3-ubyte*")
    images.write_bytes(images.read_bytes()[:kept])
    with pytest.raises(DataDamaged, match="train-images-idx3-ubyte"):
        small(tmp_path)


def idx(*shape, kind=8, tail=b""):
    header = bytes([0, 0, kind, len(shape)]) + np.array(shape, ">u4").tobytes()
    return header + bytes(prod(shape)) + tail


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(b"not a set"), "it is no IDX file of bytes with 1 axes"),
        (idx(4, kind=13), "it is no IDX file of bytes"),
        (idx(5), "it holds 5 bytes, and 4 are wanted"),
        (idx(4, tail=b"x"), "it has a tail"),
        (idx(4)[:8] + b"\0\1\2\x0a", "has the label 10"),
    ],
)
def test_files_of_another_kind_are_told(tmp_path, content, why):
    raw = lay_out(tmp_path)
    (raw / "t10k-labels-idx1-ubyte").write_bytes(content)
    with pytest.raises(DataDamaged, match=why):
        small(tmp_path)


def test_file_that_unpacks_to_very_much_is_unpacked_no_further_than_wanted(tmp_path):
    raw = lay_out(tmp_path)
    (raw / "train-labels-idx1-ubyte").unlink()
    bomb = gzip.compress(idx(12) + bytes(10**8))
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(bomb)
    tracemalloc.start()
    with pytest.raises(DataDamaged, match="it has a tail"):
        small(tmp_path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10**7


def test_the_real_fashion_mnist_is_what_it_declares():
    try:
        sets = load(split_as("fashion_mnist", {"train": 51_000, "valid": 9_000}, None), CATALOGUE)
    except DataMissing as missing:
        pytest.skip(f"HYPERTUNE_DATA={os.environ.get('HYPERTUNE_DATA', '')}: {missing}")
    assert [len(sets.train), len(sets.valid), len(sets.test)] == [51_000, 9_000, 10_000]
    assert sets.train.x.shape[1:] == SOURCES["fashion_mnist"].shape
    assert sets.train.y[:5].tolist() == [9, 0, 0, 3, 0]
    assert torch.bincount(sets.test.y).tolist() == [1000] * 10
