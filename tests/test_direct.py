"""A hyperparameter that `valid` takes directly is not tuned on it, unless the spec says so."""

from __future__ import annotations

import pytest

from hypertune.compiler import compile_text
from hypertune.emitting.spec_text import print_spec
from specs import findings, spec

TUNED = "tune { method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.1); epochs = 1 }"
WEIGHT = "hyper w : real(0, 2) = 1"


def objective(valid: str, direct: str = "") -> str:
    train = "train = cross_entropy(weight = w)"
    return f"objective {{ {train}; valid = {valid}; {direct} }}"


def codes(**changed: str) -> list[str]:
    defaults = {
        "names": WEIGHT,
        "tune": TUNED,
        "objective": objective("cross_entropy(weight = w)"),
    }
    return [found.code for found in findings(spec(**defaults | changed))]


def test_a_tuned_weight_of_the_validation_loss_is_refused() -> None:
    assert codes() == ["HT626"]


@pytest.mark.parametrize(
    "changed",
    [
        {"tune": "tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }"},
        {"names": f"{WEIGHT} frozen"},
        {"objective": objective("cross_entropy(weight = w)", "direct = w")},
        {"objective": objective("cross_entropy(weight = w)", "direct = (w,)")},
        {"objective": objective("cross_entropy + l2(w)", "direct = w")},
    ],
    ids=["nothing tunes", "frozen", "asked for", "asked for in a tuple", "as a penalty"],
)
def test_what_is_not_tuned_or_was_asked_for_may_stand_there(changed: dict[str, str]) -> None:
    names = changed.get("names", WEIGHT).replace("1", "1 per batch")
    assert codes(**changed | {"names": names}) == []


def test_a_penalty_of_constant_strength_is_warned_of() -> None:
    assert codes(objective=objective("cross_entropy + l2(1e-3)")) == ["HT624"]


def test_what_was_asked_for_is_written_where_a_program_is_rendered() -> None:
    text = spec(
        names=WEIGHT, tune=TUNED, objective=objective("cross_entropy(weight = w)", "direct = w")
    )
    program = compile_text(text).program
    assert "  direct = w\n" in print_spec(program)
    assert compile_text(print_spec(program)).program == program
