"""The end of a training says what came of it, and what did not come of tuning."""

import pytest

from hypertune.reporting.closing import closing

START = {"decay": 1e-2, "way": "left"}
SAME = {"decay": 1e-2 * (1 + 1e-7), "way": "left"}
MOVED = {"decay": 1.1e-2, "way": "left"}
OTHER = {"decay": 1e-2, "way": "right"}


def end(best, last):
    def state(hypers, epoch):
        return {"step": 10 * epoch, "epoch": epoch, "valid_loss": 0.5, "hypers": hypers}

    summary = {"method": "stn", "message": "completed", "seconds": 1.0}
    return closing(START, summary | {"best": state(best, 4), "last": state(last, 9)})


@pytest.mark.parametrize("last", [MOVED, OTHER])
def test_a_best_epoch_before_tuning_is_told(last):
    assert "before tuning began" in end(SAME, last)


@pytest.mark.parametrize(("best", "last"), [(MOVED, OTHER), (OTHER, MOVED), (SAME, SAME)])
def test_nothing_is_told_of_a_best_epoch_of_tuning_or_where_nothing_is_tuned(best, last):
    assert "before tuning began" not in end(best, last)


def searched(step):
    summary = {"method": "bayesian", "message": "completed 9 trials", "seconds": 1.0}
    best = {"step": step, "epoch": 7.0, "valid_loss": 0.5, "hypers": OTHER}
    counts = {"completed": 7, "pruned": 2}
    return closing(START, {**summary, "epochs": 9.0, "best": best, "last": best, "trials": counts})


def test_a_study_tells_its_best_trial_and_how_the_trials_ended():
    text = searched(4)
    assert "trials: 7 completed, 2 pruned; 9 epochs in all" in text
    assert "best (trial 4)" in text
    assert "last" not in text
    assert "No trial was better" not in text


def test_a_study_whose_first_trial_is_best_says_so():
    assert "No trial was better than the first" in searched(1)
