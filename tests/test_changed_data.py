"""A run goes on with the data that it began with, or says what has changed."""

import json
import signal

import pytest

import hypertune
from hypertune.data.csv_table import CSV
from hypertune.data.fingerprint import changes, fingerprint
from hypertune.runs import DamagedRun, DataChanged
from hypertune.runtime import Reported

SPEC = """\
hspec 1
data {
  source = csv("t.csv", target = "y")
  split  = (train = 60%, valid = 20%, test = 20%)
  scale  = standardize
  batch  = 8
}
model (2) { linear(1) }
objective { train = mse  valid = mse }
tune {
  method  = fixed
  weights = sgd(lr = 0.01)
  epochs  = 3
}
"""
ROWS = [(i, i * i % 7, i % 5) for i in range(20)]


def write(path, rows=ROWS, names="a,b,y"):
    lines = [names, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write(folder / "t.csv")
    (folder / "s.hspec").write_text(SPEC.replace("  valid = mse", "\n  valid = mse"))

    def stop(event):
        if isinstance(event, Reported):
            signal.raise_signal(signal.SIGINT)

    return hypertune.train(folder / "s.hspec", out=folder / "run", sinks=[stop])


@pytest.mark.parametrize(
    ("rows", "names", "words"),
    [
        (ROWS[:-1], "a,b,y", "it had 20 examples and has 19"),
        ([*ROWS, (1, 2, 3)], "a,b,y", "it had 20 examples and has 21"),
        (ROWS[::-1], "a,b,y", "its examples are others, or in another order"),
        (ROWS, "a,c,y", "it lacks the column `b`; it has the column `c`, and had not"),
        (ROWS, "b,a,y", "its columns are in another order"),
        ([(a, b) for a, b, _ in ROWS], "a,y", "it lacks the column `b`"),
        ([(a, b, 2 * y) for a, b, y in ROWS], "a,b,y", "its targets are others"),
        (
            [(a, b, "no" if y else "yes") for a, b, y in ROWS],
            "a,b,y",
            "was a number and is one of",
        ),
        ([(a, b + 1e-12, y) for a, b, y in ROWS], "a,b,y", "its examples are others"),
    ],
)
def test_what_has_changed_is_told(stopped, rows, names, words):
    table = stopped.path.parent / "t.csv"
    write(table, rows, names)
    before = {path: path.read_bytes() for path in stopped.path.iterdir()}
    with pytest.raises(DataChanged) as told:
        hypertune.resume(stopped.path)
    assert words in str(told.value)
    assert {path: path.read_bytes() for path in stopped.path.iterdir()} == before


def test_facts_that_lack_the_data_are_refused(stopped):
    write(stopped.path.parent / "t.csv")
    content = stopped.folder.about.read_text(encoding="utf-8")
    tree = json.loads(content)
    del tree["data"]["inputs"]
    stopped.folder.about.write_text(json.dumps(tree), encoding="utf-8")
    try:
        with pytest.raises(DamagedRun, match="does not say what the data was"):
            hypertune.resume(stopped.path)
    finally:
        stopped.folder.about.write_text(content, encoding="utf-8")


def test_the_same_data_goes_on(stopped):
    write(stopped.path.parent / "t.csv")
    assert hypertune.resume(stopped.path).summary["outcome"] == "completed"


def test_classes_that_are_others_are_told(tmp_path):
    found = []
    for word in ("x", "z"):
        write(tmp_path / "t.csv", [(1, 2, "w"), (2, 3, word)])
        args = {arg.name: arg.default for arg in CSV.args}
        args |= {"file": str(tmp_path / "t.csv"), "target": "y"}
        found.append(fingerprint(CSV.seen(args), CSV.load(args)))
    assert changes(*found) == ["it has the class `z`, and had not"]
