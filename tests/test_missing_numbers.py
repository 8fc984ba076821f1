"""Missing numbers of a table are refused, or filled in from the training part alone."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from hypertune.catalogue import Unreadable
from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.data import DataError
from hypertune.data.csv_table import CSV, read_table
from hypertune.data.filling import filled
from hypertune.data.loading import load
from hypertune.ir import Call, Data
from hypertune.standard import STANDARD

TABLE = "a,b,y\n1,up,0.5\n,down,1.5\nNA,,2.5\n7,?,3.5\n9,up,4.5\n"


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="t.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


def args(how, **others):
    plain = {"file": "t.csv", "target": "y", "classes": None, "valid": "", "test": ""}
    return plain | {"missing": how} | others


def sets(how, train, scale=None):
    split = {"train": train, "valid": 1}
    return load(Data(Call("csv", args(how)), split, None, scale, (), None), STANDARD)


@pytest.mark.parametrize("cell", ["", "NA", "nan", "?", "-", "none"])
def test_missing_number_is_refused_with_what_would_fill_it_in(table, cell):
    table(f"a,y\n1,0.5\n{cell},1.5\n3,2.5\n")
    with pytest.raises(Unreadable, match=r'line 3: .*or write `missing = "mean"`'):
        read_table("t.csv", "y")


def test_missing_cells_are_no_number_and_no_word(table):
    table(TABLE)
    x, _ = CSV.load(args("mean"))["all"]
    assert CSV.seen(args("mean")).columns == ("a", "b=down", "b=up")
    np.testing.assert_equal(x[:, 0], [1, np.nan, np.nan, 7, 9])
    assert x[:, 1:].tolist() == [[0, 1], [1, 0], [0, 0], [0, 0], [0, 1]]


@pytest.mark.parametrize(("how", "middle"), [("mean", 4.0), ("median", 4.0)])
def test_what_is_filled_in_comes_from_the_training_part_alone(table, how, middle):
    table(TABLE)
    found = sets(how, 4)  # without the 9
    assert found.train.x[:, 0].tolist() == [1, middle, middle, 7]
    assert found.valid.x[:, 0].tolist() == [9]


def test_missing_number_of_the_validation_part_is_filled_in_too(table):
    table("a,y\n1,0.5\n2,1.5\n6,2.5\nNA,3.5\n")
    assert sets("mean", 3).valid.x.tolist() == [[3]]
    assert sets("median", 3).valid.x.tolist() == [[2]]
    standardized = sets("mean", 3, Call("standardize")).valid.x
    torch.testing.assert_close(standardized, torch.zeros(1, 1))


@pytest.mark.parametrize("count", [5, 6])
def test_medians_are_those_of_numpy(count):
    x = torch.randn(count, 3, generator=torch.Generator().manual_seed(0)).double()
    x[1, 1] = x[2, 2] = float("nan")
    parts = {"train": (x, torch.zeros(count))}
    found = filled(parts, "median", ("a", "b", "c"))[0]["train"][0]
    expected = np.nanmedian(x.numpy(), 0)
    assert found[1, 1].item() == pytest.approx(expected[1])
    assert found[2, 2].item() == pytest.approx(expected[2])


def test_column_without_a_number_in_the_training_part_is_refused(table):
    table("a,b,y\n,1,0.5\n,2,1.5\n3,3,2.5\n")
    with pytest.raises(DataError, match="no training example has a number in the column `a`"):
        sets("mean", 2)
    table("a,b,y\n,1,0.5\n?,2,1.5\n")
    with pytest.raises(Unreadable, match=r"the column `a` of t\.csv holds nothing: leave it out"):
        read_table("t.csv", "y", missing=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a,y\n1,0.5\n2,\n", "line 3: the column `y` is empty"),
        ("a,y\n1,0.5\n2,NA\n", "line 3: `NA` in the column `y` is no number"),
        ("a,y\n1,0.5\nred,2\n", "line 3: `red` in the column `a` is no number"),
        ("a,y\n1,0.5\ninf,2\n", "line 3: `inf` in the column `a` is no number"),
    ],
)
def test_nothing_else_is_filled_in(table, text, why):
    table(text)
    with pytest.raises(Unreadable, match=why):
        read_table("t.csv", "y", missing=True)


def test_new_fills_in_where_that_is_asked(table):
    lines = "".join(f"{'' if i % 7 == 3 else i},{i / 3:.2f}\n" for i in range(30))
    table(f"a,y\n{lines}")
    asked = ["new", "--data", "t.csv", "--target", "y", "-o", "t.hspec"]
    assert CliRunner().invoke(main, asked).exit_code == 4
    done = CliRunner().invoke(main, [*asked, "--missing", "median"])
    assert done.exit_code == 0, done.stderr
    program = compile_text(Path("t.hspec").read_text(encoding="utf-8")).program
    assert load(program.data, STANDARD).train.x.isfinite().all()
    assert program.data.source.args["missing"] == "median"


SPEC = """\
hspec 1
data {
  source = csv("t.csv", target = "y", missing = "median")
  split = (train = 3, valid = 1, test = 1)
  batch = all
  scale = standardize
}
model (1,) { linear(1) }
objective { train = mse; valid = mse }
tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
"""


@pytest.mark.parametrize("third", ["NA", "6"], ids=["one is missing", "none is missing"])
def test_an_exported_module_fills_in_the_same_numbers(table, third):
    table(f"a,y\n1,0.5\n2,1.5\n{third},2.5\n3,3.5\n4,4.5\n")
    table(SPEC, "a.hspec")
    done = CliRunner().invoke(main, ["train", "a.hspec", "--device", "cpu", "--out", "run"])
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(main, ["export", "run", "-o", "net.py"]).exit_code == 0
    module = runpy.run_path("net.py")
    data = load(compile_text(SPEC).program.data, STANDARD)
    (middle,) = module["FILL"]
    assert [middle] == data.fill.tolist()
    missing, there = torch.tensor([[float("nan")]]), torch.tensor([[middle]])
    assert torch.equal(module["scaled"](missing), module["scaled"](there))
    assert torch.isfinite(module["load"]()(module["scaled"](missing))).all()
