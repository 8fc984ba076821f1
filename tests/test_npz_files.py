"""Arrays of the user's own, as a source."""

import numpy as np
import pytest
from click.testing import CliRunner

from hypertune.catalogue import Unreadable
from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.data.loading import load
from hypertune.data.npz_file import NPZ
from hypertune.standard import STANDARD


@pytest.fixture
def saved(tmp_path):
    def save(**arrays):
        np.savez(tmp_path / "a.npz", **arrays)
        return {"file": str(tmp_path / "a.npz")}

    return save


def test_whole_numbers_are_classes_and_floats_real(saved):
    x = np.zeros((4, 3, 2), np.float32)
    seen = NPZ.seen(saved(x=x, y=np.array([0, 2, 1, 0])))
    assert (seen.shape, seen.classes, seen.sizes) == ((3, 2), 3, {"all": 4})
    assert NPZ.seen(saved(x=x, y=np.zeros(4))).classes == 0


def test_bytes_stay_bytes(saved):
    x, y = NPZ.load(saved(x=np.arange(6, dtype=np.uint8).reshape(3, 2), y=np.ones(3)))["all"]
    assert (x.dtype, x.tolist(), y.tolist()) == (np.uint8, [[0, 1], [2, 3], [4, 5]], [1, 1, 1])


def test_spec_is_held_against_the_file(saved):
    file = saved(x=np.random.default_rng(0).normal(size=(40, 5)), y=np.arange(40) % 3)["file"]
    program = compile_text(f"""
        hspec 1
        data {{ source = npz("{file}"); split = (train = 50%, valid = 50%); batch = 10 }}
        model (5,) {{ linear(3) }}
        objective {{ train = cross_entropy; valid = cross_entropy }}
        tune {{ method = fixed; weights = sgd(lr = 0.1); epochs = 1 }}
        """).program
    assert len(load(program.data, STANDARD).train) == 20


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({"x": np.zeros((2, 2))}, "no array `y`; there are `x`"),
        ({"x": np.zeros((2, 2)), "y": np.zeros(3)}, "a row of `x` for each number of `y`"),
        ({"x": np.zeros(2), "y": np.zeros(2)}, "a row of `x` for each number of `y`"),
        ({"x": np.full((2, 2), np.nan), "y": np.zeros(2)}, "not finite"),
        ({"x": np.zeros((2, 2)), "y": np.array([-1, 1])}, "must count from 0"),
        ({"x": np.zeros((2, 2)), "y": np.array(["a", "b"])}, "`y` of .* holds no numbers"),
        ({"x": np.zeros((2, 2)), "y": np.array([None, 1])}, "no .npz file of numbers"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused_with_the_reason(saved, arrays, why):
    with pytest.raises(Unreadable, match=why):
        NPZ.seen(saved(**arrays))


def test_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    path.write_text("text", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"no \.npz file of numbers"):
        NPZ.seen({"file": str(path)})
    with pytest.raises(Unreadable, match="No such file"):
        NPZ.seen({"file": str(tmp_path / "nowhere.npz")})


@pytest.mark.parametrize(
    ("shape", "first"),
    [((5,), "linear(64)"), ((6, 7), "flatten"), ((3, 8, 8), "conv2d"), ((8, 8, 3), "flatten")],
)
@pytest.mark.parametrize("real", [True, False])
def test_new_spec_compiles_without_a_warning(saved, monkeypatch, tmp_path, shape, first, real):
    monkeypatch.chdir(tmp_path)
    saved(
        x=np.random.default_rng(0).normal(size=(40, *shape)),
        y=np.linspace(0, 1, 40) if real else np.arange(40) % 3,
    )
    made = CliRunner().invoke(main, ["new", "--data", "a.npz", "-o", "a.hspec"])
    assert made.exit_code == 0, made.output
    text = (tmp_path / "a.hspec").read_text()
    found = compile_text(text, "a.hspec")
    assert found.warnings == ()
    assert text.partition("given * {\n")[2].lstrip().startswith(first)


def test_new_wants_no_target_for_arrays():
    asked = ["new", "--data", "a.npz", "--target", "y"]
    assert CliRunner().invoke(main, asked).exit_code == 2
