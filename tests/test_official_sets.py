"""CIFAR and SVHN: read from the published files, of which none is opened that is another."""

import os
import pickle

import numpy as np
import pytest
import torch
from published import publish, publish_digits
from scipy.io import loadmat
from torchvision import datasets

from hypertune.catalogue import SourceType
from hypertune.data import DataDamaged, DataMissing, DownloadFailed
from hypertune.data.loading import load
from hypertune.ir import Call, Data
from hypertune.standard import STANDARD


def sets(source, root, download=False, count=4):
    args = {"root": str(root), "download": download}
    data = Data(Call(source, args), {"train": count - 1, "valid": 1}, None, None, (), None)
    return load(data, STANDARD)


@pytest.mark.parametrize(("source", "name"), [("cifar10", "CIFAR10"), ("cifar100", "CIFAR100")])
@pytest.mark.parametrize("below", [True, False])
def test_batches_are_read_as_bytes_with_channels_first(monkeypatch, tmp_path, source, name, below):
    folder = publish(monkeypatch, tmp_path, name)
    found = sets(source, folder if below else tmp_path)
    batch = pickle.loads((folder / getattr(datasets, name).train_list[0][0]).read_bytes())
    assert found.train.x.dtype == torch.uint8
    assert found.train.x.tolist() == batch["data"].reshape(-1, 3, 32, 32)[:3].tolist()
    assert found.train.y.tolist() == [0, 1, 2]
    assert found.test.y.tolist() == [0, 1, 2]


class Code:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("written by a pickle",)


@pytest.mark.parametrize("file", ["data_batch_1", "test_batch", "batches.meta"])
def test_pickle_that_is_not_the_published_one_is_never_opened(monkeypatch, tmp_path, file):
    monkeypatch.chdir(tmp_path)
    folder = publish(monkeypatch, tmp_path, "CIFAR10")
    (folder / file).write_bytes(pickle.dumps(Code()))
    with pytest.raises(DataDamaged, match=f"{file} is not the published file"):
        sets("cifar10", tmp_path)
    assert not (tmp_path / "written by a pickle").exists()


def test_file_that_is_missing_is_told_by_name(monkeypatch, tmp_path):
    folder = publish(monkeypatch, tmp_path, "CIFAR10")
    (folder / "data_batch_3").unlink()
    (folder / "test_batch").unlink()
    os.mkfifo(folder / "test_batch")
    with pytest.raises(DataMissing) as caught:
        sets("cifar10", tmp_path)
    told = "there is no cifar-10-batches-py/data_batch_3 and no cifar-10-batches-py/test_batch"
    assert str(caught.value).endswith(told)


def test_download_that_fails_is_told(monkeypatch, tmp_path):
    def offline(*words):
        raise OSError("no route to host\nand more of it")

    for door in ("download_and_extract_archive", "download_url"):
        monkeypatch.setattr(f"torchvision.datasets.utils.{door}", offline)
    for source in ("cifar10", "svhn"):
        with pytest.raises(DownloadFailed, match="no route to host; check"):
            sets(source, tmp_path, download=True)


def test_digits_of_houses_are_read_with_their_zeros(monkeypatch, tmp_path):
    publish_digits(monkeypatch, tmp_path)
    found = sets("svhn", tmp_path, count=5)
    assert found.train.x.shape == (4, 3, 32, 32)
    assert found.train.x.dtype == torch.uint8
    assert found.train.y.tolist() == [0, 1, 2, 3]
    pixels = loadmat(tmp_path / "test_32x32.mat")["X"]
    assert found.test.x[1, 2, 3, 4] == pixels[3, 4, 2, 1]


def test_the_real_cifar10_is_what_it_declares():
    kind = STANDARD.of(SourceType)["cifar10"]
    try:
        loaded = kind.load({"root": "", "download": False})
    except DataMissing as missing:
        pytest.skip(f"HYPERTUNE_DATA={os.environ.get('HYPERTUNE_DATA', '')}: {missing}")
    for part, size in kind.sizes.items():
        x, y = loaded[part]
        assert x.shape == (size, *kind.shape)
        assert np.bincount(y).tolist() == [size // 10] * 10
    assert kind.class_names[loaded["train"][1][0]] == "frog"
