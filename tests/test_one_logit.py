"""Two classes are told by one logit as well as by two."""

import pytest
import torch
from sklearn.metrics import f1_score, roc_auc_score

from hypertune.compiler import compile_text
from hypertune.data.loading import look
from hypertune.jobs.fitting import check_fits
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.tuning import prepare
from specs import findings

SPEC = """
hspec 1
hyper decay : log(1e-6, 1) = 1e-3
data {
  source = breast_cancer; scale = standardize
  split = (train = 60%, valid = 40%); batch = 100
}
model (30) given * { linear(OUTPUTS) }
objective {
  train = bce + l2(decay) + entropy(1e-3)
  valid = bce; report = (accuracy, error, f1, auroc, perplexity)
}
tune {
  method = delta_stn(warmup = 0); weights = sgd(lr = 0.1); hypers = adam(lr = 0.01); epochs = 3
}
"""


def prepared(outputs):
    program = compile_text(SPEC.replace("OUTPUTS", str(outputs))).program
    check_fits(program, look(program.data, STANDARD), STANDARD)
    return prepare(place(program, STANDARD, ("cpu",)))


def test_one_logit_is_measured_as_scikit_learn_does():
    made = prepared(1)
    list(made.training.run())
    found = made.evaluate("valid")
    plain = made.plain_state()
    valid = made.sets.valid
    with torch.no_grad():
        x = valid.scaling.normalised(valid.x)
        z = x @ plain["linear_1.weight"].T + plain["linear_1.bias"]
    z, y = z[:, 0], valid.y
    assert found["valid_accuracy"] == pytest.approx(((z > 0) == (y == 1)).float().mean().item())
    assert found["valid_accuracy"] + found["valid_error"] == pytest.approx(1)
    assert found["valid_auroc"] == pytest.approx(roc_auc_score(y, z))
    assert found["valid_f1"] == pytest.approx(f1_score(y, z > 0, average="macro"))
    log_loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y.float())
    assert found["valid_perplexity"] == pytest.approx(log_loss.exp().item(), rel=1e-4)
    assert found["valid_loss"] == pytest.approx(log_loss.item(), rel=1e-4)


def test_two_logits_are_told_as_well():
    made = prepared(2)
    list(made.training.run())
    assert made.evaluate("valid")["valid_auroc"] > 0.9


@pytest.mark.parametrize("loss", ["cross_entropy", "focal"])
def test_other_losses_want_a_logit_for_each_class(loss):
    (found,) = findings(SPEC.replace("OUTPUTS", "1").replace("bce", loss))
    assert (found.code, found.wanted) == ("HT308", (2,))


def test_more_classes_want_a_logit_each():
    text = SPEC.replace("OUTPUTS", "1").replace("breast_cancer", "digits").replace("(30)", "(64)")
    text = text.replace("(accuracy, error, f1, auroc, perplexity)", "accuracy")
    assert {found.code for found in findings(text)} >= {"HT308"}


def test_a_metric_that_has_no_number_yet_ends_no_training():
    made = prepared(1)
    for weight in made.training.state.weights.values():
        weight.data.fill_(torch.nan)
    found = made.evaluate("valid")
    assert found["valid_auroc"] != found["valid_auroc"]
