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
