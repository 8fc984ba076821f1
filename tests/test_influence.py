"""What training examples do to the loss of others, against training without them."""

from __future__ import annotations

import csv

import pytest
import torch
from click.testing import CliRunner
from sklearn.datasets import load_digits
from torch.nn import functional

import hypertune
from hypertune.cli import main
from hypertune.influence import Training, influence, sensitivity, solver_of
from hypertune.jobs.influencing import ask
from hypertune.pages import scores_table

DECAY = 0.01


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    return torch.tensor(x / 16), torch.tensor(y)


class Logistic:
    """Multinomial logistic regression on some digits, trained to its minimum in float64."""

    def __init__(self, x_ND, y_N):
        self.x_ND, self.y_N = x_ND, y_N
        self.weights = self.trained(torch.ones(len(y_N), dtype=torch.float64))

    def loss(self, weights, index_B, counts_B):
        logits_BC = self.x_ND[index_B] @ weights["w"]
        loss_B = functional.cross_entropy(logits_BC, self.y_N[index_B], reduction="none")
        return (counts_B * loss_B).mean() + DECAY * weights["w"].square().sum()

    def trained(self, counts_N, start=None):
        w = torch.zeros(64, 10, dtype=torch.float64) if start is None else start["w"].clone()
        w.requires_grad_()
        optimiser = torch.optim.LBFGS(
            [w],
            max_iter=500,
            tolerance_grad=1e-10,
            tolerance_change=0,
            line_search_fn="strong_wolfe",
        )
        numbers = torch.arange(len(self.y_N))

        def closure():
            optimiser.zero_grad()
            loss = self.loss({"w": w}, numbers, counts_N)
            loss.backward()
            return loss

        optimiser.step(closure)
        return {"w": w.detach()}

    def chunks(self, size):
        return Training(self.loss, torch.arange(len(self.y_N)).split(size))


@pytest.fixture(scope="module")
def trained(digits):
    x, y = digits
    return Logistic(x[:200], y[:200])


@pytest.fixture(scope="module")
def asked(digits):
    x, y = digits[0][200:400], digits[1][200:400]
    return lambda weights: functional.cross_entropy(x @ weights["w"], y)


def test_scores_are_what_training_without_an_example_gives(trained, asked):
    scores_N = influence(
        trained.chunks(200), asked, trained.weights, solver_of("cg", 200)
    ).scores_N
    order = scores_N.argsort()
    some = [*order[:15].tolist(), *order[90:100].tolist(), *order[-15:].tolist()]
    before, without = asked(trained.weights), []
    for number in some:
        counts_N = torch.ones(200, dtype=torch.float64)
        counts_N[number] = 0
        without.append(float(asked(trained.trained(counts_N, trained.weights)) - before))
    pair = torch.stack([scores_N[some], torch.tensor(without)])
    assert torch.corrcoef(pair)[0, 1] >= 0.99


def test_solvers_and_chunks_agree(trained, asked):
    exact = influence(trained.chunks(200), asked, trained.weights, solver_of("exact", 1))
    for size in (200, 64):
        found = influence(trained.chunks(size), asked, trained.weights, solver_of("cg", 200))
        assert found.statistics["residual"] < 1e-5
        torch.testing.assert_close(found.scores_N, exact.scores_N, rtol=1e-4, atol=1e-8)


def test_lissa_comes_near(trained, asked):
    exact = influence(trained.chunks(200), asked, trained.weights, solver_of("exact", 1)).scores_N
    solver = solver_of("lissa", 2000, scale=0.2)
    found = influence(trained.chunks(50), asked, trained.weights, solver, stochastic=True).scores_N
    assert torch.corrcoef(torch.stack([found, exact]))[0, 1] > 0.95


def test_sensitivity_is_what_training_on_another_picture_gives(trained, asked):
    found = influence(trained.chunks(200), asked, trained.weights, solver_of("exact", 1))
    number = int(found.scores_N.argmax())

    def loss(weights, x_D):
        return functional.cross_entropy((x_D @ weights["w"])[None], trained.y_N[[number]])

    x_D = trained.x_ND[number]
    gradient_D = sensitivity(loss, trained.weights, found.v, x_D, 200)
    pixel, ends = int(gradient_D.abs().argmax()), []
    for change in (-1e-3, 1e-3):
        x_ND = trained.x_ND.clone()
        x_ND[number, pixel] += change
        ends.append(float(asked(Logistic(x_ND, trained.y_N).weights)))
    assert (ends[1] - ends[0]) / 2e-3 == pytest.approx(float(gradient_D[pixel]), rel=1e-3)


def test_a_loss_without_weights_is_refused(trained):
    with pytest.raises(ValueError, match="does not depend on the weights"):
        influence(
            trained.chunks(200), lambda _: torch.ones(()), trained.weights, solver_of("cg", 1)
        )


SPEC = """\
hspec 1

hyper decay : log(1e-6, 1) = 0.02 per batch frozen

data {
  source = digits
  split  = (train = 100, valid = 50, test = 50)
  batch  = all
}

model (1, 8, 8) {
  flatten
  linear(10)
}

objective {
  train = cross_entropy + l2(decay)
  valid = cross_entropy
}

tune {
  method  = fixed
  weights = sgd(lr = 0.5, momentum = 0.9)
  steps   = 300
}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "logistic.hspec"
    path.write_text(SPEC)
    return hypertune.train(path, out=tmp_path_factory.mktemp("runs") / "run")


def invoke(*args):
    return CliRunner().invoke(main, ["influence", *map(str, args)])


def test_a_run_is_scored_as_its_loss_says(run):
    question = ask(run, at="last")
    found = question.scores("valid", None, solver_of("cg", 200))
    train, valid = question.sets.train, question.sets.valid
    x_ND, x_VD = (train.scaling.apply(part.x).flatten(1) for part in (train, valid))

    def loss(weights, index_B, counts_B):
        logits_BC = functional.linear(x_ND[index_B], *weights.values())
        loss_B = functional.cross_entropy(logits_BC, train.y[index_B], reduction="none")
        return (counts_B * loss_B).mean() + 0.02 / 2 * _square(weights)

    def _square(weights):
        return sum(w.square().sum() for w in weights.values() if w.dim() > 1)

    def outer(weights):
        return functional.cross_entropy(functional.linear(x_VD, *weights.values()), valid.y)

    by_hand = influence(
        Training(loss, [torch.arange(100)]), outer, question.weights, solver_of("cg", 200)
    )
    torch.testing.assert_close(found.scores_N, by_hand.scores_N, rtol=1e-3, atol=1e-7)


def test_the_command_writes_a_table_and_a_page(run, tmp_path):
    done = invoke(run.path, "--at", "last", "--top", 3, "--pixels", "-o", tmp_path / "scores")
    assert done.exit_code == 0, done.output
    with (tmp_path / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["example"]) for row in rows] == list(range(100))
    html = (tmp_path / "scores.html").read_text()
    assert html.count("<figure>") == 6
    assert html.count("data:image/png;base64,") == 12
    again = invoke(run.path, "-o", tmp_path / "scores")
    assert (again.exit_code, "--force" in again.output) == (4, True)


def test_the_command_takes_lissa_for_a_series_that_sees_chunks(run, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "hypertune.jobs.influencing.influence",
        lambda *given, **named: seen.append(named["stochastic"]) or influence(*given, **named),
    )
    for solver in ("lissa", "cg"):
        assert invoke(run.path, "--solver", solver, "--iterations", 5).exit_code == 0
    assert seen == [True, False]


def test_one_example_may_be_asked_about(run):
    one = ask(run).scores("test", 7, solver_of("cg", 100))
    parts = [ask(run).scores("test", n, solver_of("cg", 100)).scores_N for n in range(50)]
    whole = ask(run).scores("test", None, solver_of("cg", 100))
    torch.testing.assert_close(one.scores_N, parts[7])
    torch.testing.assert_close(torch.stack(parts).mean(0), whole.scores_N, rtol=1e-2, atol=1e-6)
    wrong = invoke(run.path, "--example", 50)
    assert "the valid part has 50 examples, from 0" in wrong.output


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("train = cross_entropy", "train = cross_entropy(weight = decay)", "weights the examples"),
        (
            "decay : log(1e-6, 1) = 0.02 per batch",
            "decay[weight] : log(1e-6, 1) = 0.02",
            "not kept",
        ),
    ],
)
def test_what_cannot_be_scored_says_why(old, new, why, tmp_path):
    path = tmp_path / "other.hspec"
    path.write_text(SPEC.replace(old, new).replace("steps   = 300", "steps   = 1"))
    done = invoke(hypertune.train(path, out=tmp_path / "run").path)
    assert done.exit_code == 4
    assert why in done.output


def test_the_table_has_the_most_harmful_first(run):
    question = ask(run)
    ranked = question.ranked(question.scores("valid", None, solver_of("cg", 50)))
    rows = scores_table(ranked, 2)
    assert rows[1][0] == str(ranked[0].number)
    assert rows[1][3] == str(ranked[-1].number)
    assert ranked[0].score >= ranked[-1].score
