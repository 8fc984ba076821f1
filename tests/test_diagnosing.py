"""`hypertune diagnose`: hypergradients side by side, and what responses know."""

from __future__ import annotations

import pytest
import torch
from click.testing import CliRunner
from tiny import STUDY, TINY

from hypertune.cli import main
from hypertune.diagnosis import Estimate, Point, implicit, largest_eigenvalue, retrained
from hypertune.diagnosis.implicit import gradient_norm
from hypertune.diagnosis.retraining import minimised
from hypertune.methods.algorithms.solvers import CG, Exact, Identity
from hypertune.reporting.health import Judged, judged_table, response_lines
from hypertune.runtime import Batch, Hypers, Problem, Sample, stateless

SIZE = 5


@pytest.fixture
def ridge():
    """Ridge regression with a penalty for each weight, in float64, at its minimum."""
    draws = torch.Generator().manual_seed(1)
    x_ND, x_VD = torch.randn(2, 40, SIZE, generator=draws, dtype=torch.float64)
    true_D = torch.arange(1.0, 1 + SIZE, dtype=torch.float64)
    y_N = x_ND @ true_D + torch.randn(40, generator=draws, dtype=torch.float64)

    def inner(weights, conditioning, batch):
        decays = torch.cat([conditioning.values[f"d{i}"] for i in range(SIZE)]).exp()
        error = (batch.inputs @ weights["w"] - batch.targets).square().mean()
        return error + (decays * weights["w"].square()).sum()

    def outer(weights, _, batch):
        return (batch.inputs @ weights["w"] - batch.targets).square().mean()

    zeros = torch.zeros(SIZE, dtype=torch.float64)
    none = torch.zeros(SIZE, dtype=torch.bool)
    names = tuple(f"d{i}" for i in range(SIZE))
    hypers = Hypers(names, zeros - 1, zeros, none, none, none)
    problem = Problem(stateless(inner), stateless(outer), {"w": zeros}, {}, hypers)
    train, valid = Sample(Batch(x_ND, y_N)), Sample(Batch(x_VD, x_VD @ true_D), part="valid")
    point = Point(problem, {"w": zeros}, hypers.start_H, train, valid)
    return Point(problem, minimised(point, hypers.start_H, 200), hypers.start_H, train, valid)


def test_training_again_agrees_with_the_implicit_function_theorem(ridge):
    assert gradient_norm(ridge) < 1e-7
    exact = implicit(ridge, "exact", Exact(damping=0.0))
    again = retrained(ridge, range(SIZE), 200, distance=1e-3)
    # L-BFGS ends some 1e-9 from the minimum, which the distance magnifies.
    torch.testing.assert_close(again.gradient_H, exact.gradient_H, rtol=1e-3, atol=1e-5)
    assert (
        implicit(ridge, "cg", CG(max_iterations=20)).cosine(exact, torch.arange(SIZE)) > 1 - 1e-9
    )
    assert implicit(ridge, "identity", Identity()).cosine(exact, torch.arange(SIZE)) < 1 - 1e-4


def test_the_largest_curvature_is_that_of_the_hessian(ridge):
    weights, at_H = ridge.leaves()
    hessian = torch.autograd.functional.hessian(
        lambda w: ridge.inner({"w": w}, at_H.detach()), weights["w"].detach()
    )
    largest = torch.linalg.eigvalsh(hessian)[-1]
    assert largest_eigenvalue(ridge, 200) == pytest.approx(float(largest), rel=1e-4)


def test_a_cosine_sees_only_what_is_compared():
    one = Estimate("a", torch.tensor([1.0, 0.0, 5.0]))
    other = Estimate("b", torch.tensor([2.0, 0.0, -5.0]))
    assert one.cosine(other, torch.tensor([0, 1])) == pytest.approx(1)
    assert one.cosine(other, torch.tensor([0, 1, 2])) < 0


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        (Judged("a", 0.999, 1.1), "agrees"),
        (Judged("a", 0.95, 0.9), "comes near"),
        (Judged("a", 0.999, 0.01), "direction right, 0.01 times as long"),
        (Judged("a", 0.2, 1.0), "points elsewhere"),
        (Judged("a", float("nan"), 1.0), "is not a number"),
        (Judged("a", 0.999, 1.0, contraction=1.2), "diverges: take a scale (or lr) below 0.5"),
    ],
)
def test_an_estimate_is_judged(judged, verdict):
    assert judged.verdict(curvature=4.0) == verdict
    assert judged_table([judged], 4.0).endswith(f"  {verdict}")


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ((1.0, 2.0, 1.5, 0.5), "win back 50%"),
        ((1.0, 2.0, 2.5, -0.5), "make it worse"),
        ((1.0, 1.0, 1.0, 0.0), "nothing to predict"),
    ],
)
def test_responses_are_judged(losses, said):
    assert said in "\n".join(response_lines(*losses))


def diagnosed(text, tmp_path, *args):
    path = tmp_path / "tiny.hspec"
    path.write_text(text)
    return CliRunner().invoke(main, ["diagnose", str(path), *args])


def test_the_command_compares_methods_and_looks_at_responses(tmp_path):
    done = diagnosed(TINY, tmp_path)
    assert done.exit_code == 0, done.output
    assert "hypergradients in decay, beside implicit(exact)" in done.output
    for method in ("implicit(identity)", "implicit(cg(20))", "unrolled(100)", "responses"):
        assert method in done.output
    assert "gradient of the validation loss" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.hspec"]


def test_a_hessian_that_is_singular_leaves_the_reference_to_the_longest_iteration(tmp_path):
    """Some pixels are never set, and their weights have no penalty here."""
    text = TINY.replace("decay : log(1e-8, 1) = 1e-2 per batch", "smooth : rate = 0.1")
    done = diagnosed(text.replace("cross_entropy + l2(decay)", "cross_entropy(smooth)"), tmp_path)
    assert done.exit_code == 0, done.output
    assert "hypergradients in smooth, beside implicit(cg(300))" in done.output


def test_a_reference_may_be_found_by_training_again(tmp_path):
    done = diagnosed(TINY, tmp_path, "--retrain", "30", "--tune", "plain")
    assert done.exit_code == 0, done.output
    assert "beside training again:" in done.output


def test_noise_has_no_hypergradient_but_by_responses(tmp_path):
    text = TINY.replace("decay : log(1e-8, 1) = 1e-2 per batch", "drop : rate = 0.1")
    text = text.replace("  flatten\n", "  flatten\n  dropout(drop)\n").replace(" + l2(decay)", "")
    done = diagnosed(text, tmp_path)
    assert done.exit_code == 0, done.output
    assert "No tuned hyperparameter moves the training loss smoothly" in done.output
    assert "responses:" in done.output


def test_a_search_has_none(tmp_path):
    done = diagnosed(STUDY, tmp_path, "--tune", "s")
    assert done.exit_code == 2
    assert "`random_search` has no hypergradient" in done.output
