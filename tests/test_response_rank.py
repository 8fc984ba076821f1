"""Scales of low rank: what layers of all sorts then respond to, and how that is learnt."""

from functools import cache

import pytest
import torch
from torch import nn

from hypertune import Hypers, respond
from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning, Values
from hypertune.lowering import place
from hypertune.lowering.network import lower
from hypertune.planning import plan
from hypertune.response.conversion import convert
from hypertune.response.parameters import ResponseParameters, split_parameters
from hypertune.response.projection import project
from hypertune.runtime.snapshots import copied
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

COLUMNS, RANK, ROWS = 5, 2, 3
SPEC = """
hspec 1
hyper h[5] : real(0, 0.5) = 0.1
data { source = digits; split = (train = 60, valid = 60, test = 60); batch = 6 }
model (1, 8, 8) given * { LAYERS }
objective { train = cross_entropy(h[0]) + l2(h[1]); valid = cross_entropy }
tune delta { method = delta_stn(response_rank = 2, warmup = 0); weights = sgd(lr = 0.5)
             hypers = sgd(lr = 0.5); steps = 4 }
tune stn { method = stn(response_rank = 2, warmup = 0); weights = sgd(lr = 0.5)
           hypers = sgd(lr = 0.5); steps = 4 }
tune full { method = delta_stn(warmup = 0); weights = sgd(lr = 0.5); hypers = sgd(lr = 0.5)
            steps = 4 }
"""
LAYERS = {
    "linear": "flatten; linear(7); tanh; linear(10)",
    "some columns": "flatten; linear(7) given h[0], h[2], h[4]; tanh; linear(10) given h[3]",
    "convolutions": "conv2d(3, 3); tanh; conv_transpose2d(2, 3); flatten; linear(10)",
    "norms": "conv2d(4, 3); batch_norm2d; prelu(4); flatten; layer_norm; linear(10)",
    "recurrent": "reshape((8, 8)); lstm(6); gru(5); flatten; linear(10)",
    "words": "embedding(4); lstm(3); linear(vocabulary)",
    "attention": "reshape((8, 8)); transformer_encoder(1, 2, 6); flatten; linear(10)",
}
TUNES = ("delta", "stn", "full")
every_network = pytest.mark.parametrize("name", LAYERS)


@pytest.fixture(autouse=True)
def _double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@cache
def compiled(name):
    text = SPEC.replace("LAYERS", LAYERS[name])
    if name == "words":
        text = text.replace(
            "digits; split = (train = 60, valid = 60, test = 60)", "python_docs; window = 8"
        )
        text = text.replace("(1, 8, 8)", "(tokens)")
    return place(compile_text(text).program, STANDARD, ("cpu",))


def inputs(name):
    return torch.randint(9, (ROWS, 8)) if name == "words" else torch.rand(ROWS, 1, 8, 8)


def read(net, x, at):
    """The output, with a hidden state that begins anew."""
    for part in net.modules():
        for state in getattr(part, "states", ()):
            setattr(part, state, None)
    return net(x, at)[0]


def lowered(name, rank):
    torch.manual_seed(0)
    return lower(compiled(name), STANDARD, rank=rank)


def network_away_from_zero(name):
    low = lowered(name, RANK)
    with torch.no_grad():
        for p in low.parameters():
            p.add_(0.3 * torch.randn_like(p))
    return low


def conditioning(response_BH):
    values = {f"h[{i}]": i for i in range(COLUMNS)}
    return Conditioning(Values(torch.full((1, COLUMNS), 0.1), values), response_BH)


def widened(low, full):
    """The parameters of `full` that give what `low` does: V = P Q."""
    found = {n: p for n, p in low.named_parameters() if not n.startswith("projections.")}
    for name, projection in low.projections.items():
        for own, p in found.items():
            if own.startswith(f"layers.{name}.") and own.endswith("_scale"):
                found[own] = p @ projection.weight
    assert {n: p.shape for n, p in full.named_parameters()} == {
        n: p.shape for n, p in found.items()
    }
    return {n: p.detach() for n, p in found.items()}


@every_network
def test_every_reading_is_that_of_the_product_of_the_factors(name):
    low, full = network_away_from_zero(name).eval(), lowered(name, None).eval()
    full.load_state_dict({**full.state_dict(), **widened(low, full)})
    x, response_BH = inputs(name), torch.randn(ROWS, COLUMNS)
    at = conditioning(response_BH)
    for net in (low, full):
        net.found = [
            read(net, x, at),
            *net.linearised(x, at)[0],
            net.squares(at),
            *net.folded(response_BH[0]).values(),
        ]
    assert low.found[2].abs().mean() > 1e-3, "a tangent that is zero shows nothing"
    torch.testing.assert_close(low.found, full.found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("linearised", [False, True])
@pytest.mark.parametrize("name", ["linear", "convolutions", "recurrent"])
def test_gradients_of_factors_and_response_are_those_of_differences(name, linearised):
    net = network_away_from_zero(name).eval()
    x, response_BH = inputs(name), torch.randn(ROWS, COLUMNS)
    factors = {
        n: p for n, p in net.named_parameters() if "projections" in n or n.endswith("weight_scale")
    }

    def evaluated(response_BH, *given):
        with torch.nn.utils.stateless._reparametrize_module(
            net, dict(zip(factors, given, strict=True))
        ):
            its = conditioning(response_BH)
            return net.linearised(x, its)[0][1] if linearised else read(net, x, its)

    at = [t.detach().clone().requires_grad_() for t in (response_BH, *factors.values())]
    assert torch.autograd.gradcheck(evaluated, at, fast_mode=True)


@every_network
def test_nothing_responds_at_first_and_base_weights_are_those_of_the_full_network(name):
    low, full = lowered(name, RANK), lowered(name, None)
    base, others = split_parameters(low)[0], split_parameters(full)[0]
    torch.testing.assert_close(base, others, rtol=0, atol=0)
    x, low = inputs(name), low.eval()
    y, plain = (read(low, x, conditioning(r)) for r in (torch.randn(ROWS, COLUMNS), None))
    torch.testing.assert_close(y, plain, rtol=0, atol=1e-12)


def test_a_layer_that_is_given_no_more_than_the_rank_keeps_its_full_scales():
    low = lowered("some columns", RANK)
    shapes = {n: tuple(p.shape) for n, p in low.named_parameters() if "scale" in n or "proj" in n}
    assert shapes == {
        "layers.linear_1.response.weight_scale": (7, 2),
        "layers.linear_1.response.bias_scale": (7, 2),
        "layers.linear_2.response.weight_scale": (10, 1),
        "layers.linear_2.response.bias_scale": (10, 1),
        "projections.linear_1.weight": (2, 3),
    }
    assert not len(lowered("linear", COLUMNS).projections)


def test_scales_of_a_layer_have_orthonormal_columns_and_the_projection_is_zero():
    low = dict(lowered("linear", RANK).named_parameters())
    scales = [p for n, p in low.items() if "linear_1" in n and n.endswith("_scale")]
    stacked = torch.cat(scales)
    assert [len(p) for p in scales] == [7, 7]
    torch.testing.assert_close(stacked.T @ stacked, torch.eye(RANK), rtol=0, atol=1e-12)
    assert not low["projections.linear_1.weight"].any()


class Slopes(ResponseParameters):
    """Scales under another name; U is zero at first instead of them."""

    def __init__(self):
        super().__init__()
        self.v, self.u = nn.Parameter(torch.randn(3, RANK)), nn.Parameter(torch.zeros(3))


def test_a_projection_is_drawn_where_a_layer_has_scales_that_are_not_zero():
    layer = Slopes()
    v = layer.v.clone()
    weight = project(layer, COLUMNS, RANK).weight
    torch.testing.assert_close(layer.v, v, rtol=0, atol=0)
    torch.testing.assert_close(weight @ weight.T, torch.eye(RANK), rtol=0, atol=1e-12)


def stepped(tune, steps):
    training = prepare(compiled("linear"), tune).training
    begun = copied(training.state.weights)
    for k in range(steps):
        training.passes.begin(k)
        training.method.step(training.passes, training.state, k)
    return begun, training.state.weights


def test_the_first_step_is_that_of_full_scales_projected_on_the_columns():
    _, low = stepped("delta", 1)
    _, full = stepped("full", 1)
    for name in ("linear_1", "linear_2"):
        keys = [f"layers.{name}.response.{of}_scale" for of in ("weight", "bias")]
        p, v = (torch.cat([weights[key] for key in keys]) for weights in (low, full))
        assert v.abs().max() > 1e-4
        found = p @ low[f"projections.{name}.weight"]
        torch.testing.assert_close(found, p @ p.T @ v, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("tune", ["delta", "stn"])
def test_every_factor_has_moved_after_two_steps(tune):
    begun, weights = stepped(tune, 2)
    assert [n for n, w in weights.items() if torch.equal(w, begun[n])] == []


def test_a_training_goes_on_from_its_factors_as_it_would_have():
    def some(training, steps):
        for k in steps:
            training.passes.begin(k)
            training.method.step(training.passes, training.state, k)

    first, second = (prepare(compiled("linear"), "delta").training for _ in range(2))
    some(first, range(3))
    second.state.load_state_dict(copied(first.state.state_dict()))
    some(first, range(3, 5))
    some(second, range(3, 5))
    torch.testing.assert_close(
        dict(first.state.weights), dict(second.state.weights), rtol=0, atol=0
    )


@every_network
@pytest.mark.parametrize("rank", [RANK, None])
def test_costs_are_the_parameters_that_there_are(name, rank):
    base, response = split_parameters(lowered(name, rank))
    costs = STANDARD.costs(compiled(name), rank)
    assert sum(cost.base for cost in costs) == sum(p.numel() for p in base.values())
    assert sum(cost.response for cost in costs) == sum(p.numel() for p in response.values())


def test_a_plan_is_that_of_the_rank_of_its_tune_block():
    program = compiled("linear")
    responses = {tune: plan(program, STANDARD, tune).total("response") for tune in TUNES}
    full, low = (sum(c.response for c in STANDARD.costs(program, r)) for r in (None, RANK))
    assert responses == {"delta": low, "stn": low, "full": full}


def test_the_plain_network_of_a_training_gives_what_the_training_measures():
    prepared = prepare(compiled("linear"), "stn")
    for _ in prepared.training.run():
        pass
    plain = prepared.plain_state()
    x = prepared.sets.test.x
    hidden = (x.flatten(1) @ plain["linear_1.weight"].T + plain["linear_1.bias"]).tanh()
    logits = hidden @ plain["linear_2.weight"].T + plain["linear_2.bias"]
    loss = torch.nn.functional.cross_entropy(logits, prepared.sets.test.y).item()
    assert prepared.evaluate("test")["test_loss"] == pytest.approx(loss)


class Three(nn.Module):
    """Two layers that are given more than the rank, and one that is not."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3)
        self.head = nn.Linear(108, 10)

    def forward(self, x):
        return self.head(self.norm(self.conv(x)).tanh().flatten(1))


def converted(rank):
    torch.manual_seed(0)
    given = {"conv": (0, 1, 3), "norm": tuple(range(COLUMNS)), "head": (2, 4)}
    return convert(Three(), given.__getitem__, rank).layer.eval()


def test_a_module_of_ones_own_responds_to_the_product_of_the_factors():
    low, full = converted(RANK), converted(None)
    held, whole = {}, dict(low.named_parameters())
    with torch.no_grad():
        for p in whole.values():
            p.add_(0.3 * torch.randn_like(p))
    for name, p in full.named_parameters():
        layer = name.rpartition(".layer.")[0]
        q = whole.get(f"{layer}.mixing.weight")
        held[name] = whole[name] @ q if q is not None and name.endswith("_scale") else whole[name]
        assert held[name].shape == p.shape
    assert len(whole) == len(held) + 2, "a projection for each of two layers"
    full.load_state_dict({**full.state_dict(), **held})
    x, at = torch.rand(ROWS, 1, 8, 8), conditioning(torch.randn(ROWS, COLUMNS))
    found, expected = (
        [net(x, at), *net.linearised(x, None, at), net.folded(at.response_BG[0])]
        for net in (low, full)
    )
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    assert found[3].keys() == Three().state_dict().keys()


def test_respond_refuses_a_rank_below_one():
    hypers = Hypers(("decay",), torch.zeros(1))
    with pytest.raises(ValueError, match="`rank` is 0"):
        respond(Three(), hypers, rank=0)
    assert not [name for name in respond(Three(), hypers, rank=1).response if "mixing" in name]
