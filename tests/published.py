"""Small files in the layout and the format of the published sets."""

from __future__ import annotations

import hashlib
import pickle

import numpy as np
from attrs import evolve
from scipy.io import savemat
from torchvision import datasets

from hypertune.catalogue import Catalogue, SourceType
from hypertune.data.standard_sets import IdxSet
from hypertune.standard import STANDARD

LABELS = {"CIFAR10": "labels", "CIFAR100": "fine_labels"}


def put(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def publish(monkeypatch, root, name):
    """Small files in the layout of a set; they count as the published ones."""
    kind = getattr(datasets, name)
    folder = root / kind.base_folder
    source = np.random.default_rng(0)

    def published(files, count):
        told = []
        for file, _ in files:
            data = source.integers(0, 256, (count, 3072), dtype=np.uint8)
            batch = {"data": data, LABELS[name]: [*range(count)]}
            told.append([file, put(folder / file, pickle.dumps(batch, 2))])
        return told

    monkeypatch.setattr(kind, "train_list", published(kind.train_list, 4))
    monkeypatch.setattr(kind, "test_list", published(kind.test_list, 3))
    names = pickle.dumps({kind.meta["key"]: ["a", "b", "c", "d"]}, 2)
    told = kind.meta | {"md5": put(folder / kind.meta["filename"], names)}
    monkeypatch.setattr(kind, "meta", told)
    return folder


def publish_digits(monkeypatch, root):
    """The same of SVHN."""
    told = {}
    for part, count in (("train", 5), ("test", 2)):
        file = root / f"{part}_32x32.mat"
        pixels = np.random.default_rng(1).integers(0, 256, (32, 32, 3, count), dtype=np.uint8)
        savemat(file, {"X": pixels, "y": np.array([[10], [1], [2], [3], [9]][:count], np.uint8)})
        told[part] = ["", file.name, put(file, file.read_bytes())]
    monkeypatch.setattr(datasets.SVHN, "split_list", told)
    return root


def write_idx(path, array):
    kinds = bytes([0, 0, 8, array.ndim])
    path.write_bytes(kinds + np.array(array.shape, dtype=">i4").tobytes() + array.tobytes())


SOURCES = STANDARD.of(SourceType)
SIZES = {"train": 12, "test": 4}
SMALL = Catalogue(
    [
        evolve(SOURCES[name], sizes=SIZES, load=IdxSet(name, folder, (28, 28), SIZES).load)
        for name, folder in (("fashion_mnist", "FashionMNIST"), ("mnist", "MNIST"))
    ]
)


def lay_out(raw):
    """A small set in the files and the format of the real one."""
    raw.mkdir(parents=True, exist_ok=True)
    source = np.random.default_rng(0)
    for name, count in (("train", 12), ("t10k", 4)):
        images = source.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        write_idx(raw / f"{name}-images-idx3-ubyte", images)
        write_idx(raw / f"{name}-labels-idx1-ubyte", np.arange(count, dtype=np.uint8) % 10)
    return raw
