"""Scaling takes its numbers from the spec, or from the training part alone."""

import pytest
import torch

from hypertune.catalogue import Catalogue
from hypertune.compiler import compile_text
from hypertune.data import STANDARD
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
    expected = standardize(sets.train.x)
    for part in (sets.train, sets.valid, sets.test):
        torch.testing.assert_close(part.scaling.mean, expected.mean)
        torch.testing.assert_close(part.scaling.std, expected.std)
    assert sets.train.whole()[0].mean().item() == pytest.approx(0, abs=1e-5)


def test_real_targets_are_standardized_too_and_can_be_taken_back():
    raw = load(Data(Call("diabetes"), SPLIT, 0, None, (), None), CATALOGUE)
    sets = load(Data(Call("diabetes"), SPLIT, 0, STANDARDIZE, (), None), CATALOGUE)
    assert sets.train.y.mean().item() == pytest.approx(0, abs=1e-5)
    assert sets.train.y.std(correction=0).item() == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(sets.test.y * sets.target.std + sets.target.mean, raw.test.y)
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
