"""Folders of the user's own pictures: as a source, and as the start of a spec."""

import os
import struct
import zlib

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from hypertune.catalogue import Unreadable
from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.data import DataError
from hypertune.data.image_folder import IMAGES
from hypertune.data.loading import load
from hypertune.data.stored import Stored
from hypertune.ir import Call, Data
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.tuning import prepare


def picture(path, shade, size=(6, 5), mode="RGB"):
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new(mode, size, shade).save(path)


def cut(path, kept):
    path.write_bytes(path.read_bytes()[:kept])


def chunk(kind, content):
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(path, side, *more):
    """A small file that says it is a large picture."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    ends = chunk(b"IDAT", zlib.compress(bytes(100))), chunk(b"IEND", b"")
    path.write_bytes(b"".join([b"\x89PNG\r\n\x1a\n", header, *more, *ends]))


def huge(path, side):
    png(path, side)


def wordy(path):
    png(path, 5, chunk(b"zTXt", b"remark\0\0" + zlib.compress(bytes(2**24))))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for i in range(8):
        picture(tmp_path / "pets" / "dog" / f"{i}.png", (10, 20, i))
        picture(tmp_path / "pets" / "cat" / f"{i}.png", (200, 100, i))
    return tmp_path / "pets"


def test_pictures_are_bytes_with_channels_first_and_folders_classes(folder):
    x, y = IMAGES.load({"folder": str(folder)})["all"]
    assert (x.shape, x.dtype) == ((16, 3, 5, 6), np.uint8)
    assert y.tolist() == [0] * 8 + [1] * 8
    assert x[9, :, 0, 0].tolist() == [10, 20, 1]


def test_folder_tells_shape_classes_and_size(folder):
    (folder / "empty").mkdir()
    (folder / "readme.txt").write_text("mine", encoding="utf-8")
    seen = IMAGES.seen({"folder": str(folder)})
    assert (seen.shape, seen.classes, seen.sizes) == ((3, 5, 6), 2, {"all": 16})


def test_grey_pictures_have_one_channel(tmp_path):
    for name in "ab":
        picture(tmp_path / name / "1.png", 7, mode="L")
    assert IMAGES.load({"folder": str(tmp_path)})["all"][0].shape == (2, 1, 5, 6)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda f: picture(f / "dog" / "9.png", 0, size=(7, 5)), "7 by 5 in colour"),
        (lambda f: picture(f / "dog" / "9.png", 0, mode="L"), "6 by 5 in grey"),
        (lambda f: (f / "dog" / "9.png").write_bytes(b"no picture"), "9.png is no picture"),
        (lambda f: cut(f / "dog" / "7.png", 48), "7.png is no picture that can be read"),
        (
            lambda f: picture(f / "dog" / "9.png", 9, mode="I;16"),
            "9.png is a grey picture of more",
        ),
        (lambda f: (f / "dog" / "9.png").mkdir(), "9.png is a folder"),
        (lambda f: os.mkfifo(f / "dog" / "9.png"), "9.png is a pipe"),
        (lambda f: (f / "dog" / "9.png").symlink_to("/dev/zero"), "9.png is a device"),
        (
            lambda f: huge(f / "dog" / "9.png", 200_000),
            "9.png has more than the 50_000_000 pixels",
        ),
        (lambda f: huge(f / "dog" / "9.png", 10_000), "9.png has more than the 50_000_000 pixels"),
        (lambda f: wordy(f / "dog" / "9.png"), "9.png is no picture that can be read"),
    ],
    ids=[
        "size",
        "colour",
        "damage",
        "cut",
        "16 bits",
        "folder",
        "pipe",
        "device",
        "bomb",
        "large",
        "text that unpacks to very much",
    ],
)
def test_folder_that_cannot_be_used_is_refused_with_the_reason(folder, spoil, why):
    spoil(folder)
    source = Call("images", {"folder": str(folder)})
    data = Data(source, {"train": 0.5, "valid": 0.5}, 0, None, (), 4)
    with pytest.raises(DataError, match=why):
        load(data, STANDARD)


def test_folder_of_one_class_is_refused(folder):
    with pytest.raises(Unreadable, match="holds 0 folders with pictures"):
        IMAGES.seen({"folder": str(folder / "dog")})


def test_new_spec_compiles_without_a_warning_and_trains(folder):
    made = CliRunner().invoke(main, ["new", "--data", "pets", "-o", "pets.hspec"])
    assert made.exit_code == 0, made.output
    assert CliRunner().invoke(main, ["check", "--strict", "pets.hspec"]).exit_code == 0
    assert CliRunner().invoke(main, ["fmt", "--check", "pets.hspec"]).exit_code == 0
    asked = ["train", "pets.hspec", "--epochs", "7", "--out", "run"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output


def test_new_wants_no_target_for_pictures(folder):
    assert CliRunner().invoke(main, ["new", "--data", "pets", "--target", "y"]).exit_code == 2


def test_what_programs_hide_is_no_class_and_no_picture(folder):
    picture(folder / ".ipynb_checkpoints" / "1.png", 0)
    (folder / "cat" / "._1.png").write_bytes(b"of another system")
    seen = IMAGES.seen({"folder": str(folder)})
    assert (seen.class_names, seen.sizes) == (("cat", "dog"), {"all": 16})


@pytest.fixture
def cached(folder, monkeypatch):
    """The folder, its pixels kept in a file of their own."""
    monkeypatch.setattr("hypertune.data.image_folder.MOST_DECODED", 100)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    return folder


def kept(folder):
    return [*(folder.parent / "home/.cache/hypertune/images").rglob("*.*")]


def no_decoding(monkeypatch):
    def read(path):
        if path.name != "0.png":  # which tells the shape
            raise AssertionError(f"{path} is decoded again")
        return Image.new("RGB", (6, 5))

    monkeypatch.setattr("hypertune.data.image_folder._read", read)


def test_many_pictures_are_decoded_once(cached, monkeypatch):
    first, _ = IMAGES.load({"folder": str(cached)})["all"]
    assert len(kept(cached)) == 1
    no_decoding(monkeypatch)
    again, y = IMAGES.load({"folder": str(cached)})["all"]
    assert not isinstance(again, np.memmap)
    assert again.tolist() == first.tolist()
    assert y.tolist() == [0] * 8 + [1] * 8
    assert again[9, :, 0, 0].tolist() == [10, 20, 1]


def test_a_changed_picture_is_decoded_anew_and_the_older_pixels_go(cached):
    IMAGES.load({"folder": str(cached)})
    (before,) = kept(cached)
    picture(cached / "dog" / "1.png", (1, 2, 250))
    x, _ = IMAGES.load({"folder": str(cached)})["all"]
    assert x[9, :, 0, 0].tolist() == [1, 2, 250]
    (after,) = kept(cached)
    assert after != before


@pytest.mark.parametrize("size", [0, 100, 500])
def test_pixels_that_were_cut_short_are_decoded_anew(cached, size):
    first, _ = IMAGES.load({"folder": str(cached)})["all"]
    cut(kept(cached)[0], size)
    assert IMAGES.load({"folder": str(cached)})["all"][0].tolist() == first.tolist()


def test_a_picture_that_cannot_be_read_leaves_no_pixels_behind(cached):
    (cached / "dog" / "9.png").write_bytes(b"no picture")
    with pytest.raises(Unreadable, match=r"9\.png is no picture"):
        IMAGES.load({"folder": str(cached)})
    assert kept(cached) == []


def test_pixels_that_no_disk_holds_are_refused(cached, monkeypatch):
    room = type("Room", (), {"free": 1000})
    monkeypatch.setattr("hypertune.data.picture_cache.shutil.disk_usage", lambda place: room)
    with pytest.raises(Unreadable, match=r"the pixels of .*pets take 1\.4 KiB in .* are free"):
        IMAGES.load({"folder": str(cached)})


SPEC = """
hspec 1
hyper p : rate = 0.5
data {
  source = images("pets"); split = (train = 12, valid = 4); scale = standardize
  augment = flip(p); corrupt = labels(20%); batch = 5
}
model (3, 5, 6) given * { flatten; linear(2) }
objective { train = cross_entropy; valid = cross_entropy; report = accuracy }
tune {
  method = delta_stn(warmup = 0); weights = sgd(lr = 0.01); hypers = adam(lr = 0.01); epochs = 3
}
"""


def trained():
    made = prepare(place(compile_text(SPEC).program, STANDARD, ("cpu",)))
    list(made.training.run())
    return made, made.evaluate("valid"), made.plain_state()


def test_a_training_on_pictures_that_fit_in_no_memory_is_the_same(cached, monkeypatch):
    made, found, weights = trained()
    assert isinstance(made.sets.train.x, torch.Tensor)
    monkeypatch.setattr("hypertune.data.picture_cache.free_bytes", lambda: 1000)
    streamed, again, same = trained()
    assert isinstance(streamed.sets.train.x, Stored)
    assert again == found
    assert all(torch.equal(same[name], weight) for name, weight in weights.items())
    numbers = torch.arange(3)
    chosen = streamed.sets.valid.rows(numbers)
    assert torch.equal(chosen.inputs, made.sets.valid.rows(numbers).inputs)
    assert torch.equal(streamed.sets.train.whole().inputs, made.sets.train.whole().inputs)


def test_pictures_that_fit_in_no_memory_are_refused(folder, monkeypatch):
    monkeypatch.setattr("hypertune.data.main_memory.free_bytes", lambda: 1000)
    with pytest.raises(Unreadable, match=r"pets of 16 pictures takes 1\.4 KiB of memory"):
        IMAGES.load({"folder": str(folder)})
