"""Somebody else's module: its layers respond, its output stays, it folds back into itself."""

from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from hypertune import (
    STN,
    DeltaSTN,
    Hypers,
    Length,
    Loaders,
    Optimiser,
    Recipe,
    Training,
    Tuned,
    hypers as tuned_by,
    respond,
)
from hypertune.conditioning import Conditioning
from hypertune.response import Layer
from hypertune.response.conversion import convert

PLAIN = Conditioning()
TIGHT = {"rtol": 1e-9, "atol": 1e-9}


class Squeeze(nn.Module):
    """What real networks do between their layers: gates, residual additions, work in place."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.relu = nn.ReLU(inplace=True)
        self.gate = nn.Sequential(nn.Linear(4, 4), nn.Hardsigmoid())
        self.drop = nn.Dropout(0.5)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Sequential(nn.BatchNorm1d(4), nn.PReLU(), nn.Linear(4, 5))

    def forward(self, x):
        x = self.relu(self.norm(self.conv1(x)))
        skipped, x = x, self.conv2(x)
        x *= self.gate(x.mean((2, 3)))[:, :, None, None]
        x = self.pool(nn.functional.silu(x + skipped))
        return self.head(self.drop(x).flatten(2).mean(2))


def images(rows=6):
    return torch.randn(rows, 3, 6, 6, generator=torch.Generator().manual_seed(1)).double()


def module_of(kind, **options):
    torch.manual_seed(0)
    return kind(**options).double()


def responding(module, columns=(0, 1)):
    """Converted, with a response that is not zero; no gradients of the base are asked for."""
    found = convert(module, lambda name: columns)
    torch.manual_seed(2)
    with torch.no_grad():
        for name, parameter in found.layer.named_parameters():
            if name.endswith("_scale"):
                parameter.normal_(std=0.3)
            parameter.requires_grad_(".response." in name)
    return found.layer


def hypers(*names):
    h = len(names)
    fixed = torch.ones(h, dtype=torch.bool)
    start = torch.full((h,), -2.0)
    return Hypers(names, start, start.abs() / 4, fixed, ~fixed, ~fixed, torch.exp)


def modes(module):
    return (deepcopy(module).train(), deepcopy(module).eval())


def test_what_it_gives_and_leaves_behind_at_first_is_the_same():
    for module in modes(module_of(Squeeze)):
        layer = convert(module, lambda name: (0, 1)).layer
        told = Conditioning(response_BG=torch.randn(6, 2).double())
        for conditioning in (PLAIN, told):
            torch.manual_seed(3)
            expected = module(images())
            torch.manual_seed(3)
            torch.testing.assert_close(layer(images(), conditioning), expected, **TIGHT)
        state = layer.folded(None)
        assert state.keys() == module.state_dict().keys()
        for name, tensor in module.state_dict().items():
            torch.testing.assert_close(state[name], tensor)


def test_what_it_folds_to_gives_the_same():
    module = module_of(Squeeze).eval()
    layer, response_1G = responding(module), torch.tensor([[0.4, -0.7]]).double()
    loaded = module_of(Squeeze).eval()
    loaded.load_state_dict(layer.folded(response_1G[0]))
    expected = layer(images(), Conditioning(response_BG=response_1G))
    torch.testing.assert_close(loaded(images()), expected, **TIGHT)
    assert not torch.allclose(expected, module(images()))


@pytest.mark.parametrize("mode", [0, 1], ids=["training", "evaluation"])
def test_its_linearised_reading_is_its_derivative_by_the_response(mode):
    layer = responding(modes(module_of(Squeeze))[mode])
    told, found = Conditioning(response_BG=torch.randn(6, 2).double()), []
    response = [p for p in layer.parameters() if p.requires_grad]
    for rule in (layer.linearised, super(type(layer), layer).linearised):
        torch.manual_seed(3)
        y, dy = rule(images(), None, told)
        gradients = torch.autograd.grad((y * dy + dy.square()).sum(), response)
        found.append((y, dy, *gradients))
    torch.testing.assert_close(found[0], found[1], **TIGHT)
    assert found[0][1].norm() > 0.1


def test_a_tangent_that_comes_in_goes_through_it():
    layer = responding(module_of(Squeeze).eval())
    told, dx = Conditioning(response_BG=torch.randn(6, 2).double()), torch.randn(6, 3, 6, 6)
    found = layer.linearised(images(), dx.double(), told)
    torch.testing.assert_close(found, Layer.linearised(layer, images(), dx.double(), told))


def test_its_linearised_reading_leaves_no_statistics_behind():
    layer = responding(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, momentum=None)))
    before = deepcopy(layer.folded(None))
    layer.linearised(torch.randn(6, 3), None, Conditioning(response_BG=torch.randn(6, 2)))
    torch.testing.assert_close(layer.folded(None), before)


@pytest.mark.parametrize("method", [STN(warmup=1, train_steps=1), DeltaSTN(warmup=1)], ids=str)
def test_a_training_moves_all_of_it_but_not_the_module(method):
    module = module_of(Squeeze).float()
    before = deepcopy(module.state_dict())
    net = respond(module, hypers("decay", "smoothing"))
    data = torch.utils.data.TensorDataset(images(40).float(), torch.arange(40) % 5)
    loader = torch.utils.data.DataLoader(data, batch_size=8, shuffle=True)

    def penalised(network, values, batch):
        penalty = (values["decay"] * network.squares()).mean()
        return nn.functional.cross_entropy(network(batch.inputs), batch.targets) + penalty

    def error(network, values, batch):
        return nn.functional.cross_entropy(network(batch.inputs), batch.targets)

    training = Training(
        net.problem(penalised, error),
        method,
        Recipe(
            weights=Optimiser(torch.optim.SGD, {"lr": 0.1}),
            hypers=Optimiser(torch.optim.SGD, {"lr": 0.1}),
        ),
        Loaders(loader, loader),
        Length(steps=10),
        evaluate=net.evaluation(loader, valid_loss=error),
    )
    (*_, report, _) = training.run()
    torch.testing.assert_close(module.state_dict(), before, rtol=0, atol=0)
    start = {**net.base, **net.response}
    assert [name for name, w in training.state.weights.items() if (w == start[name]).all()] == []
    assert (training.state.unconstrained_H != -2).all()

    module.load_state_dict(net.fold(training))
    module.eval()
    losses = [len(x) * nn.functional.cross_entropy(module(x), y).item() for x, y in loader]
    assert sum(losses) / 40 == pytest.approx(report.valid_loss, rel=1e-5)
    assert module.norm.num_batches_tracked == 10


def test_hyperparameters_have_the_domains_of_specs():
    found = tuned_by(
        decay=Tuned(1e-3, "log", {"lo": 1e-6, "hi": 1.0}, spread=0.5),
        smoothing=Tuned(0.25, "rate"),
    )
    assert found.report(found.start_H) == pytest.approx({"decay": 1e-3, "smoothing": 0.25})
    assert found.scale_H.tolist() == [0.5, 1.0]
    assert found.constrain(torch.tensor([1e9, -1e9])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Tuned(0.1, "share"), "no domain is called `share`, only"),
        (Tuned(0.1, "log"), "the bounds of `log` are hi, lo"),
        (Tuned(1.5, "rate"), "`drop` starts at 1.5, outside of 0"),
    ],
)
def test_a_wrong_hyperparameter_is_told(wrong, why):
    with pytest.raises(ValueError, match=why):
        tuned_by(drop=wrong)


def test_a_run_that_is_taken_up_sees_the_batches_that_it_would_have_seen():
    data = torch.utils.data.TensorDataset(torch.arange(10))
    loader = torch.utils.data.DataLoader(data, batch_size=3, shuffle=True)
    batches, again = Loaders(loader, loader, seed=1), Loaders(loader, loader, seed=1)
    seen = [batches.train(k).inputs[0].tolist() for k in range(9)]
    assert batches.per_epoch == 4
    assert sorted(x for batch in seen[:4] for x in batch) == list(range(10))
    assert seen[:4] != seen[4:8]
    assert [again.train(k).inputs[0].tolist() for k in (6, 7, 2, 8)] == [
        seen[k] for k in (6, 7, 2, 8)
    ]
    assert again.valid(0).inputs[0].tolist() != seen[0]


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3))
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.frozen = nn.Linear(3, 3).requires_grad_(False)
        self.weighted = parametrizations.weight_norm(nn.Linear(3, 3))
        self.padded = nn.Conv1d(1, 1, 1, padding_mode="circular")
        self.hooked = nn.Linear(3, 3)
        self.hooked.register_forward_hook(lambda module, x, y: 2 * y)
        self.last = nn.Linear(3, 3)
        self.second.weight = self.first.weight

    def forward(self, x):
        x = self.hooked(self.weighted(self.second(self.first(self.scale * x))))
        return self.last(self.frozen(self.padded(x[:, None])[:, 0]))


def test_it_names_what_stays_plain_and_why():
    module = module_of(Tied)
    net = respond(module, hypers("decay"))
    assert net.responding == ("last",)
    shared = "it shares weights: first.weight, second.weight"
    assert net.plain == {
        "": "`scale` of a Tied",
        "first": shared,
        "second": shared,
        "frozen": "its weights are frozen",
        "weighted": "its weight is parametrised",
        "padded": "its padding is `circular`",
        "hooked": "it has hooks",
    }
    assert str(net).splitlines()[0] == "1 layers respond, 7 stay plain"
    assert not any("frozen" in name for name in net.base)


def test_what_stays_plain_is_linearised_and_folded_all_the_same():
    module, x = module_of(Tied), torch.randn(4, 3).double()
    layer = responding(module)
    told = Conditioning(response_BG=torch.randn(4, 2).double())
    torch.testing.assert_close(layer(x, PLAIN), module(x))
    found = layer.linearised(x, None, told)
    torch.testing.assert_close(found, Layer.linearised(layer, x, None, told))
    assert layer.folded(None).keys() == module.state_dict().keys()
    module.load_state_dict(layer.folded(None))


def test_patterns_say_which_layers_are_given_what():
    given = {"conv*": ["decay"], "head.2": ["smoothing", "decay"]}
    net = respond(module_of(Squeeze), hypers("decay", "smoothing"), given)
    assert net.responding == ("conv1", "conv2", "head.2")
    assert net.plain["norm"] == "nothing is given to it"
    scales = {name: w.shape for name, w in net.response.items() if name.endswith("weight_scale")}
    assert [columns for _, columns in scales.values()] == [1, 1, 2]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["decay", "rate"], "there is no hyperparameter `rate`, only `decay`"),
        ({"body.*": ["decay"]}, "no layer that could respond is called `body"),
        ({"*": ["decay"], "conv1": ["decay"]}, "an earlier pattern fits it"),
    ],
)
def test_what_is_given_wrongly_is_told(given, why):
    with pytest.raises(ValueError, match=why.replace("*", r"\*")):
        respond(module_of(Squeeze), hypers("decay"), given)


def test_one_layer_in_two_places_responds_in_both_and_folds_under_both_names():
    linear = nn.Linear(3, 3)
    module = nn.Sequential(linear, nn.Tanh(), linear).double()
    layer, x = responding(module), torch.randn(4, 3).double()
    told = Conditioning(response_BG=torch.randn(1, 2).double())
    expected = layer(x, told)
    module.load_state_dict(layer.folded(told.response_BG[0]))
    torch.testing.assert_close(module(x), expected)
    torch.testing.assert_close(
        layer.linearised(x, None, told), Layer.linearised(layer, x, None, told)
    )


def test_a_single_layer_is_a_module_too():
    module = nn.Linear(3, 2)
    layer = convert(module, lambda name: (0,)).layer
    assert layer.folded(torch.ones(1)).keys() == module.state_dict().keys()


def test_rows_that_are_no_examples_are_refused():
    layer = responding(nn.Sequential(nn.Flatten(0, 1), nn.Linear(3, 2)))
    with pytest.raises(ValueError, match="`1` is called with 8 rows for 4 examples"):
        layer(torch.randn(4, 2, 3), Conditioning(response_BG=torch.randn(4, 2)))


def test_a_weight_that_is_read_from_outside_is_refused_where_it_responds():
    class Outside(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(3, 3)

        def forward(self, x):
            assert self.inner.out_features == 3
            return x @ self.inner.weight

    x, module = torch.randn(4, 3), Outside()
    torch.testing.assert_close(responding(module, ())(x, PLAIN), module(x))
    with pytest.raises(AttributeError, match="the weight of `inner` is read from outside"):
        responding(module)(x, PLAIN)
