"""Scaling takes its numbers from the spec, or from the training part alone."""

import re

import numpy as np
import pytest
import torch
from attrs import evolve

from hypertune.catalogue import Catalogue, SourceType
from hypertune.compiler import compile_text
from hypertune.data import STANDARD, DataError
from hypertune.data.loading import load
from hypertune.data.scaling import Scaling, fit, standardize
from hypertune.ir import Call, Data
from hypertune.lowering import place
from hypertune.standard import STANDARD as ALL
from hypertune.tuning import prepare

CATALOGUE = Catalogue(STANDARD)
STANDARDIZE = Call("standardize")
SPLIT = {"train": 0.5, "valid": 0.2, "test": 0.3}


def normalize(mean, std):
    return Call("normalize", {"mean": mean, "std": std})


def test_nothing_asked_changes_numbers_not_and_bytes_to_shares():
    x = torch.randn(3, 4)
    assert torch.equal(fit(None, x).apply(x), x)
    pixels = torch.tensor([[0, 51, 255]], dtype=torch.uint8)
    torch.testing.assert_close(fit(None, pixels).apply(pixels), torch.tensor([[0, 0.2, 1]]))


def test_numbers_of_a_spec_are_one_for_each_channel_or_one_for_all():
    x = torch.rand(4, 3, 5, 5)
    mean, std = (0.1, 0.2, 0.3), (1.0, 2.0, 4.0)
    got = fit(normalize(mean, std), x).apply(x)
    for channel in range(3):
        expected = (x[:, channel] - mean[channel]) / std[channel]
        torch.testing.assert_close(got[:, channel], expected)
    torch.testing.assert_close(fit(normalize(0.5, 2), x).apply(x), (x - 0.5) / 2)


@pytest.mark.parametrize("shape", [(9000,), (9000, 3), (5000, 2, 3, 3)])
def test_standardized_numbers_have_mean_0_and_deviation_1(shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)) * 3 + 7
    y = standardize(x).apply(x)
    axes = [axis for axis in range(y.dim()) if axis != 1]
    zero = torch.zeros_like(y.mean(axes))
    torch.testing.assert_close(y.mean(axes), zero, atol=1e-5, rtol=0)
    torch.testing.assert_close(y.std(axes, correction=0), zero + 1, atol=1e-5, rtol=0)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_a_constant_feature_becomes_zero(constant):
    x = torch.stack([torch.full((50,), constant), torch.arange(50.0)], 1)
    y = standardize(x).apply(x)
    assert y.isfinite().all()
    torch.testing.assert_close(y[:, 0], torch.zeros(50), atol=1e-7, rtol=0)


def test_bytes_are_standardized_as_shares():
    x = torch.randint(0, 256, (6000, 1, 4, 4), dtype=torch.uint8)
    y = standardize(x).apply(x)
    assert y.mean().item() == pytest.approx(0, abs=1e-5)
    assert y.std(correction=0).item() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("source", ["diabetes", "breast_cancer", "digits"])
def test_statistics_come_from_the_training_part_alone(source):
    sets = load(Data(Call(source), SPLIT, 0, STANDARDIZE, (), None), CATALOGUE)
    raw = load(Data(Call(source), SPLIT, 0, None, (), None), CATALOGUE)
    expected = standardize(raw.train.x.double())
    for part in (sets.train, sets.valid, sets.test):
        torch.testing.assert_close(part.scaling.mean, expected.mean, rtol=1e-6, atol=0)
        torch.testing.assert_close(part.scaling.std, expected.std, rtol=1e-6, atol=0)
    assert sets.train.scaling.apply(sets.train.x).mean().item() == pytest.approx(0, abs=1e-5)


def test_real_targets_are_standardized_too_and_can_be_taken_back():
    raw = load(Data(Call("diabetes"), SPLIT, 0, None, (), None), CATALOGUE)
    sets = load(Data(Call("diabetes"), SPLIT, 0, STANDARDIZE, (), None), CATALOGUE)
    assert sets.train.y.mean().item() == pytest.approx(0, abs=1e-5)
    assert sets.train.y.std(correction=0).item() == pytest.approx(1, abs=1e-5)
    assert sets.train.y.dtype == raw.train.y.dtype == torch.float32
    torch.testing.assert_close(sets.target.undo(sets.test.y), raw.test.y.double())
    assert raw.target == Scaling()


def test_classes_are_never_scaled():
    sets = load(Data(Call("digits"), SPLIT, 0, STANDARDIZE, (), None), CATALOGUE)
    assert set(sets.train.y.tolist()) == set(range(10))


def test_metrics_are_in_the_unit_of_the_target():
    program = compile_text("""
        hspec 1
        data {
          source = diabetes; split = (train = 60%, valid = 20%, test = 20%); batch = 64
          scale = standardize
        }
        model (10) { linear(1) }
        objective { train = mse; valid = mse; report = (mse, rmse, mae) }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
        """).program
    prepared = prepare(place(program, ALL, ("cpu",)))
    found, std = prepared.evaluate("test"), prepared.sets.target.std.item()
    assert found["test_mse"] == pytest.approx(found["test_loss"] * std**2, rel=1e-5)
    assert found["test_rmse"] == pytest.approx(found["test_mse"] ** 0.5, rel=1e-5)
    assert std / 2 < found["test_mae"] < found["test_rmse"]


def numbers(x, y, classes=0):
    """A source of these numbers, in double precision."""
    arrays = {"all": (np.asarray(x, np.float64), np.asarray(y))}
    shape = arrays["all"][0].shape[1:]
    kind = SourceType("numbers", "", (), shape, classes, {"all": len(y)}, lambda args: arrays)
    return Catalogue([kind])


SECONDS = 1.7e9 + np.arange(200.0)  # a float32 knows these to within 64


def test_large_numbers_stay_apart_when_they_are_standardized():
    data = Data(Call("numbers"), {"train": 1.0}, None, STANDARDIZE, (), None)
    sets = load(data, numbers(SECONDS[:, None], SECONDS))
    expected = torch.from_numpy((SECONDS - SECONDS.mean()) / SECONDS.std())
    for got in (sets.train.x[:, 0], sets.train.y, sets.train.whole().inputs[:, 0]):
        assert got.dtype == torch.float32
        torch.testing.assert_close(got.double(), expected, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(
        sets.target.undo(sets.train.y), torch.from_numpy(SECONDS), rtol=0, atol=1e-3
    )


def test_numbers_of_a_spec_are_taken_away_in_double_precision():
    data = Data(Call("numbers"), {"train": 1.0}, None, normalize(1.7e9, 100.0), (), None)
    sets = load(data, numbers(SECONDS[:, None], np.arange(200) % 2, classes=2))
    torch.testing.assert_close(sets.train.x[:, 0], torch.arange(200.0) / 100)


@pytest.mark.parametrize(
    ("x", "y", "scale", "what"),
    [
        (
            SECONDS,
            np.zeros(200),
            None,
            "of an example reach 1.7e+09 and deviate by 57.7",
        ),
        (SECONDS, np.zeros(200), normalize(1.0, 3.0), "the numbers of an example"),
        (np.zeros(200), SECONDS, None, "the numbers of the target"),
        (np.zeros(200), SECONDS, normalize(0.0, 1.0), "the numbers of the target"),
    ],
)
def test_numbers_that_would_fall_into_one_are_refused(x, y, scale, what):
    data = Data(Call("numbers"), {"train": 1.0}, None, scale, (), None)
    with pytest.raises(DataError, match=re.escape(what)):
        load(data, numbers(x[:, None], y))


@pytest.mark.parametrize("scale", [None, STANDARDIZE])
@pytest.mark.parametrize(
    "column", [np.full(200, 1.7e9), np.arange(200) * 1e6, 100 + np.arange(200) / 1e3]
)
def test_numbers_that_stay_apart_are_not_refused(scale, column):
    data = Data(Call("numbers"), {"train": 1.0}, None, scale, (), None)
    x = load(data, numbers(column[:, None], np.arange(200) % 2, classes=2)).train.x
    assert x.isfinite().all()


@pytest.mark.parametrize("scale", [None, STANDARDIZE])
def test_numbers_beyond_all_computing_are_refused(scale):
    column = np.array([[1e300], [-1e300], [1.0], [2.0]])
    data = Data(Call("numbers"), {"train": 1.0}, None, scale, (), None)
    with pytest.raises(DataError, match="too large to be computed with"):
        load(data, numbers(column, np.array([0, 1, 0, 1]), classes=2))


def test_error_of_a_large_target_is_not_lost_in_its_size():
    program = compile_text("""
        hspec 1
        data { source = diabetes; split = (train = 60%, valid = 40%); batch = all
               scale = standardize }
        model (10) { linear(1) }
        objective { train = mse; valid = mse; report = rmse }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
        """).program
    data = evolve(program.data, source=Call("numbers"))
    x = np.random.default_rng(0).normal(size=(200, 10))
    sets = load(data, numbers(x, SECONDS))
    prepared = prepare(place(program, ALL, ("cpu",)), sets=sets)
    found = prepared.evaluate("valid")
    expected = found["valid_loss"] ** 0.5 * sets.target.std.item()
    assert found["valid_rmse"] == pytest.approx(expected, rel=1e-5)
