"""A penalty in a spec reaches the training loss, and nothing else."""

import pytest
import torch
from hypothesis import Phase, find, settings
from tiny import TINY
from torch.nn import functional

from hypertune.catalogue import LayerType
from hypertune.compiler import compile_text
from hypertune.layers import STANDARD as LAYERS
from hypertune.losses.per_weight import ABSOLUTES, SQUARES, penalty
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.testing.drawing import cases
from hypertune.tuning import prepare
from specs import findings

DEEP = TINY.replace(
    "  flatten\n  linear(10)\n", "  flatten; linear(16) as hidden; tanh; linear(10) as told\n"
)
HIDDEN, TOLD = "layers.hidden.weight", "layers.told.weight"


def prepared(penalty, text=DEEP):
    compiled = compile_text(text.replace("l2(decay)", penalty))
    return prepare(place(compiled.program, STANDARD, ("cpu",)), "tuned")


def added(made, at):
    """What the training loss has that the validation loss has not."""
    problem, state = made.training.problem, made.training.state
    sample = made.training.passes.train(0)
    inner, _ = problem.inner(state.weights, at, sample)
    outer, _ = problem.outer(state.weights, at, sample)
    return inner - outer


def units(w, limit):
    return (w.norm(dim=1) - limit).clamp(min=0).square().sum() / 2


@pytest.mark.parametrize(
    ("penalty", "size"),
    [
        ("l2(decay)", lambda w, v: (w.square().sum() + v.square().sum()) / 2),
        ("l1(decay)", lambda w, v: w.abs().sum() + v.abs().sum()),
        ("l2(decay, of = hidden)", lambda w, v: w.square().sum() / 2),
        ("l1(decay, of = told)", lambda w, v: v.abs().sum()),
        ("elastic(decay, 0.25)", lambda w, v: sum(m.abs().sum() / 4 + 3 / 8 * m.square().sum()
                                                  for m in (w, v))),
        ("elastic(decay, of = told)", lambda w, v: v.abs().sum() / 2 + v.square().sum() / 4),
        ("max_norm(0, decay)", lambda w, v: (w.square().sum() + v.square().sum()) / 2),
        ("max_norm(0.5, decay)", lambda w, v: units(w, 0.5) + units(v, 0.5)),
        ("max_norm(0.5, decay, of = hidden)", lambda w, v: units(w, 0.5)),
    ],
)  # fmt: skip
def test_a_penalty_weighs_the_weights_of_the_network(penalty, size):
    made = prepared(penalty)
    hypers, weights = made.training.problem.hypers, made.training.state.weights
    found = added(made, hypers.conditioning(hypers.start_H[None]))
    torch.testing.assert_close(
        found, 0.01 * size(weights[HIDDEN], weights[TOLD]), rtol=1e-3, atol=1e-6
    )


def responding(made, linearised=False):
    """A conditioning whose weights respond for each example of its own, and these weights."""
    torch.manual_seed(0)
    hypers, weights = made.training.problem.hypers, made.training.state.weights
    for name, weight in weights.items():
        if ".response." in name:
            weight.data = torch.randn_like(weight) / 4
    delta_BH = torch.randn(64, len(hypers.start_H)) / 4
    at = hypers.conditioning(hypers.start_H + delta_BH, delta_BH, linearised=linearised)
    effective = [
        weights[name]
        + (delta_BH @ weights[name.replace(".weight", ".response.weight_scale")].T)[:, :, None]
        * weights[name.replace(".weight", ".response.weight")]
        for name in (HIDDEN, TOLD)
    ]
    return at, effective


@pytest.mark.parametrize("of", ["", ", of = hidden"])
def test_each_example_has_the_norms_of_its_own_weights(of):
    made = prepared(f"max_norm(0.7, decay{of})", DEEP.replace(" per batch", ""))
    at, (hidden_BOI, told_BOI) = responding(made)
    beyond = [(w.norm(dim=2) - 0.7).clamp(min=0).square().sum(1) for w in (hidden_BOI, told_BOI)]
    expected = (at.values["decay"] * sum(beyond[:1] if of else beyond)).mean() / 2
    torch.testing.assert_close(added(made, at), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("projections", "draws"), [(10, 1), (2, 300)])
@pytest.mark.parametrize("linearised", [False, True])
def test_a_jacobian_is_that_of_the_outputs_as_the_method_reads_them(
    projections, draws, linearised
):
    made = prepared(f"jacobian(decay, {projections})", DEEP.replace(" per batch", ""))
    at, effective = responding(made, linearised)
    weights = {n: w.detach() for n, w in made.training.state.weights.items()}
    biases = [
        weights[name.replace("weight", "bias")]
        + at.response_BG
        @ weights[name.replace("weight", "response.bias_scale")].T
        * weights[name.replace("weight", "response.bias")]
        for name in (HIDDEN, TOLD)
    ]
    base = [weights[n].expand(64, -1, -1) for n in (HIDDEN, TOLD)]
    base += [weights[n.replace("weight", "bias")].expand(64, -1) for n in (HIDDEN, TOLD)]
    full = [*effective, *biases]

    def output(x, w, v, b, c):
        return v @ torch.tanh(w @ x + b) + c

    def read(x, base, full):
        if not linearised:
            return output(x, *full)
        change = tuple(f - b for f, b in zip(full, base, strict=True))
        y, dy = torch.func.jvp(lambda *p: output(x, *p), tuple(base), change)
        return y + dy

    batch = made.training.passes.train(0).batch
    x = made.sets.train.scaling.apply(batch.inputs).flatten(1)
    derivative = torch.func.vmap(torch.func.jacrev(read))(x, base, full)
    expected = (at.values["decay"] * derivative.square().sum((1, 2))).mean() / 2

    problem, sample = made.training.problem, made.training.passes.train(0)
    found = [problem.inner(weights, at, sample.redrawn(i))[0] for i in range(draws)]
    outer, _ = problem.outer(weights, at, sample)
    tolerance = 1e-4 if draws == 1 else 0.02
    torch.testing.assert_close(
        torch.stack(found).mean() - outer, expected, rtol=tolerance, atol=1e-6
    )


@pytest.mark.parametrize("method", ["stn", "delta_stn"])
@pytest.mark.parametrize("penalty", ["jacobian(decay)", "entropy(decay)", "max_norm(1, decay)"])
def test_a_strength_is_tuned(method, penalty):
    text = DEEP.replace("delta_stn(warmup = 1 epochs", f"{method}(warmup = 0")
    made = prepared(penalty, text.replace("epochs  = 4", "steps = 6"))
    before = made.training.state.unconstrained_H.clone()
    list(made.training.run())
    assert not torch.equal(made.training.state.unconstrained_H, before)


def test_a_jacobian_is_the_same_where_only_values_are_wanted():
    made = prepared("jacobian(decay, 10)")
    problem, state = made.training.problem, made.training.state
    at = problem.hypers.conditioning(problem.hypers.start_H[None])
    sample = made.training.passes.train(0)
    with torch.no_grad():
        found, _ = problem.inner(state.weights, at, sample)
    expected, _ = problem.inner(state.weights, at, sample)
    assert not found.requires_grad
    torch.testing.assert_close(found, expected.detach())


def test_an_entropy_is_that_of_the_predictions():
    made = prepared("entropy(decay)")
    hypers, weights = made.training.problem.hypers, made.training.state.weights
    found = added(made, hypers.conditioning(hypers.start_H[None]))
    x = made.sets.train.scaling.apply(made.training.passes.train(0).batch.inputs).flatten(1)
    hidden = functional.linear(x, weights[HIDDEN], weights["layers.hidden.bias"]).tanh()
    logits = functional.linear(hidden, weights[TOLD], weights["layers.told.bias"])
    entropy = torch.distributions.Categorical(logits=logits).entropy()
    torch.testing.assert_close(found, -0.01 * entropy.mean(), rtol=1e-3, atol=1e-6)


def test_weights_of_one_layer_have_the_values_that_are_theirs():
    text = DEEP.replace("per batch", "frozen").replace("hyper decay", "hyper decay[weight]")
    made = prepared("l2(decay, of = told)", text.replace("given *", "given none"))
    hypers, weights = made.training.problem.hypers, made.training.state.weights
    at = hypers.conditioning(hypers.start_H[None])
    size = weights[HIDDEN].numel() + weights[TOLD].numel()
    each = torch.rand(size)
    at.values.vectors["decay"] = each
    expected = (each[weights[HIDDEN].numel() :] * weights[TOLD].flatten().square()).sum() / 2
    torch.testing.assert_close(added(made, at), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("of", ["active", "input"])
@pytest.mark.parametrize("penalty", ["l2(decay, of = OF)", "max_norm(1, decay, of = OF)"])
def test_a_layer_without_weights_is_not_penalised(penalty, of):
    text = DEEP.replace("tanh", "tanh as active").replace("l2(decay)", penalty.replace("OF", of))
    (found,) = [f for f in findings(text) if f.code == "HT628"]
    assert found.layer == of


def test_a_jacobian_of_tokens_is_refused():
    text = """
        hspec 1
        data { source = python_docs; window = 4; batch = 8 }
        model (tokens) { embedding(vocabulary, 4); linear(vocabulary) }
        objective { train = cross_entropy + jacobian(0.1); valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """
    assert [found.code for found in findings(text)] == ["HT633"]


OWN = [kind for kind in LAYERS if isinstance(kind, LayerType) and kind.responds]


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.name)
def test_a_kind_says_whether_penalties_are_on_its_weights(kind):
    first = settings(phases=[Phase.generate], max_examples=1, database=None)
    case = find(cases(kind), lambda case: True, settings=first)
    layer = kind.build(case.args, case.shape, case.given)
    assert bool(layer.penalised()) == kind.is_penalised(case.args)


@pytest.mark.parametrize("norm", [SQUARES, ABSOLUTES], ids=["squares", "absolutes"])
def test_derivatives_of_a_penalty_per_weight_are_those_of_finite_differences(norm):
    generator = torch.Generator().manual_seed(0)
    inputs = [
        torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()
        for shape in (10, (2, 3), 4)
    ]

    def found(strengths, *weights):
        return penalty(strengths, weights, norm)

    strengths, first, second = inputs
    expected = torch.dot(strengths[:6], norm.value(first).flatten())
    expected = expected + torch.dot(strengths[6:], norm.value(second))
    assert torch.allclose(found(*inputs), expected)
    assert torch.autograd.gradcheck(found, inputs, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(found, inputs, check_fwd_over_rev=True)


def test_a_penalty_per_weight_keeps_no_copy_of_the_weights_for_its_derivatives():
    strengths, weight = torch.rand(12), torch.rand(3, 4, requires_grad=True)
    own = {strengths.untyped_storage().data_ptr(), weight.untyped_storage().data_ptr()}
    kept = set()

    def note(tensor):
        if tensor.numel() > 1:
            kept.add(tensor.untyped_storage().data_ptr())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        value = penalty(strengths, [weight], SQUARES)
        torch.autograd.grad(value, weight, create_graph=True)
    assert kept <= own
