"""Arrays of the user's own, as a source."""

import io
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner

from hypertune.catalogue import Unreadable
from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.data.loading import load
from hypertune.data.npz_file import NPZ
from hypertune.standard import STANDARD

PLAIN = {"classes": None, "valid": "", "test": ""}


@pytest.fixture
def saved(tmp_path):
    def save(classes=None, **arrays):
        np.savez(tmp_path / "a.npz", **arrays)
        return {**PLAIN, "file": str(tmp_path / "a.npz"), "classes": classes}

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
        ({"x": np.zeros((2, 2)), "y": np.array([0, 1_000_000])}, "2 from 0 to 1_000_000; number"),
        ({"x": np.zeros((2, 2)), "y": np.array([1, 1])}, "is 1 everywhere"),
        ({"x": np.array([[1, 2], [3, np.inf]]), "y": np.zeros(2)}, r"`x\[1, 1\]` is inf"),
        ({"x": np.zeros((2, 2), complex), "y": np.zeros(2)}, "holds no numbers"),
        ({"x": np.zeros((2, 2)), "y": np.array([0, 0.5]), "classes": True}, r"`y\[1\]` .* is 0.5"),
        ({"x": np.zeros((2, 2)), "y": np.array(["a", "b"])}, "`y` of .* holds no numbers"),
        ({"x": np.zeros((2, 2)), "y": np.array([None, 1])}, "`y` of .* holds no numbers"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused_with_the_reason(saved, arrays, why):
    with pytest.raises(Unreadable, match=why):
        NPZ.seen(saved(**arrays))


def test_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    path.write_text("text", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"no \.npz file of numbers"):
        NPZ.seen(PLAIN | {"file": str(path)})
    with pytest.raises(Unreadable, match="No such file"):
        NPZ.seen(PLAIN | {"file": str(tmp_path / "nowhere.npz")})


@pytest.mark.parametrize(
    ("shape", "first"),
    [((5,), "noise(noise)"), ((6, 7), "flatten"), ((3, 8, 8), "conv2d"), ((8, 8, 3), "flatten")],
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


@pytest.mark.parametrize("kind", [">i4", "<u2", "?", ">f8", "f2", "g"])
def test_numbers_in_any_order_of_bytes_and_precision_are_read(saved, kind):
    y = np.array([0, 1, 1]).astype(kind)
    x, target = NPZ.load(saved(x=np.arange(6).reshape(3, 2).astype(kind), y=y))["all"]
    assert target.tolist() == [0, 1, 1]
    assert target.dtype == (np.float64 if y.dtype.kind == "f" else np.int64)
    assert x.dtype == (np.float32 if kind == "f2" else np.float64)
    assert x.dtype.isnative


def test_number_that_a_double_cannot_hold_is_refused(saved):
    if np.finfo("g").max == np.finfo("d").max:
        pytest.skip("a long double is a double here")
    x = np.array([[np.longdouble("1e4000")], [np.longdouble(1)]])
    with pytest.raises(Unreadable, match="not finite"):
        NPZ.seen(saved(x=x, y=np.array([0, 1])))


@pytest.mark.parametrize(
    ("y", "classes", "count"),
    [([0.0, 1, 2, 0], True, 3), ([3, 700, 9, 9], False, 0), ([0, 1, 2, 0], False, 0)],
)
def test_spec_says_whether_numbers_are_classes(saved, y, classes, count):
    found = saved(x=np.zeros((4, 2)), y=np.array(y), classes=classes)
    assert NPZ.seen(found).classes == count
    assert NPZ.load(found)["all"][1].tolist() == y


def claiming(path, shape, **options):
    """An archive whose header of `x` claims a shape that its bytes do not have."""
    header = io.BytesIO()
    about = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, about)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", header.getvalue() + bytes(options.get("size", 16)))
        with archive.open("y.npy", "w") as y:
            np.lib.format.write_array(y, np.array([0, 1]))
    return PLAIN | {"file": str(path)}


def test_header_that_claims_more_than_there_is_is_refused_before_it_is_believed(tmp_path):
    with pytest.raises(Unreadable, match="claims to be 1000000000 x 8 and has other bytes"):
        NPZ.seen(claiming(tmp_path / "a.npz", (10**9, 8)))


def test_small_file_that_unpacks_to_very_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("hypertune.data.packed_arrays.MOST_UNPACKED", 2**20)
    with pytest.raises(Unreadable, match=r"unpacks to 8.0 MiB, more than 200 times"):
        NPZ.seen(claiming(tmp_path / "a.npz", (2**20, 1), size=2**23))


def test_array_that_fits_in_no_memory_is_refused(saved, monkeypatch):
    monkeypatch.setattr("hypertune.data.main_memory.free_bytes", lambda: 1000)
    with pytest.raises(Unreadable, match=r"takes 1\.6 KiB of memory, and 1000 bytes are free"):
        NPZ.seen(saved(x=np.zeros((100, 1)), y=np.zeros(100)))


def test_array_by_itself_is_told_as_what_it_is(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(3))
    with pytest.raises(Unreadable, match=r"it is an array of numpy \(.npy\): put `x` and `y`"):
        NPZ.seen(PLAIN | {"file": str(tmp_path / "a.npy")})


def test_files_of_their_own_validate_and_test(saved, tmp_path):
    def other(name, x, y):
        np.savez(tmp_path / name, x=x, y=y)
        return {name.removesuffix(".npz"): str(tmp_path / name)}

    args = saved(x=np.zeros((4, 3)), y=np.array([0, 1, 2, 0]))
    valid = other("valid.npz", np.ones((2, 3), np.float32), np.array([0.0, 2.0]))
    seen = NPZ.seen(args | valid)
    assert (seen.sizes, seen.classes) == ({"train": 4, "valid": 2}, 3)
    x, y = NPZ.load(args | valid)["valid"]
    assert (x.dtype, y.dtype, y.tolist()) == (np.float64, np.int64, [0, 2])
    for x, y, why in (
        (np.ones((2, 4)), [0, 1], r"`x` is \(2, 4\) .* in .*a.npz `x` is \(4, 3\)"),
        (np.ones((2, 3)), [0, 3], r"`y\[1\]` of .*test.npz is 3, a class of no training example"),
        (np.ones((2, 3), np.uint8), [0, 1], "of bytes in one of"),
    ):
        with pytest.raises(Unreadable, match=why):
            NPZ.seen(args | other("test.npz", x, np.array(y)))
    with pytest.raises(Unreadable, match="`file` and `test` are one file"):
        NPZ.seen(args | {"test": args["file"]})


@pytest.mark.parametrize(
    ("y", "asks"),
    [(np.arange(40) % 3 / 1.0, True), (np.arange(400) % 100, True), (np.arange(40) % 3, False)],
    ids=["whole floats", "many classes", "few classes"],
)
def test_new_asks_what_whole_numbers_are(saved, monkeypatch, tmp_path, y, asks):
    monkeypatch.chdir(tmp_path)
    saved(x=np.random.default_rng(0).normal(size=(len(y), 5)), y=y)
    done = CliRunner().invoke(main, ["new", "--data", "a.npz"])
    assert done.exit_code == (2 if asks else 0), done.stderr
    assert "--regression" in done.stderr
    for word, loss in (("--classes", "cross_entropy"), ("--regression", "mse")):
        done = CliRunner().invoke(main, ["new", "--data", "a.npz", word, "-o", f"{loss}.hspec"])
        assert done.exit_code == 0, done.stderr
        program = compile_text((tmp_path / f"{loss}.hspec").read_text()).program
        assert program.objective.valid[0].loss.kind == loss
