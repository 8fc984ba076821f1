"""`schedule` replays hyperparameters over time from a table."""

import pytest
import torch
from bilevel_toys import RMSPROP, SGD, hypers, ridge, run, training
from test_hypergradient_specs import prepared

from hypertune import SpecError, compile_text
from hypertune.hyper.domains import Domains
from hypertune.ir import Call, Hyper
from hypertune.methods.algorithms import Fixed, Replay
from hypertune.runtime import EpochSchedule, Optimiser, Recipe
from hypertune.runtime.snapshots import copied
from hypertune.standard import STANDARD

SPEC = """\
hspec 1
hyper decay : log(1e-6, 1) = 1e-2
hyper fill : choice("zero", "noise") = "zero"
hyper eta : log(1e-4, 1) = 1e-2
data {
  source = digits
  split  = (train = 10%, valid = 10%, test = 10%)
  batch  = 32
  augment = cutout(1, 2, fill = fill)
}
model (1, 8, 8) { flatten; linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune {
  method  = schedule("table.csv")
  weights = sgd(lr = eta)
  steps   = 12
}
"""


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Writes the table; relative paths are seen from its folder."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        (tmp_path / "table.csv").write_text(text)
        return str(tmp_path / "table.csv")

    return write


def ridge_of(**options):
    return ridge((-2.0,), **options)


def run_values(method, steps=12):
    going = training(method, ridge_of(unconstrain=torch.log))
    found = []
    for k in range(steps):
        going.method.step(going.passes, going.state, k)
        found.append(round(going.state.unconstrained_H[0].item(), 6))
    return found, going


@pytest.mark.parametrize(("unit", "times"), [("step", (3, 8)), ("epoch", (0.3, 0.8))])
def test_a_row_holds_from_its_time_on(unit, times, table):
    file = table(f"{unit},h0\n{times[0]},1.0\n{times[1]},7.38905609893065\n")
    found, _ = run_values(Replay(file))

    assert found == [-2.0] * 3 + [0.0] * 5 + [2.0] * 4


def test_the_loss_is_evaluated_at_the_exact_values_of_the_table(table):
    _, going = run_values(Replay(table("step,h0\n0,0.3\n")), steps=1)

    value = going.method.conditioning(going.problem, going.state).values["h0"]
    assert value.item() == 0.3


def test_a_table_of_the_start_is_plain_training(table):
    file = table(f"epoch,h0\n0,{torch.tensor(-2.0).double().exp().item()!r}\n")
    problem = ridge_of(unconstrain=torch.log)
    replayed, _ = run(Replay(file), problem, steps=9)
    plain, _ = run(Fixed(), problem, steps=9)

    assert torch.equal(replayed.state.weights["w"], plain.state.weights["w"])


def test_a_learning_rate_is_replayed(table):
    file = table("step,h1\n0,0.5\n2,0.0\n")
    tied = Optimiser(torch.optim.SGD, {"lr": 0.05}, tied={"lr": "h1"})
    problem = ridge((-2.0, -1.0), unconstrain=torch.log)
    moved = []
    going = training(Replay(file), problem, Recipe(tied))
    for k in range(4):
        before = going.state.weights["w"].clone()
        going.method.step(going.passes, going.state, k)
        moved.append(bool((going.state.weights["w"] != before).any()))

    assert moved == [True, True, False, False]


def test_a_table_and_a_schedule_cannot_both_move_the_learning_rate(table):
    file = table("step,h1\n0,0.5\n")
    tied = Optimiser(torch.optim.SGD, {"lr": 0.05}, tied={"lr": "h1"})
    cosine = EpochSchedule(
        torch.optim.lr_scheduler.CosineAnnealingLR, {"T_max": 5}, factor=lambda epoch: 1.0
    )
    with pytest.raises(ValueError, match="a schedule would move the learning rate"):
        training(Replay(file), ridge((-2.0, -1.0)), Recipe(tied, schedule=cosine))


def test_a_column_of_something_else_is_refused_in_python(table):
    with pytest.raises(ValueError, match="`h7`, which is no hyperparameter"):
        training(Replay(table("step,h7\n0,0.5\n")), ridge())


def test_a_problem_that_cannot_go_back_to_unconstrained_values_says_so(table):
    going = training(Replay(table("step,h0\n0,0.5\n")), ridge(), Recipe(SGD, hypers=RMSPROP))
    with pytest.raises(ValueError, match="needs `unconstrain`"):
        list(going.run())
    assert hypers([0.0], constrain=torch.exp).unconstrain is None


def test_a_compiled_run_replays_numbers_words_and_learning_rates_and_resumes_exactly(table):
    table("epoch,decay,fill,eta\n0.5,0.1,noise,0.2\n1,0.2,zero,0.1\n")
    one, two = (prepared(SPEC).training for _ in range(2))
    going = one.run()
    while one.step < 4:
        next(going)
    values = one.problem.hypers.report(one.state.unconstrained_H)
    assert values["fill"] == "noise"
    assert values["decay"] == pytest.approx(0.1)
    two.restore(copied(one.snapshot()))
    table("epoch,decay,fill,eta\n0.5,0.5,noise,0.5\n1,0.5,zero,0.5\n")  # which nobody reads
    list(going), list(two.run())

    values = two.problem.hypers.report(two.state.unconstrained_H)
    assert values["eta"] == pytest.approx(0.1)
    for name, w in one.state.weights.items():
        assert torch.equal(w, two.state.weights[name])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("epoch,decai\n0,0.1\n", "column `decai`, which is no hyperparameter"),
        ("epoch,decay\n0,5\n", "epoch 0: `decay` is 5.0, and its domain goes from 1e-06 to 1"),
        ("epoch,decay\n0,much\n", "a number is wanted"),
        ("epoch,fill\n0,grey\n", "one of zero, noise is wanted"),
        ("decay\n0.1\n", "neither `epoch` nor `step`"),
        ("epoch,step,decay\n0,0,0.1\n", "both `epoch` and `step`"),
        ("epoch\n0\n", "no column for a hyperparameter"),
        ("epoch,decay\n1,0.1\n1,0.2\n", "line 3: 1 stands there"),
        ("epoch,decay\n-1,0.1\n", "numbers from 0 on"),
        ("epoch,decay\n0,\n", "the column `decay` is empty"),
        ("epoch;decay\n0;1\n", "parted by `;`"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_where_it_is_named(text, why, table):
    table(text)
    with pytest.raises(SpecError) as wrong:
        compile_text(SPEC, "a.hspec")
    (found,) = wrong.value.diagnostics
    assert found.code == "HT615"
    assert why in found.why
    assert found.span.text == '"table.csv"'


def test_a_table_that_is_not_there_is_told_with_those_beside_it(table, tmp_path):
    (tmp_path / "tables.csv").write_text("")
    with pytest.raises(SpecError) as wrong:
        compile_text(SPEC, "a.hspec")
    assert wrong.value.diagnostics[0].known == ("tables.csv",)


DOMAINS = {
    "real": Call("real", {"lo": None, "hi": None}),
    "between": Call("real", {"lo": -1.0, "hi": 3.0}),
    "rate": Call("rate"),
    "positive": Call("positive"),
    "log": Call("log", {"lo": 1e-6, "hi": 10.0}),
    "int": Call("int", {"lo": 1, "hi": 9}),
}


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_values_go_back_to_where_they_came_from(domain):
    domains = Domains((Hyper("a", domain, 1.0),), STANDARD)
    for unconstrained in (-3.0, -0.2, 1.0, 4.0):
        value = domains.constrain(torch.tensor([unconstrained]).double())
        again = domains.constrain(domains.unconstrain(value))
        torch.testing.assert_close(again, value)
    ends = domains.constrain(torch.tensor([[-torch.inf], [torch.inf]]).double())
    for end in ends:
        found = domains.unconstrain(end)
        assert found.isfinite().all() or not end.isfinite().all()
