"""Every source gives what it declares; one whose files are not there says so."""

import gzip
import os

import numpy as np
import pytest
import torch

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


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
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


def write_idx(path, array):
    kinds = bytes([0, 0, 8, array.ndim])
    path.write_bytes(kinds + np.array(array.shape, dtype=">i4").tobytes() + array.tobytes())


def lay_out(root, train=12, test=4):
    """A small set in the files and the format of the real one."""
    raw = root / "FashionMNIST/raw"
    raw.mkdir(parents=True)
    source = np.random.default_rng(0)
    for name, count in (("train", train), ("t10k", test)):
        images = source.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        write_idx(raw / f"{name}-images-idx3-ubyte", images)
        write_idx(raw / f"{name}-labels-idx1-ubyte", np.arange(count, dtype=np.uint8) % 10)
    return raw


def test_a_standard_set_is_read_as_bytes_in_the_order_of_its_files(tmp_path):
    lay_out(tmp_path)
    data = split_as(
        "fashion_mnist", {"train": 9, "valid": 3}, seed=None, args={"root": str(tmp_path)}
    )
    sets = load(data, CATALOGUE)
    assert sets.train.x.shape == (9, 1, 28, 28)
    assert sets.train.x.dtype == torch.uint8
    assert sets.train.y.tolist() == [*range(9)]
    assert sets.valid.y.tolist() == [9, 0, 1]
    assert sets.test.y.tolist() == [0, 1, 2, 3]
    assert sets.train.whole()[0].max() <= 1


@pytest.mark.parametrize("kept", [0, 3, 10, 500])
def test_files_that_are_cut_short_are_told(kept, tmp_path):
    images = lay_out(tmp_path) / "train-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:kept])
    data = split_as("fashion_mnist", {"train": 9}, args={"root": str(tmp_path)})
    with pytest.raises(DataDamaged, match="fashion_mnist"):
        load(data, CATALOGUE)


def test_files_of_another_kind_are_told(tmp_path):
    raw = lay_out(tmp_path)
    (raw / "t10k-labels-idx1-ubyte").write_bytes(gzip.compress(b"not a set"))
    data = split_as("fashion_mnist", {"train": 9}, args={"root": str(tmp_path)})
    with pytest.raises(DataDamaged, match="fashion_mnist"):
        load(data, CATALOGUE)


def test_the_real_fashion_mnist_is_what_it_declares():
    try:
        sets = load(split_as("fashion_mnist", {"train": 51_000, "valid": 9_000}, None), CATALOGUE)
    except DataMissing as missing:
        pytest.skip(f"HYPERTUNE_DATA={os.environ.get('HYPERTUNE_DATA', '')}: {missing}")
    assert [len(sets.train), len(sets.valid), len(sets.test)] == [51_000, 9_000, 10_000]
    assert sets.train.x.shape[1:] == SOURCES["fashion_mnist"].shape
    assert sets.train.y[:5].tolist() == [9, 0, 0, 3, 0]
    assert torch.bincount(sets.test.y).tolist() == [1000] * 10
