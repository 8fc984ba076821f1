"""Folders of the user's own pictures: as a source, and as the start of a spec."""

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from hypertune.catalogue import Unreadable
from hypertune.cli import main
from hypertune.data import DataError
from hypertune.data.image_folder import IMAGES
from hypertune.data.loading import load
from hypertune.ir import Call, Data
from hypertune.standard import STANDARD


def picture(path, shade, size=(6, 5), mode="RGB"):
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new(mode, size, shade).save(path)


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
    ],
    ids=["size", "colour", "damage"],
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
