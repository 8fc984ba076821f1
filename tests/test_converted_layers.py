"""Every kind of layer that `respond` converts: equal at first, its own derivative, folded back."""

from copy import deepcopy
from functools import partial

import pytest
import torch
from torch import nn
from torch.func import jvp
from torch.nn.attention import SDPBackend, sdpa_kernel
from torchvision.models.convnext import LayerNorm2d

from hypertune.conditioning import Conditioning
from hypertune.response import Layer
from hypertune.response.conversion import convert

ROWS = 3
NUMBERS = {"rows": (4,), "sequences": (5, 4), "images": (4, 3, 3), "volumes": (4, 2, 2, 2)}


class First(nn.Module):
    """What is to be tried, of which the first output counts; behind a layer that responds."""

    def __init__(self, module, channels, call=None):
        super().__init__()
        self.before = nn.Linear(channels, channels) if channels else nn.Identity()
        self.module, self.call = module, call or (lambda module, x: module(x))

    def forward(self, x):
        y = self.call(self.module, self.before(x))
        return y[0] if isinstance(y, tuple) else y


def decoded(module, x):
    """Cross-attention to the same steps backwards, where some padding is not read."""
    padding = torch.arange(5) > torch.tensor([[4], [3], [2]])
    return module(x, x.flip(1), x.flip(1), key_padding_mask=padding)


def masked(module, x):
    later = torch.ones(5, 5, dtype=torch.bool).triu(1)
    return module(x, x, x, attn_mask=later, need_weights=False)


def time_first(module, x):
    return module(*[x.transpose(0, 1)] * 3)[0].transpose(0, 1)


def weights_of(module, x):
    return module(x, x, x, average_attn_weights=False)[1]


def continued(module, x):
    """The state of one half of a sequence is that with which the other begins."""
    _, state = module(x[:, :2])
    y, state = module(x[:, 2:], state)
    return torch.cat([y, state.transpose(0, 1).flatten(1)[:, None, : y.shape[2]]], 1)


def stacked(module, x):
    y, (h, c) = module(x.transpose(0, 1))
    return y.transpose(0, 1) + h.sum(0)[:, None] + c.sum(0)[:, None]


def layers_of(size=4):
    encoder = nn.TransformerEncoderLayer(size, 2, 6, dropout=0.0, batch_first=True)
    decoder = nn.TransformerDecoderLayer(size, 2, 6, dropout=0.0, batch_first=True)
    attention = nn.MultiheadAttention
    both = {"bidirectional": True, "batch_first": True}
    return {
        "linear": ("images", nn.Linear(3, 2), 0, None),
        "conv1d": ("sequences", nn.Conv1d(5, 6, 2, stride=2, groups=1), 4, None),
        "conv3d": ("volumes", nn.Conv3d(4, 6, 2, groups=2, bias=False), 2, None),
        "transposed": ("images", nn.ConvTranspose2d(4, 6, 2, 2, output_padding=1), 3, None),
        "batch_norm": ("sequences", nn.BatchNorm1d(5, affine=False), 4, None),
        "layer_norm": ("images", nn.LayerNorm(3, 1e-2), 3, None),
        "layer_norm2d": ("images", LayerNorm2d(4, 1e-2), 3, None),
        "rms_norm": ("sequences", nn.RMSNorm(4), 4, None),
        "group_norm": ("images", nn.GroupNorm(2, 4), 3, None),
        "instance_norm": ("images", nn.InstanceNorm2d(4, affine=True), 3, None),
        "prelu": ("images", nn.PReLU(4), 3, None),
        "attention": ("sequences", attention(4, 2, batch_first=True, bias=False), 4, masked),
        "cross_attention": ("sequences", attention(4, 2, batch_first=True), 4, decoded),
        "attention_weights": ("sequences", attention(4, 2, batch_first=True), 4, weights_of),
        "attention_time_first": ("sequences", attention(4, 2, dropout=0.4), 4, time_first),
        "encoder": ("sequences", nn.TransformerEncoder(encoder, 2), 4, None),
        "decoder": ("sequences", decoder, 4, lambda module, x: module(x, x.flip(1))),
        "lstm": ("sequences", nn.LSTM(4, 3, 2, dropout=0.5), 4, stacked),
        "gru": ("sequences", nn.GRU(4, 3, **both), 4, continued),
        "rnn": ("sequences", nn.RNN(4, 3, 2, batch_first=True), 4, continued),
    }


def tried(name, training):
    torch.manual_seed(0)
    shape, module, channels, call = layers_of()[name]
    module = First(module, channels, call).double().train(training)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.2)
    return module, torch.randn(ROWS, *NUMBERS[shape], dtype=torch.float64)


def responding(module):
    layer = convert(module, lambda name: (0, 1)).layer
    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if name.endswith("_scale"):
                parameter.normal_(std=0.3)
            parameter.requires_grad_(".response." in name)
    return layer


def derivative(layer, x, _, told):
    """By torch alone, whose fused kernels of attention have no derivative in forward mode."""
    with sdpa_kernel(SDPBackend.MATH):
        return Layer.linearised(layer, x, None, told)


def seeded(function, *args):
    torch.manual_seed(2)
    return function(*args)


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("name", layers_of())
def test_a_layer_is_the_same_at_first_and_after_it_is_folded(name, training):
    module, x = tried(name, training)
    told = Conditioning(response_BG=torch.randn(ROWS, 2).double())
    fresh = convert(module, lambda name: (0, 1))
    assert fresh.plain == {}
    with torch.no_grad():  # where torch would take its fused path
        expected = seeded(deepcopy(module), x)
        torch.testing.assert_close(seeded(fresh.layer, x, told), expected, rtol=1e-9, atol=1e-9)
    layer, one = responding(module), Conditioning(response_BG=told.response_BG[:1])
    state = layer.folded(one.response_BG[0])
    assert state.keys() == module.state_dict().keys()
    expected = seeded(layer, x, one)
    module.load_state_dict(state)
    torch.testing.assert_close(seeded(module, x), expected, rtol=1e-9, atol=1e-9)


def test_a_hard_sigmoid_rounds_as_torchs():
    x = 4 * torch.randn(1000)
    layer = convert(nn.Hardsigmoid(), lambda name: ()).layer
    assert torch.equal(layer(x, Conditioning()), nn.Hardsigmoid()(x))


@pytest.mark.parametrize("name", layers_of())
def test_its_linearised_reading_is_its_derivative_and_so_are_its_gradients(name):
    module, x = tried(name, training=True)
    layer, told = responding(module), Conditioning(response_BG=torch.randn(ROWS, 2).double())
    response, found = [p for p in layer.parameters() if p.requires_grad], []
    for rule in (layer.linearised, partial(derivative, layer)):
        y, dy = seeded(rule, x, None, told)
        loss = (y.detach() * dy + dy.square()).sum()
        found.append((y, dy, *torch.autograd.grad(loss, response, materialize_grads=True)))
    torch.testing.assert_close(*found, rtol=1e-8, atol=1e-8)


def test_tokens_respond_and_padding_stays_where_it_is():
    module = nn.Sequential(nn.Embedding(5, 3, padding_idx=0), nn.Linear(3, 2)).double()
    layer, told = responding(module), torch.randn(2, 2).double()
    tokens = torch.tensor([[0, 1, 2], [3, 0, 1]])
    found = layer.linearised(tokens, None, Conditioning({}, told))
    expected = jvp(lambda r: layer(tokens, Conditioning({}, r)), (0 * told,), (told,))
    torch.testing.assert_close(found, expected)
    embedding = layer.module[0].layer.requires_grad_()
    layer(tokens, Conditioning({}, told)).square().sum().backward()
    for weight in (embedding.weight, embedding.response.weight):
        assert (weight.grad != 0).any(1).tolist() == [False, True, True, True, False]


def test_a_transformer_with_a_first_axis_of_time_is_refused():
    with pytest.raises(ValueError, match="`1` has a first axis of time"):
        convert(
            nn.Sequential(nn.Linear(4, 4), nn.TransformerEncoderLayer(4, 2)), lambda name: (0,)
        )


@pytest.mark.parametrize(
    ("module", "why"),
    [
        (nn.MultiheadAttention(4, 2, kdim=3, vdim=3), "not projected as its queries are"),
        (nn.RNN(3, 3, nonlinearity="relu"), "a network of relus"),
        (nn.LSTM(3, 3, proj_size=2), "outputs are projected"),
        (nn.LayerNorm((3, 4)), "several axes together"),
        (nn.InstanceNorm1d(3, affine=True, track_running_stats=True), "running statistics"),
        (nn.Embedding(3, 3, max_norm=1.0), "a `max_norm`"),
        (nn.BatchNorm1d(3, momentum=None), "no running statistics with a `momentum`"),
    ],
    ids=str,
)
def test_what_cannot_be_converted_says_why(module, why):
    found = convert(nn.Sequential(module), lambda name: (0,))
    assert found.responding == ()
    assert why in found.plain["0"]
