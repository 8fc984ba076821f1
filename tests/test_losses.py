"""Losses against torch's own, penalties against their definitions, metrics by parts."""

from math import e, isnan

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


# a loss, its arguments, and torch's own for the same
OF_CLASSES = {
    "nll": ({}, lambda x, y: functional.nll_loss(x, y)),
    "focal": ({"gamma": 0.0}, functional.cross_entropy),
    "hinge": ({"margin": 0.7}, lambda x, y: functional.multi_margin_loss(x, y, margin=0.7)),
    "bce": (
        {},
        lambda x, y: functional.binary_cross_entropy_with_logits(
            x, functional.one_hot(y, 3).double()
        ),
    ),
}


def of_classes(name, output, target, values=None, **args):
    return LOSSES[name].build({"weight": 1.0} | args)(given_to(output, target, values))


@pytest.mark.parametrize("name", OF_CLASSES)
def test_a_loss_of_classes_is_that_of_torch(name):
    args, theirs = OF_CLASSES[name]
    found = of_classes(name, OUTPUT_BC, CLASSES_B, **args)
    torch.testing.assert_close(found, theirs(OUTPUT_BC, CLASSES_B))


@pytest.mark.parametrize("name", OF_CLASSES)
def test_a_loss_of_classes_is_the_mean_over_tokens(name):
    args, theirs = OF_CLASSES[name]
    found = of_classes(name, OUTPUT_BC.view(2, 4, 3), CLASSES_B.view(2, 4), **args)
    torch.testing.assert_close(found, theirs(OUTPUT_BC, CLASSES_B))


@pytest.mark.parametrize("name", OF_CLASSES)
def test_shares_of_classes_mix_the_losses_of_each(name):
    args, _ = OF_CLASSES[name]
    other_B = (CLASSES_B + 1) % 3
    shares = 0.3 * functional.one_hot(CLASSES_B, 3) + 0.7 * functional.one_hot(other_B, 3)
    first, second = (of_classes(name, OUTPUT_BC, y, **args) for y in (CLASSES_B, other_B))
    found = of_classes(name, OUTPUT_BC, shares.double(), **args)
    torch.testing.assert_close(found, 0.3 * first + 0.7 * second)


@pytest.mark.parametrize(("name", "strength"), [("focal", "gamma"), ("hinge", "margin")])
def test_each_example_of_a_text_has_its_own_strength(name, strength):
    output, target = OUTPUT_BC.view(2, 4, 3), CLASSES_B.view(2, 4)
    values = {strength: torch.tensor([0.5, 1.5], dtype=torch.float64)}
    rows = [
        of_classes(name, x, y, **{strength: float(value)})
        for x, y, value in zip(output, target, values[strength], strict=True)
    ]
    found = of_classes(name, output, target, values, **{strength: None})
    torch.testing.assert_close(found, torch.stack(rows).mean())


def test_focal_counts_an_example_by_what_is_missing():
    p_B = functional.softmax(OUTPUT_BC, 1).gather(1, CLASSES_B[:, None])[:, 0]
    expected = (-((1 - p_B) ** 1.5) * p_B.log()).mean()
    torch.testing.assert_close(of_classes("focal", OUTPUT_BC, CLASSES_B, gamma=1.5), expected)


def test_focal_has_a_gradient_where_nothing_is_missing():
    sure = torch.tensor([[200.0, 0], [0, 200.0]], requires_grad=True)
    gamma = torch.tensor([0.5], requires_grad=True)
    loss = of_classes("focal", sure, torch.tensor([0, 1]), {"gamma": gamma}, gamma=None)
    assert all(g.isfinite().all() for g in torch.autograd.grad(loss, (sure, gamma)))


def test_one_logit_of_bce_is_that_of_the_second_of_two_classes():
    z_B1, y_B = OUTPUT_BC[:, :1], CLASSES_B.clamp(max=1)
    two = torch.cat([torch.zeros_like(z_B1), z_B1], 1)
    expected = functional.cross_entropy(two, y_B)
    torch.testing.assert_close(of_classes("bce", z_B1, y_B), expected)
    shares = functional.one_hot(y_B, 2).double() * 0.8 + 0.1
    torch.testing.assert_close(
        of_classes("bce", z_B1, shares), functional.cross_entropy(two, shares)
    )


OF_NUMBERS = {
    "mse": ({}, functional.mse_loss),
    "mae": ({}, functional.l1_loss),
    "huber": ({"delta": 0.8}, lambda x, y: functional.huber_loss(x, y, delta=0.8)),
}


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_a_loss_of_numbers_is_that_of_torch(name):
    args, theirs = OF_NUMBERS[name]
    target = OUTPUT_BC.flip(0).cos()
    found = of_classes(name, OUTPUT_BC, target, **args)
    torch.testing.assert_close(found, theirs(OUTPUT_BC, target))


@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_a_number_meets_a_target_with_or_without_an_axis_of_its_own(name, shape):
    output, target = torch.arange(5.0).view(5, 1), torch.tensor([1.0, 1, 1, 1, 6]).view(shape)
    args, theirs = OF_NUMBERS[name]
    found = of_classes(name, output, target, **args)
    torch.testing.assert_close(found, theirs(output, target.view(5, 1)))


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
    strength, *_ = LOSSES["l1"].args
    assert strength.per_batch
    strength, *_ = LOSSES["l2"].args
    assert not strength.per_batch


# Logits are 1 for the class that is told, and 0 for the two others.
CLASS_VALUES = {
    "accuracy": 5 / 8,
    "error": 3 / 8,
    "top5": 1.0,
    "perplexity": (e + 2) / e ** (5 / 8),
    # told and true 2, 2, 1 times, of 3 + 3, 3 + 3, 2 + 2
    "f1": (4 / 6 + 4 / 6 + 2 / 4) / 3,
}
REAL_VALUES = {"mse": 5.25, "rmse": 5.25**0.5, "mae": 1.75, "r2": 1 - 21 / 32.75}


def measured(name, output, target, size):
    """A metric over parts of `size` examples."""
    metric = METRICS[name]
    build = metric.build()
    parts = [build(x, y) for x, y in zip(output.split(size), target.split(size), strict=True)]
    if metric.of_all:
        return metric.read(torch.cat(parts).numpy())
    return metric.read(float(sum(parts)) / len(output))


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
    metric = METRICS[name]
    found = metric.build()(functional.one_hot(said, 3).float(), CLASSES_B.view(2, 4))
    value = metric.read(found.numpy() if metric.of_all else float(found) / 8)
    assert value == pytest.approx(CLASS_VALUES[name])


def test_top5_counts_those_among_the_five_that_are_told_first():
    output = torch.arange(7.0).expand(7, 7)
    assert measured("top5", output, torch.arange(7), 3) == pytest.approx(5 / 7)


def test_f1_leaves_out_a_class_that_is_neither_there_nor_told():
    output = functional.one_hot(torch.tensor([0, 0, 2, 2]), 4).float()
    target = torch.tensor([0, 2, 2, 2])
    assert measured("f1", output, target, 4) == pytest.approx((2 / 3 + 4 / 5) / 2)


@pytest.mark.parametrize("size", [1, 3, 40])
def test_auroc_is_the_share_of_pairs_in_their_order(size):
    score = torch.arange(40).mul(7).remainder(13).float()  # with ties
    target = (torch.arange(40) % 3 == 0).long()
    other = torch.arange(40.0) % 7
    output = torch.stack([other, score + other], 1)
    second, first = score[target == 1], score[target == 0]
    ahead = second[:, None] - first
    expected = ((ahead > 0).float() + (ahead == 0).float() / 2).mean()
    assert measured("auroc", output, target, size) == pytest.approx(float(expected))


def test_auroc_of_one_class_is_no_number():
    assert isnan(measured("auroc", torch.randn(4, 2), torch.ones(4, dtype=torch.long), 4))


def test_auroc_tells_apart_what_is_sure():
    output = torch.tensor([[0.0, 400], [0, 300], [0, 200]])
    assert measured("auroc", output, torch.tensor([1, 1, 0]), 3) == 1


def test_a_perplexity_without_bounds_is_infinite():
    assert METRICS["perplexity"].read(1e4) == float("inf")


def test_every_metric_is_held_to_a_number():
    assert set(METRICS) == {*CLASS_VALUES, *REAL_VALUES, "auroc"}
