"""A choice of words is declared, passed, tuned and shown like any other hyperparameter."""

import pytest
import torch
from attrs import evolve

import hypertune
from hypertune.catalogue import Arg, AugmentType, Catalogue, Use
from hypertune.hyper import STANDARD as DOMAINS
from hypertune.hyper.domains import Domains
from hypertune.ir import Call, DamagedProgram, Hyper, Ref
from hypertune.lowering import place
from hypertune.lowering.arguments import Arguments
from hypertune.runtime.events import Reported
from hypertune.semantics import verify
from hypertune.standard import STANDARD
from hypertune.tuning import prepare
from specs import findings

SPEC = """
hspec 1
hyper drop : rate = 0.3
hyper fill : choice("noise", "zero") = "zero" spread 2
hyper decay : log(1e-8, 1) = 1e-3 per batch
data {
  source = digits; split = (train = 20%, valid = 40%, test = 40%); batch = 64
  augment = cutout(2, 3, fill = fill)
}
model (1, 8, 8) { flatten; dropout(drop); linear(16) given fill; relu; linear(10) given * }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune {
  method = delta_stn(warmup = 0); weights = sgd(lr = 0.05); hypers = adam(lr = 0.05); steps = 12
}
"""


def program(text=SPEC):
    return hypertune.compile_text(text).program


def placed():
    return place(program(), STANDARD, ("cpu",))


def domains():
    words = Call("choice", {"words": ("noise", "zero", "blur")})
    hypers = (
        Hyper("drop", Call("rate"), 0.3),
        Hyper("fill", words, "zero", columns=3),
        Hyper("keep", Call("rate"), 0.6),
    )
    return Domains(hypers, Catalogue(DOMAINS))


def test_a_choice_has_a_free_value_for_each_of_its_words():
    assert [hyper.columns for hyper in program().hypers] == [1, 2, 1]
    assert program().columns == {"drop": range(1), "fill": range(1, 3), "decay": range(3, 4)}
    assert domains().names() == ("drop", "fill[noise]", "fill[zero]", "fill[blur]", "keep")


def test_it_starts_from_its_word():
    found = domains()
    assert found.start_F().tolist()[1:4] == [0, 1, 0]
    assert found.reported(found.start_F()) == {
        "drop": pytest.approx(0.3),
        "fill": "zero",
        "keep": pytest.approx(0.6),
    }


def test_it_is_the_word_with_the_largest_unconstrained_value():
    unconstrained_BF = torch.tensor([[0.0, 3, 1, 2, 0], [0.0, -3, -1, -0.5, 0]])
    constrained_BH = domains().constrain(unconstrained_BF)
    assert constrained_BH.shape == (2, 3)
    assert constrained_BH[:, 1].tolist() == [0, 2]
    assert constrained_BH[:, 0].tolist() == pytest.approx([0.475, 0.475])
    assert domains().reported(unconstrained_BF[0])["fill"] == "noise"


def test_it_carries_no_gradient():
    unconstrained_BF = torch.zeros(4, 5, requires_grad=True)
    (gradient,) = torch.autograd.grad(
        domains().constrain(unconstrained_BF).sum(), unconstrained_BF
    )
    assert (gradient[:, 1:4] == 0).all()
    assert (gradient[:, [0, 4]] > 0).all()


def test_an_argument_gets_the_place_of_the_word_among_its_own():
    cutout = STANDARD.of(AugmentType)["cutout"]
    values = {"fill": torch.tensor([0.0, 1.0])}
    for words, places in ((("zero", "noise"), [0, 1]), (("noise", "zero"), [1, 0])):
        arguments = Arguments({"fill": Ref("fill")}, cutout.args, {"fill": words})
        assert arguments(values)["fill"].tolist() == places


def test_the_weights_respond_to_every_unconstrained_value():
    found = prepare(placed())
    scales = {
        name: value.shape
        for name, value in found.training.problem.response.items()
        if name.endswith("response.weight_scale")
    }
    assert scales == {
        "layers.linear_1.response.weight_scale": (16, 2),
        "layers.linear_2.response.weight_scale": (10, 4),
    }
    declared = sum(costs.response for costs in STANDARD.costs(program()))
    assert declared == sum(p.numel() for p in found.training.problem.response.values())


@pytest.mark.parametrize("method", ["delta_stn(warmup = 0)", "stn(warmup = 0)", "fixed"])
def test_a_run_tells_the_word(method, tmp_path):
    text = SPEC.replace("delta_stn(warmup = 0)", method)
    if method == "fixed":
        text = text.replace("hypers = adam(lr = 0.05); ", "")
    run = hypertune.train(hypertune.compile_text(text).program, out=tmp_path / "run")
    assert run.summary["hypers"]["fill"] in ("zero", "noise")
    assert run.events[-1]["hypers"]["fill"] in ("zero", "noise")
    assert (run.path / "program.json").exists()
    run.model()


def test_its_logits_move_as_unconstrained_values_do():
    found = prepare(placed())
    for _ in found.training.run():
        pass
    unconstrained = found.training.state.unconstrained_H.tolist()
    assert unconstrained[1:3] != [0, 1]


def test_a_program_with_a_wrong_choice_is_damaged():
    right = program()
    drop, fill, decay = right.hypers
    for wrong in (evolve(fill, start="blur"), evolve(fill, start=1.0), evolve(fill, columns=3)):
        with pytest.raises(DamagedProgram, match="hyper fill"):
            verify(evolve(right, hypers=(drop, wrong, decay)), STANDARD)
    other = evolve(fill, domain=Call("choice", {"words": ("zero", "blur")}))
    with pytest.raises(DamagedProgram, match="cutout"):
        verify(evolve(right, hypers=(drop, other, decay)), STANDARD)
    with pytest.raises(DamagedProgram, match="hyper drop"):
        verify(evolve(right, hypers=(evolve(drop, start="zero"), fill, decay)), STANDARD)


@pytest.mark.parametrize("words", ['"zero"', '"zero", "zero"'])
def test_a_choice_is_among_two_words_or_more(words):
    text = SPEC.replace('"noise", "zero"', words)
    assert [found.code for found in findings(text)] == ["HT249"]


def _spoiling(args):
    def spoil(x, values):
        return x + 2 * values["how"].view(-1, 1, 1, 1) * torch.randn_like(x)

    return spoil


HOW = Arg("how", "string", "noise or none", choices=("clean", "noise"), use=Use.DISCRETE)
SPOIL = AugmentType("spoil", "noise on the training examples", (HOW,), (3,), _spoiling)
CHOOSING = """
hspec 1
hyper how : choice("noise", "clean") = "noise"
data {
  source = digits; split = (train = 40%, valid = 30%, test = 30%); batch = 64
  augment = spoil(how)
}
model (1, 8, 8) given * { flatten; linear(64); relu; linear(10) }
objective { train = cross_entropy; valid = cross_entropy }
tune {
  method = METHOD(warmup = 5 epochs); weights = sgd(lr = 0.05, momentum = 0.9)
  hypers = adam(lr = 0.02); epochs = 25
}
"""


@pytest.mark.parametrize("method", ["delta_stn", "stn"])
def test_the_word_that_validates_better_is_found(method):
    catalogue = STANDARD | {"spoil": SPOIL}
    found = hypertune.compile_text(CHOOSING.replace("METHOD", method), catalogue=catalogue).program
    made = prepare(place(found, catalogue, ("cpu",)), catalogue=catalogue)
    reports = [event for event in made.training.run() if isinstance(event, Reported)]
    assert reports[0].hypers == {"how": "noise"}
    assert reports[-1].hypers == {"how": "clean"}
