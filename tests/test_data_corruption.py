"""Labels are damaged on purpose: the asked share of the training part, and nothing else."""

import pytest
import torch

from hypertune.compiler import compile_text
from hypertune.data.loading import load
from hypertune.standard import STANDARD
from specs import spec

DATA = "data {{ source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64{} }}"


def sets(corrupt=""):
    data = DATA.format(f"; corrupt = {corrupt}" if corrupt else "")
    return load(compile_text(spec(data=data)).program.data, STANDARD)


@pytest.mark.parametrize("share", [0, 0.4, 1])
def test_so_many_training_labels_are_wrong(share):
    right, wrong = sets(), sets(f"labels({share})")
    changed = (right.train.y != wrong.train.y).sum().item()
    assert changed == round(share * len(right.train))
    assert set(wrong.train.y.tolist()) <= set(range(10))


def test_examples_and_the_other_parts_stay_as_they_are():
    right, wrong = sets(), sets("labels(40%)")
    assert torch.equal(right.train.x, wrong.train.x)
    for part in ("valid", "test"):
        assert torch.equal(getattr(right, part).y, getattr(wrong, part).y)


def test_wrong_classes_are_evenly_drawn():
    right, wrong = sets(), sets("labels(100%)")
    steps = ((wrong.train.y - right.train.y) % 10).bincount(minlength=10)
    assert steps[0] == 0
    assert steps[1:].min() > 0.6 * steps.sum() / 9


def test_the_seed_decides():
    first, again, other = sets("labels(0.4)"), sets("labels(0.4)"), sets("labels(0.4, seed = 1)")
    assert torch.equal(first.train.y, again.train.y)
    assert not torch.equal(first.train.y, other.train.y)
