"""The pages on problems in Python run, print what they show, and are worth what they say."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
NUMBER = re.compile(r"-?\d+\.?\d*")


@pytest.fixture
def run(capsys):
    """Runs the example of a page, whose names it gives, and compares what it prints."""

    def run(name):
        text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        names = {}
        exec(compile(code, f"docs/{name}.md", "exec"), names)
        shown = re.search(r"\nIt prints\n\n((?:    .*\n)+)", text)[1]
        shown, printed = (re.sub(r"(?m)^ +", "", t) for t in (shown, capsys.readouterr().out))
        assert NUMBER.sub("0", printed) == NUMBER.sub("0", shown)
        pairs = [[float(number) for number in NUMBER.findall(t)] for t in (printed, shown)]
        assert pairs[0] == pytest.approx(pairs[1], rel=0.25, abs=0.01)
        return names

    return run


def test_total_variation_is_tuned_beyond_a_grid_on_other_pictures(run):
    names = run("problems/total_variation")
    tuned, start, *grid = names["found"]
    assert tuned > names["noisy"] + 5
    assert tuned > max(start, *grid) + 0.3


def test_a_field_of_experts_learns_filters_that_beat_cosines_on_other_pictures(run):
    names = run("problems/field_of_experts")
    assert names["by_cosines"] > names["noisy"] + 4
    assert names["by_learnt"] > names["by_cosines"] + 0.5
    assert names["learnt"].shape == (72,)


def test_a_penalty_for_each_weight_beats_one_for_all_on_the_test_part(run):
    names = run("problems/weight_penalties")
    one, each = names["one"], names["each"]
    assert each.valid_loss < 0.7 * one.valid_loss
    assert each.metrics["test_loss"] < 0.8 * one.metrics["test_loss"]


def test_hyper_cleaning_finds_wrong_labels_and_does_as_well_as_without_them(run):
    names = run("problems/hyper_cleaning")
    assert names["area"] > 0.95
    found = names["accuracies"]
    assert found["weighted"] > found["all labels"] + 0.03
    assert found["weighted"] > found["right labels"] - 0.01


def test_initial_weights_are_learnt_from_which_new_tasks_are_learnt_better(run):
    found = run("problems/few_shots")["found"]
    assert found["from those of MAML"] > found["in five steps from random weights"] + 0.04
    assert found["near those of implicit MAML"] > found["near random weights"] + 0.08


def test_an_equilibrium_sees_what_a_linear_classifier_does_not(run):
    names = run("problems/equilibrium")
    equilibrium, linear = names["scores"]
    assert equilibrium > linear + 0.02
    assert names["start"] < 0.6
    assert names["last"].metrics["unrest"] < 1e-3


def test_an_architecture_is_found_that_beats_the_mean_of_uniform_ones(run):
    names = run("problems/architecture")
    best, *others = names["found"].values()
    assert best.valid_loss < sum(each.valid_loss for each in others) / len(others) / 2


def test_a_price_closes_gates_and_leaves_the_pixels_that_are_worth_it(run):
    names = run("problems/size_penalty")
    free, priced = names["shares"]
    assert priced < 0.4 < 0.6 < free
    assert names["count"] < 20
    _, chosen, varied = names["found"]
    assert chosen > varied + 0.03


def test_a_problem_is_tuned_by_every_method_and_taken_up_exactly(run):
    names = run("problem")
    losses = {name: last.valid_loss for name, last in names["found"].items()}
    start = losses.pop("fixed")
    assert all(loss < start - 0.5 for loss in losses.values())
    assert names["same"]
    assert names["first"].state.unconstrained_H.equal(names["second"].state.unconstrained_H)


def test_the_page_of_the_problem_names_all_that_are_written_out():
    page = (DOCS / "problem.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\(problems/(\w+)\.md\)", page))
    assert linked == {path.stem for path in (DOCS / "problems").glob("*.md")}
