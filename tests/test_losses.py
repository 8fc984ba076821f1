"""Losses against torch's own, penalties against their definitions, metrics by parts."""

from math import e

import pytest
import torch
from torch.nn import functional

from hypertune.catalogue import Catalogue, LossType, MetricType
from hypertune.losses import STANDARD
from hypertune.losses.loss_input import LossInput

CATALOGUE = Catalogue(STANDARD)
LOSSES, METRICS = CATALOGUE.of(LossType), CATALOGUE.of(MetricType)
OUTPUT_BC = torch.linspace(-2, 2, 24, dtype=torch.float64).view(8, 3).sin() * 3
CLASSES_B = torch.tensor([0, 1, 2, 2, 1, 0, 0, 1])


def unasked():
    raise AssertionError("a loss that is no penalty read the weights")


def given_to(output, target, values=None, squares=unasked, absolutes=unasked):
    return LossInput(output, target, values or {}, squares, absolutes)


def cross_entropy(smoothing, values=None, weight=1.0):
    loss = LOSSES["cross_entropy"].build({"smoothing": smoothing, "weight": weight})
    return loss(given_to(OUTPUT_BC, CLASSES_B, values))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_cross_entropy_is_that_of_torch(smoothing):
    expected = functional.cross_entropy(OUTPUT_BC, CLASSES_B, label_smoothing=smoothing)
    torch.testing.assert_close(cross_entropy(smoothing), expected)


def test_a_tuned_smoothing_is_the_constant_one_example_by_example():
    smoothing_B = torch.linspace(0, 0.9, 8, dtype=torch.float64)
    each = [
        functional.cross_entropy(output, target, label_smoothing=float(smoothing))
        for output, target, smoothing in zip(OUTPUT_BC, CLASSES_B, smoothing_B, strict=True)
    ]
    tuned = cross_entropy(None, {"smoothing": smoothing_B})
    torch.testing.assert_close(tuned, torch.stack(each).mean())
    shared = cross_entropy(None, {"smoothing": smoothing_B[3:4]})
    torch.testing.assert_close(shared, cross_entropy(float(smoothing_B[3])))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_a_weight_is_what_an_example_counts(smoothing):
    weight_B = torch.linspace(0, 2, 8, dtype=torch.float64)
    each_B = functional.cross_entropy(
        OUTPUT_BC, CLASSES_B, label_smoothing=smoothing, reduction="none"
    )
    tuned = cross_entropy(smoothing, {"weight": weight_B}, None)
    torch.testing.assert_close(tuned, (weight_B * each_B).mean())
    constant = cross_entropy(smoothing, None, 0.5)
    torch.testing.assert_close(constant, 0.5 * each_B.mean())
    both = cross_entropy(
        None, {"weight": weight_B, "smoothing": torch.full_like(weight_B, 0.3)}, None
    )
    uniform = functional.cross_entropy(OUTPUT_BC, CLASSES_B, label_smoothing=0.3, reduction="none")
    torch.testing.assert_close(both, (weight_B * uniform).mean())


def test_cross_entropy_carries_a_gradient_to_its_smoothing():
    smoothing_B = torch.full((8,), 0.1, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda s: cross_entropy(None, {"smoothing": s}), (smoothing_B,)
    )


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_mse_meets_a_target_with_or_without_an_axis_of_its_own(shape):
    output, target = torch.arange(5.0).view(5, 1), torch.tensor([1.0, 1, 1, 1, 6]).view(shape)
    loss = LOSSES["mse"].build({})(given_to(output, target))
    assert loss.item() == pytest.approx((1 + 0 + 1 + 4 + 4) / 5)


def test_the_gradient_of_l2_is_that_of_a_weight_decay():
    w = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    l2 = LOSSES["l2"].build({"strength": 0.1})
    nothing = torch.empty(0)
    loss = l2(given_to(nothing, nothing, squares=lambda: w.square().sum().view(1)))
    (gradient,) = torch.autograd.grad(loss, w)
    torch.testing.assert_close(gradient, 0.1 * w.detach())


@pytest.mark.parametrize(("name", "half"), [("l2", 0.5), ("l1", 1.0)])
@pytest.mark.parametrize("rows", [(1, 1), (1, 4), (4, 1), (4, 4)])
def test_a_penalty_is_the_mean_over_examples(name, half, rows):
    strength, norm = torch.rand(rows[0]), torch.rand(rows[1])
    loss = LOSSES[name].build({"strength": None})
    nothing = torch.empty(0)
    given = loss(given_to(nothing, nothing, {"strength": strength}, lambda: norm, lambda: norm))
    expected = half * (strength.expand(4) * norm.expand(4)).mean()
    torch.testing.assert_close(given, expected)


def test_l1_asks_for_one_draw_per_batch():
    (strength,) = LOSSES["l1"].args
    assert strength.per_batch
    (strength,) = LOSSES["l2"].args
    assert not strength.per_batch


# Logits are 1 for the class that is told, and 0 for the two others.
CLASS_VALUES = {"accuracy": 5 / 8, "error": 3 / 8, "perplexity": (e + 2) / e ** (5 / 8)}
REAL_VALUES = {"mse": 5.25, "rmse": 5.25**0.5, "mae": 1.75}


def measured(name, output, target, size):
    """A metric over parts of `size` examples."""
    metric = METRICS[name]
    summed = metric.build()
    sums = [summed(x, y) for x, y in zip(output.split(size), target.split(size), strict=True)]
    return metric.read(float(sum(sums)) / len(output))


@pytest.mark.parametrize("size", [1, 3, 8])
@pytest.mark.parametrize("name", CLASS_VALUES)
def test_a_metric_of_classes_adds_up_over_batches(name, size):
    said = torch.tensor([0, 1, 2, 1, 1, 2, 0, 0])
    output = functional.one_hot(said, 3).float()
    assert measured(name, output, CLASSES_B, size) == pytest.approx(CLASS_VALUES[name])


@pytest.mark.parametrize("size", [1, 3, 4])
@pytest.mark.parametrize("name", REAL_VALUES)
def test_a_metric_of_reals_adds_up_over_batches(name, size):
    output, target = torch.tensor([[1.0], [2], [3], [4]]), torch.tensor([1.0, 0, 7, 5])
    assert measured(name, output, target, size) == pytest.approx(REAL_VALUES[name])


@pytest.mark.parametrize("name", CLASS_VALUES)
def test_a_metric_of_classes_counts_tokens(name):
    said = torch.tensor([[0, 1, 2, 1], [1, 2, 0, 0]])
    found = METRICS[name].build()(functional.one_hot(said, 3).float(), CLASSES_B.view(2, 4))
    assert METRICS[name].read(float(found) / 8) == pytest.approx(CLASS_VALUES[name])


def test_a_perplexity_without_bounds_is_infinite():
    assert METRICS["perplexity"].read(1e4) == float("inf")


def test_every_metric_is_held_to_a_number():
    assert set(METRICS) == {*CLASS_VALUES, *REAL_VALUES}
