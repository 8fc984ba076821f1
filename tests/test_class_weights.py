"""Classes count as they are written, or as much as every other in the training part."""

import pytest
import torch
from click.testing import CliRunner
from tiny import TINY
from torch.nn import functional

from hypertune import STANDARD, compile_text
from hypertune.cli import main
from hypertune.diagnostics import SpecError
from hypertune.losses.cross_entropy import CROSS_ENTROPY
from hypertune.losses.loss_input import LossInput
from hypertune.lowering import place
from hypertune.lowering.class_counts import balanced
from hypertune.tuning import prepare

OUTPUT_BC = torch.linspace(-2, 2, 24, dtype=torch.float64).view(8, 3).sin() * 3
CLASS_B = torch.tensor([0, 1, 2, 2, 1, 0, 0, 1])
WEIGHT_C = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)


def cross_entropy(target, **args):
    loss = CROSS_ENTROPY.build({"smoothing": 0.0, "weight": 1.0, "class_weights": None, **args})
    given = LossInput(OUTPUT_BC, target, {}, None, None, per_class={"class_weights": WEIGHT_C})
    return loss(given)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("target", [CLASS_B, OUTPUT_BC.softmax(1).flip(0)], ids=["hard", "soft"])
def test_class_weights_are_those_of_torch_summed_and_divided_by_the_examples(smoothing, target):
    expected = functional.cross_entropy(
        OUTPUT_BC, target, WEIGHT_C, reduction="sum", label_smoothing=smoothing
    )
    torch.testing.assert_close(cross_entropy(target, smoothing=smoothing), expected / 8)


def test_weights_of_classes_multiply_those_of_examples():
    torch.testing.assert_close(cross_entropy(CLASS_B, weight=0.5), cross_entropy(CLASS_B) / 2)


def spec(train="cross_entropy", valid="cross_entropy"):
    text = TINY.replace("train  = cross_entropy", f"train  = {train}")
    return text.replace("valid  = cross_entropy", f"valid  = {valid}")


def losses(text):
    """Of the first ten digits, in training and in validation, as the compiled program tells."""
    prepared = prepare(place(compile_text(text).program, STANDARD, ("cpu",)), "plain")
    passes, problem = prepared.training.passes, prepared.training.problem
    weights, at = prepared.training.state.weights, prepared.training.conditioning()
    sample = passes.train(0)
    sides = (problem.inner, problem.outer)
    return [float(side(weights, at, sample)[0]) for side in sides], sample, prepared


def test_they_count_only_in_the_loss_where_they_are_written():
    (train, valid), _, _ = losses(spec())
    numbers = f"cross_entropy(class_weights = ({', '.join(['2'] * 10)}))"
    twice = train + valid  # the penalty counts as before
    assert losses(spec(train=numbers))[0] == pytest.approx([twice, valid], rel=1e-6)
    assert losses(spec(valid=numbers))[0] == pytest.approx([train, 2 * valid], rel=1e-6)


def test_balanced_counts_the_classes_of_the_training_part():
    (_, found), sample, prepared = losses(spec(valid="cross_entropy(class_weights = balanced)"))
    count_C = prepared.sets.train.y.bincount(minlength=10)
    assert count_C.min() < count_C.max()
    weight_C = len(prepared.sets.train) / (10 * count_C)
    written = ", ".join(map(str, weight_C.tolist()))
    (_, expected), again, _ = losses(spec(valid=f"cross_entropy(class_weights = ({written}))"))
    assert sample.batch.targets.equal(again.batch.targets)
    assert found == pytest.approx(expected, rel=1e-6)
    of_examples = weight_C[prepared.sets.train.y]
    assert of_examples.mean() == pytest.approx(1)


def test_balanced_is_numbers_once_the_examples_are_known():
    program = compile_text(spec(train="cross_entropy(class_weights = balanced)")).program
    found = balanced(program, STANDARD, torch.tensor([0] * 6 + [1] * 2), 2)
    assert found.objective.train[0].loss.args["class_weights"] == pytest.approx((2 / 3, 2))
    assert found.objective.valid == program.objective.valid


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("(1, 2, 3)", "takes 10 numbers"),
        ("2", "takes 10 numbers"),
        ("balancd", "balanced"),
        ("(1, -1)", "0 or more"),
        ('"uneven"', "balanced"),
        ("true", "a number or a tuple of them, or `balanced`"),
    ],
)
def test_wrong_weights_are_told_when_the_spec_is_checked(written, told):
    with pytest.raises(SpecError) as refused:
        compile_text(spec(train=f"cross_entropy(class_weights = {written})"))
    assert told in str(refused.value)


def table(path, rows):
    path.write_text("a,b,y\n" + "\n".join(f"{i},{i * i % 7},{word}" for i, word in rows) + "\n")


def run(tmp_path, weights, split="train = 50%, valid = 50%"):
    text = TINY.replace("digits", 'csv("t.csv", target = "y", classes = true)')
    text = text.replace("(1, 8, 8)", "(2,)").replace("  flatten\n  linear(10)", "  linear(2)")
    text = text.replace(
        "train  = cross_entropy", f"train = cross_entropy(class_weights = {weights})"
    )
    start = text.index("  split")
    text = f"{text[:start]}  split = ({split})\n{text[text.index(chr(10), start) + 1 :]}"
    (tmp_path / "s.hspec").write_text(text.replace("batch  = 64", "batch = 8"))
    return CliRunner().invoke(
        main, ["train", str(tmp_path / "s.hspec"), "--tune", "plain", "--out", str(tmp_path / "r")]
    )


def test_a_table_with_a_rare_class_is_trained_balanced(tmp_path):
    table(tmp_path / "t.csv", [(i, "rare" if i % 8 == 0 else "often") for i in range(64)])
    done = run(tmp_path, "balanced", "train = 50%, valid = 50%, stratified = true")
    assert done.exit_code == 0, done.output


def test_a_class_without_training_examples_cannot_be_balanced(tmp_path):
    table(tmp_path / "t.csv", [(i, "rare" if i == 0 else "often") for i in range(64)])
    seeds = (run(tmp_path, "balanced", f"train = 25%, valid = 75%, seed = {s}") for s in range(9))
    refused = next(done for done in seeds if done.exit_code)
    assert refused.exit_code == 4
    assert "no example of the class rare" in refused.stderr


def test_a_table_that_changed_its_classes_is_refused_before_it_is_trained_on(tmp_path):
    table(tmp_path / "t.csv", [(i, "xyz"[i % 3]) for i in range(64)])
    done = run(tmp_path, "(1, 2)")
    assert done.exit_code == 1
    assert "takes 3 numbers" in done.stderr
