"""What the cells of a table hold: nothing is guessed, and what is wrong is told with its line."""

import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hypertune.catalogue import Unreadable
from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.data import bounds
from hypertune.data.csv_table import CSV, read_table
from hypertune.data.loading import load
from hypertune.diagnostics import SpecError
from hypertune.emitting.spec_text import print_spec
from hypertune.planning import length
from hypertune.standard import STANDARD


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(text, name="t.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


def column(cells):
    return "a,y\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))


def new(*words):
    return CliRunner().invoke(main, ["new", "--data", "t.csv", "--target", "y", *words])


@pytest.mark.parametrize("odd", ["NA", "nan", "?", "inf", "-", "1_000"])
@pytest.mark.parametrize("flag", [(), ("--regression",)])
def test_one_odd_cell_among_numbers_is_told_and_makes_no_classes(table, odd, flag):
    cells = [f"{i / 7:.3f}" for i in range(1030)]
    cells[400] = odd
    table(column(cells))
    done = new(*flag)
    assert done.exit_code == 4
    assert f"t.csv, line 402: `{odd}` in the column `y` is no number" in done.stderr


@pytest.mark.parametrize("missing", ["NA", "nan", "?", "inf"])
def test_missing_number_is_no_class_even_where_numbers_are(table, missing):
    table(column([1, 2, missing, 2, 1] * 4))
    done = new("--classes")
    assert done.exit_code == 4
    assert f"line 4: `{missing}` in the column `y` is no number and no class" in done.stderr


def test_names_among_numbers_are_classes_where_that_is_written(table):
    found = read_table(table(column(["2", "3a", "10", "2"])), "y", classes=True)
    assert found.classes == ("2", "10", "3a")
    assert found.parts["all"].target == [0, 2, 1, 0]


def test_ways_to_write_a_number_are_one_class(table):
    found = read_table(table(column(["1.0", "1", "2", "1e0", "02"])), "y", classes=True)
    assert found.classes == ("1", "2")
    assert found.parts["all"].target == [0, 0, 1, 0, 1]


def test_words_are_no_numbers_where_numbers_are_wanted(table):
    with pytest.raises(Unreadable, match=r"line 2: `red` .* as `classes = false` says"):
        read_table(table(column(["red", "blue"])), "y", classes=False)


def test_new_asks_what_few_whole_numbers_are(table):
    table(column([3, 5, 4] * 10))
    done = new()
    assert (done.exit_code, done.stdout) == (2, "")
    assert "`y` holds 3 different whole numbers (3, 4, 5): are they classes or amounts?" in (
        done.stderr
    )
    for flag, loss, written in (
        ("--classes", "cross_entropy", "classes = true"),
        ("--regression", "mse", "classes = false"),
    ):
        done = new(flag)
        assert done.exit_code == 0, done.stderr
        assert written in done.stdout
        assert compile_text(done.stdout).program.objective.valid[0].loss.kind == loss


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([f"{i / 3:.2f}" for i in range(30)], "`y` is predicted as a number; `--classes` makes"),
        (range(30), "`y` is predicted as a number; `--classes` makes"),
        (["up", "down"] * 15, "`y` is predicted as one of 2 classes: down, up"),
    ],
)
def test_new_says_how_it_took_the_target(table, cells, told):
    table(column(cells))
    done = new()
    assert done.exit_code == 0, done.stderr
    assert told in done.stderr


def test_new_makes_no_classes_that_are_seen_but_once(table):
    table(column([f"name {i}" for i in range(30)]))
    done = new()
    assert done.exit_code == 4
    assert "30 classes among 30 examples" in done.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('a,y\n1,2\n"3,4\n5,6\n7,8\n', 'line 3: a quote `"` in this row is never closed'),
        ('a,y\n1,"2', 'line 2: a quote `"` in this row is never closed'),
        ("a,y\n1,2\n" + 'x"' * 70_000 + ",3\n", "line 3: a cell of more than 131_072 characters"),
        ('a,y\n"1\n2",3,4\n', "line 2 has 3 of 2 columns"),
        ("a,y\n1,2\n3,\0\n", "line 3 is no text in UTF-8"),
    ],
)
def test_broken_row_is_told_with_the_line_that_it_begins_in(table, text, why):
    with pytest.raises(Unreadable, match=why):
        read_table(table(text), "y")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x93NUMPY\x01\x00v\x00", "it is an array of numpy"),
        (b"PK\x03\x04\xff", "it is a zip archive"),
        (b"\x1f\x8b\x08", "it is packed by gzip: unpack it"),
        ("a,y\n1,2\n".encode("utf-16"), "it is text in UTF-16: save it in UTF-8"),
    ],
)
def test_file_of_another_kind_is_told_as_what_it_is(tmp_path, content, what):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(Unreadable, match=what):
        read_table(str(tmp_path / "t.csv"), "y")


@pytest.mark.parametrize("place", ["pipe", "/dev/zero", "."])
def test_what_never_ends_is_not_opened(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with pytest.raises(Unreadable, match=r"is a (pipe|device|folder)"):
        read_table(place, "y")
    with pytest.raises(SpecError, match="a regular file is wanted"):
        compile_text(f"""
            hspec 1
            data {{ source = npz("{place}"); split = (train = 50%, valid = 50%); batch = 1 }}
            model (1) {{ linear(1) }}
            objective {{ train = mse; valid = mse }}
            tune {{ method = fixed; weights = sgd(lr = 0.1); epochs = 1 }}
            """)


def test_table_of_more_bytes_than_are_read_is_refused(table, monkeypatch):
    monkeypatch.setattr("hypertune.data.table_text.MOST_TABLE_BYTES", 2**20)
    with pytest.raises(Unreadable, match="larger than the 1 MiB that are read"):
        read_table(table(column(range(200_000))), "y")


def test_files_of_their_own_validate_and_test(table):
    table("a,b,y\n1,up,no\n2,down,yes\n3,up,no\n")
    table("y,b,a\nyes,up,7\n", "test.csv")
    args = {"file": "t.csv", "target": "y", "classes": None, "missing": "refuse"}
    args |= {"valid": "", "test": "test.csv"}
    assert CSV.seen(args).sizes == {"train": 3, "test": 1}
    x, y = CSV.load(args)["test"]
    assert (x.tolist(), y.tolist(), y.dtype) == ([[7, 0, 1]], [1], np.int64)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("a,b,y\n1,left,no\n", "test.csv, line 2: `left` in the column `b` stands in no training"),
        ("a,b,y\n1,up,no\n1,up,perhaps\n", "line 3: no training example has the class `perhaps`"),
        ("a,y\n1,no\n", "test.csv has no column `b`, and t.csv has one"),
        ("a,b,c,y\n1,up,2,no\n", "t.csv has no column `c`, and test.csv has one"),
        ("a,b,y\nx,up,no\n", "test.csv, line 2: `x` in the column `a` is no number"),
        ("a,b,y\n", "test.csv has no rows"),
    ],
)
def test_test_file_that_does_not_fit_is_refused_with_the_line(table, other, why):
    table("a,b,y\n1,up,no\n2,down,yes\n3,up,no\n")
    table(other, "test.csv")
    with pytest.raises(Unreadable, match=why):
        read_table("t.csv", "y", None, {"test": "test.csv"})


def test_new_with_a_test_file_trains_and_keeps_all_rows_of_it(table):
    lines = "".join(f"{i},{('no', 'yes')[i % 2]}\n" for i in range(30))
    table(f"a,y\n{lines}")
    table("a,y\n5,yes\n6,no\n", "later.csv")
    made = new("--test", "later.csv", "-o", "t.hspec")
    assert made.exit_code == 0, made.stderr
    assert CliRunner().invoke(main, ["check", "--strict", "t.hspec"]).exit_code == 0
    program = compile_text(Path("t.hspec").read_text(encoding="utf-8")).program
    sets = load(program.data, STANDARD)
    assert [len(part) for part in (sets.train, sets.valid, sets.test)] == [21, 9, 2]
    assert [tune.name for tune in program.tunes] == ["tuned", "untuned"]


def spec_of(source, split):
    return f"""
        hspec 1
        data {{ source = csv("t.csv", target = "y", {source}); {split}; batch = 4 }}
        model (1) {{ linear(2) }}
        objective {{ train = cross_entropy; valid = cross_entropy }}
        tune {{ method = fixed; weights = sgd(lr = 0.1); epochs = 1 }}
        """


@pytest.mark.parametrize(
    ("source", "split", "sizes"),
    [
        ('valid = "v.csv", test = "e.csv"', "", (20, 2, 3)),
        ('valid = "v.csv"', "split = (train = 80%, test = 20%)", (16, 2, 4)),
        ('test = "e.csv"', "split = (train = 50%, valid = 25%)", (10, 5, 3)),
    ],
)
def test_split_divides_what_has_no_file_of_its_own(table, source, split, sizes):
    for name, count in (("t.csv", 20), ("v.csv", 2), ("e.csv", 3)):
        table(column((["no", "yes"] * 10)[:count]), name)
    found = compile_text(spec_of(source, split))
    assert found.warnings == ()
    sets = load(found.program.data, STANDARD)
    assert tuple(map(len, (sets.train, sets.valid, sets.test))) == sizes
    rows = sets.train.x[:, 0].tolist()
    assert rows != sorted(rows)  # a user's file may be sorted
    assert length(found.program, found.program.tunes[0], STANDARD).examples == sizes[0]
    again = compile_text(print_spec(found.program)).program
    assert again.data == found.program.data


def test_part_that_has_a_file_of_its_own_is_not_cut_from_another(table):
    table(column(["no", "yes"] * 10))
    table(column(["no", "yes"]), "v.csv")
    with pytest.raises(SpecError, match="`csv` keeps a part `valid` of its own"):
        compile_text(spec_of('valid = "v.csv"', "split = (train = 80%, valid = 20%)"))


def test_page_of_promises_has_the_bounds_that_hold():
    page = (Path(__file__).parents[1] / "docs" / "trust.md").read_text(encoding="utf-8")
    for bound in (
        f"{bounds.MOST_TABLE_BYTES // 2**20} MiB",
        f"{bounds.MOST_WORDS} different words",
        f"{bounds.MOST_PIXELS:_} pixels",
        f"{bounds.MOST_UNPACKED // 2**30} GiB",
        f"{bounds.MOST_PACKED_TIMES} times",
        f"beyond {bounds.MOST_DECODED // 2**20} MiB",
    ):
        assert bound in page
