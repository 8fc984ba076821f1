"""Kinds on the command line: where they come from, clashes of names, and the laws they keep."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hypertune.cli import main

KINDS = """
from attrs import evolve
from hypertune.catalogue import Arg
from hypertune.augment.flip import FLIP
from hypertune.layers import LINEAR, RELU
from hypertune.losses.squared import MSE
from hypertune.response import Layer
from hypertune.methods.algorithms import Implicit, Unrolled
from hypertune.methods.algorithms.solvers import CG
from hypertune.standard import STANDARD
from hypertune.testing import TOYS, MethodUse
from torch import no_grad

class Centred(Layer):
    def forward(self, x, conditioning):
        return x - x.mean(0)

class Broken(Layer):
    def forward(self, x, conditioning):
        return x.no_such_method()

DENSE = evolve(LINEAR, name="dense")
REASON = "it subtracts the mean"
WAIVED = {"treats rows alone": REASON, "keeps the dtype": "why not"}
CENTRED = evolve(RELU, name="centred", build=lambda a, s, g: Centred(), waived=WAIVED)
BROKEN = evolve(RELU, name="broken", build=lambda a, s, g: Broken())
BARE = evolve(RELU, waived={"treats rows alone": " "})
UNDRAWN = evolve(RELU, args=(Arg("module", "call", "any module"),))
HALVED = evolve(FLIP, name="halved", args=(), build=lambda args: lambda x, s: x[..., ::2])
OTHERS = {"halved": HALVED, "mse": MSE}
MINE = {"dense": DENSE}
MORE = STANDARD | MINE
CLASH = {"relu": evolve(LINEAR, name="relu")}
MERGE = {"concat": evolve(LINEAR, name="concat")}

class Uphill(Implicit):
    def step(self, passes, state, k):
        before = state.unconstrained_H
        found = super().step(passes, state, k)
        moved = state.unconstrained_H - before
        with no_grad():
            state.tuned._columns.trainable["unconstrained"].sub_(2 * moved[state.tuned._places])
        return found

UPHILL = MethodUse(Uphill(solver=CG()), steps=20, toys=TOYS[:1], waived={
    "reaches the known optimum": "it climbs",
})
"""


@pytest.fixture(autouse=True)
def _own_kinds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "kinds_of_mine", raising=False)
    Path("kinds_of_mine.py").write_text(KINDS)


def call(*words):
    return CliRunner().invoke(main, words)


def conform(name, *options):
    return call("conform", f"kinds_of_mine:{name}", *options)


def install(name, kinds):
    """A package that offers kinds, as an installer leaves it."""
    folder = Path(f"{name}-1.2.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (folder / "entry_points.txt").write_text(f"[hypertune.kinds]\n{name} = {kinds}\n")


def test_that_kinds_say_where_they_come_from():
    install("plug", "kinds_of_mine:MINE")
    overview = call("kinds").stdout
    (dense,) = [line for line in overview.splitlines() if line.startswith("  dense ")]
    assert dense.endswith("[plug 1.2]")
    assert "* comes from plug 1.2" in call("kinds", "dense").stdout
    assert "* comes from hypertune\n" in call("kinds", "linear").stdout


def test_that_a_catalogue_may_bring_the_standard_kinds_along():
    page = call("kinds", "dense", "--catalogue", "kinds_of_mine:MORE").stdout
    assert "* comes from --catalogue kinds_of_mine:MORE" in page


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("CLASH", "`relu`: a layer of hypertune and a layer of --catalogue kinds_of_mine:CLASH"),
        ("MERGE", "`concat`: a merge of hypertune and a layer of --catalogue"),
    ],
)
def test_that_two_kinds_of_one_name_are_refused(name, message):
    done = call("kinds", "--catalogue", f"kinds_of_mine:{name}")
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())


def test_that_packages_that_clash_are_named():
    install("plug", "kinds_of_mine:CENTRED_KINDS")
    broken = call("check", "quickstart")
    assert broken.exit_code == 2
    assert "the kinds of plug 1.2 cannot be loaded" in broken.stderr
    with Path("kinds_of_mine.py").open("a") as file:
        file.write("CENTRED_KINDS = {'dense': evolve(CENTRED, name='dense')}\n")
    __import__("sys").modules.pop("kinds_of_mine")
    done = call("check", "quickstart", "--catalogue", "kinds_of_mine:MINE")
    assert done.exit_code == 2
    assert "a layer of plug 1.2 and a layer of --catalogue" in " ".join(done.stderr.split())


def test_that_a_module_that_fails_is_told():
    Path("kinds_that_fail.py").write_text("1 / 0\n")
    done = call("kinds", "--catalogue", "kinds_that_fail:KINDS")
    assert done.exit_code == 2
    assert "ZeroDivisionError" in done.stderr


def test_that_laws_are_held_without_pytest():
    done = conform("MINE", "--cases", "2")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "dense:"
    assert "  held    treats rows alone" in lines
    assert lines[-1] == f"{len(lines) - 2} laws held, 0 waived"


def test_that_a_broken_law_is_shown_with_the_smallest_case():
    done = conform("CENTRED")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert "  waived  treats rows alone: it subtracts the mean" in lines
    where = lines.index("  broken  folds to a plain layer")
    assert lines[where + 1].startswith("          `ReLU()` computes something else")
    assert "          with 2 examples and the seed 0, of" in lines[where:]
    assert [line for line in lines[where:] if line.startswith(" " * 12)][:3] == [
        "            model (1) {",
        "              centred",
        "            }",
    ]
    assert "waived (why not), and it held in every case" in done.stdout
    assert lines[-1].endswith(" 1 waived, 3 broken")


def test_that_augmentations_and_losses_are_held_to_theirs():
    done = conform("OTHERS", "--cases", "3")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "halved:"
    assert "  broken  keeps shape and dtype" in lines
    assert "            augment = halved" in lines
    assert "  held    is the mean over examples" in lines[lines.index("mse:") :]


def test_that_a_method_is_held_to_the_laws_of_methods():
    done = conform("UPHILL")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "Uphill:"
    assert "  waived  reaches the known optimum: it climbs" in lines
    where = lines.index("  broken  first goes downhill")
    assert lines[where + 1].startswith("          the exact validation loss rises with the first")
    case = lines[lines.index("          with the seed 0, of", where) + 1]
    assert case.startswith("            Uphill(solver=CG(")
    assert case.endswith("on `ridge`")
    assert "  held    repeats itself" in lines
    assert lines[-1] == "8 laws held, 1 waived, 1 broken"


def test_that_a_method_whose_options_are_missing_is_told():
    done = conform("Implicit")
    assert done.exit_code == 2
    assert "name a value such as Implicit(…)" in " ".join(done.stderr.split())


def test_that_a_layer_that_fails_is_told_without_a_traceback():
    done = conform("BROKEN", "--cases", "1")
    assert done.exit_code == 1
    assert "AttributeError: 'Tensor' object has no attribute 'no_such_method'" in done.stdout
    assert "kinds_of_mine.py:" in done.stdout


@pytest.mark.parametrize("device", ["nowhere", "cuda:77"])
def test_that_a_device_that_is_not_there_is_told(device):
    done = conform("MINE", "--cases", "1", "--device", device)
    assert done.exit_code == 2
    assert "Invalid value for --device: torch: " in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NOTHING", "has no attribute 'NOTHING'"),
        ("REASON", "is a str, not a catalogue"),
        ("BARE", "waives ['treats rows alone'] without a reason"),
        ("UNDRAWN", "the kit cannot draw `module`"),
    ],
)
def test_that_what_cannot_be_tried_is_told(name, message):
    done = conform(name)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())
