"""Tables of the user's own: as a source, and as the start of a spec."""

import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hypertune.catalogue import Seen, Unreadable
from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.data.csv_table import CSV, read_table
from hypertune.data.loading import load
from hypertune.data.looking import once
from hypertune.diagnostics import SpecError
from hypertune.jobs.trained import load_run
from hypertune.planning import plan
from hypertune.standard import STANDARD

FLOWERS = "width,colour, height\n1,red,2.5\n3,blue,4\n\n5,red,6e1\n"


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="t.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


PLAIN = {"classes": None, "missing": "refuse", "valid": "", "test": ""}


def rows(count, target):
    lines = [f"{i},{i * i % 7},{target(i)}" for i in range(count)]
    return "\n".join(["a,b,y", *lines]) + "\n"


def loaded(**args):
    return CSV.load({**PLAIN, **args})["all"]


def test_text_in_the_target_stands_for_classes_in_the_alphabet(table):
    x, y = loaded(file=table(FLOWERS), target="colour")
    assert x.tolist() == [[1, 2.5], [3, 4], [5, 60]]
    assert y.tolist() == [1, 0, 1]
    assert y.dtype == np.int64


def test_numbers_in_the_target_are_real(table):
    x, y = loaded(file=table("a,b\n1,2\n3,4\n"), target="b")
    assert (x.tolist(), y.tolist(), y.dtype.kind) == ([[1], [3]], [2, 4], "f")


def test_numbers_stand_for_classes_where_asked_in_their_order(table):
    _, y = loaded(file=table("a,b\n1,10\n3,9\n4,10\n"), target="b", classes=True)
    assert y.tolist() == [1, 0, 1]


def test_file_tells_shape_classes_and_size(table):
    seen = CSV.seen({"file": table(FLOWERS), "target": "colour", **PLAIN})
    assert (seen.shape, seen.classes, seen.sizes) == ((2,), 2, {"all": 3})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has no rows"),
        ("\n1,2\n", "must name each column"),
        ("a,b\n1,2\n", "has no column `y`; it has a, b"),
        ("a,y\n", "has no rows"),
        ("y\n1\n", "nothing to learn from"),
        ("a,a,y\n1,2,3\n", "must name each column"),
        ("a,y\n1\n", "line 2 has 1 of 2 columns"),
        ("a,y\n1,2\n,3\n", "line 3: the column `a` is empty"),
        ("a,y\n1,2\n1,\n", "line 3: the column `y` is empty"),
        ("a,y\nred,2\n3,1\n", "line 2: `red` in the column `a` is no number"),
        ("a,y\nnan,2\n", "`nan` in the column `a` is no number"),
        ("a,y\n1,red\n2,red\n", "is `red` everywhere"),
        ("a;y\n1;2\n", "are parted by `;`; write `,` there"),
        ("a\ty\n1\t2\n", "are parted by tabs"),
    ],
)
def test_table_that_cannot_be_used_is_refused_with_the_reason(table, text, why):
    with pytest.raises(Unreadable, match=why):
        read_table(table(text), "y")


def test_column_of_words_becomes_a_feature_for_each_word(table):
    found = read_table(table("b,a,y\n1,red,5\n2,blue,6\n3, red,7\n"), "y")
    assert found.features == ("b", "a=blue", "a=red")
    columns = [list(column) for column in found.parts["all"].columns]
    assert columns == [[1, 2, 3], [0, 1, 0], [1, 0, 1]]


def test_column_of_too_many_words_is_refused(table):
    text = "a,y\n" + "".join(f"word{i},{i}\n" for i in range(51))
    with pytest.raises(Unreadable, match="51 different words, and 50 are the most"):
        read_table(table(text), "y")


def test_a_run_and_its_export_tell_the_names_of_columns_and_classes(table, tmp_path):
    lines = "".join(f"{i % 3},{('up', 'down')[i % 2]},{('no', 'yes')[i % 2]}\n" for i in range(30))
    table(f"n,way,y\n{lines}")
    made = CliRunner().invoke(main, ["new", "--data", "t.csv", "--target", "y", "-o", "t.hspec"])
    assert made.exit_code == 0, made.stderr
    words = ["train", "t.hspec", "--epochs", "1", "--out", "run"]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert CliRunner().invoke(main, ["export", "run", "-o", "net.py"]).exit_code == 0
    about = load_run("run").about
    assert about.columns == ("n", "way=down", "way=up")
    assert about.class_names == ("no", "yes")
    module = (tmp_path / "net.py").read_text()
    assert "COLUMNS = ('n', 'way=down', 'way=up')" in module
    assert "CLASSES = ('no', 'yes')" in module


def test_table_in_another_coding_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,y\n\xff\xfe,1\n")
    with pytest.raises(Unreadable, match="line 2 is no text in UTF-8"):
        read_table(str(path), "y")


@pytest.mark.parametrize(
    ("target", "loss"),
    [(lambda i: i / 3, "mse"), (lambda i: "odd" if i % 2 else "even", "cross_entropy")],
    ids=["numbers", "classes"],
)
def test_new_spec_compiles_without_a_warning_and_trains(table, target, loss):
    name = table(rows(30, target))
    made = CliRunner().invoke(main, ["new", "--data", name, "--target", "y", "-o", "y.hspec"])
    assert made.exit_code == 0, made.output
    assert CliRunner().invoke(main, ["check", "--strict", "y.hspec"]).exit_code == 0
    assert CliRunner().invoke(main, ["fmt", "--check", "y.hspec"]).exit_code == 0
    asked = ["train", "y.hspec", "--epochs", "7", "--out", "run"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    program = compile_text(Path("y.hspec").read_text(encoding="utf-8")).program
    assert program.objective.valid[0].loss.kind == loss
    assert len(load(program.data, STANDARD).train) == 15
    assert plan(program, STANDARD).length.examples == 15


def test_new_writes_over_no_file(table):
    name = table(rows(30, float))
    table("mine", "y.hspec")
    done = CliRunner().invoke(main, ["new", "--data", name, "--target", "y", "-o", "y.hspec"])
    assert done.exit_code == 4
    assert "y.hspec: already there" in done.stderr


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to], ids=["soft", "hard"])
def test_new_leaves_the_table_whatever_else_it_is_called(table, link):
    name = table(rows(30, float))
    before = Path(name).read_bytes()
    link(Path("other"), name)
    words = ["new", "--data", name, "--target", "y", "--regression", "-o", "other", "--force"]
    CliRunner().invoke(main, words)
    assert Path(name).read_bytes() == before


def test_new_for_a_table_that_is_not_there_ends_in_words():
    done = CliRunner().invoke(main, ["new", "--data", "nowhere.csv", "--target", "y"])
    assert done.exit_code == 4
    assert done.stderr == "error: nowhere.csv: No such file or directory\n"


def test_table_that_is_gone_ends_a_plan_in_words(table):
    table(rows(30, float))
    CliRunner().invoke(main, ["new", "--data", "t.csv", "--target", "y", "-o", "y.hspec"])
    CliRunner().invoke(main, ["compile", "y.hspec", "--emit", "json", "-o", "y.json"])
    table("a,b,z\n1,2,3\n")
    done = CliRunner().invoke(main, ["plan", "y.json"])
    assert done.exit_code == 4
    assert "no column `y`" in done.stderr


@pytest.mark.parametrize(
    ("source", "at", "meant"),
    [
        ('csv("t.csv", target = "prise")', '"prise"', "price"),
        ('csv("tt.csv", target = "price")', '"tt.csv"', "t.csv"),
        ('csv(target = "prise", file = "t.csv")', '"prise"', "price"),
    ],
)
def test_argument_at_fault_is_shown_with_a_likely_repair(table, source, at, meant):
    table("a,price\n1,2\n2,3\n")
    with pytest.raises(SpecError) as caught:
        compile_text(f"""
            hspec 1
            data {{ source = {source}; split = (train = 50%, valid = 50%); batch = 1 }}
            model (1) {{ linear(1) }}
            objective {{ train = mse; valid = mse }}
            tune {{ method = fixed; weights = sgd(lr = 0.1); epochs = 1 }}
            """)
    (found,) = caught.value.diagnostics
    assert found.span.text == at
    assert f"did you mean `{meant}`?" in str(caught.value)


def test_new_tells_the_columns_if_none_is_named(table):
    done = CliRunner().invoke(main, ["new", "--data", table(FLOWERS)])
    assert (done.exit_code, "width, colour, height" in done.stderr) == (2, True)


def test_table_is_looked_at_once_while_it_stays_as_it_is(table, monkeypatch):
    name = table("a,y\n1,2\n3,4\n")
    asked = []
    look = once(lambda args: asked.append(args) or Seen((1,), 0, {"all": 2}))
    args = {**PLAIN, "file": name, "target": "y"}
    for _ in range(2):
        look(args)  # the file is so young that a change might not show
    assert len(asked) == 2
    past = 1_600_000_000
    for changed in (past, past + 1):
        os.utime(name, (changed, changed))
        assert look(args) == look(args)
    assert len(asked) == 4
    look(args | {"classes": True})
    assert len(asked) == 5
    Path(name).unlink()
    look(args)
    assert len(asked) == 6
