"""Attention: torch's numbers and parameters, its fused kernel, derivatives of any order."""

import pytest
import torch
from torch import nn
from torch.autograd import forward_ad, gradgradcheck
from torch.func import functional_call, jvp
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode

from hypertune.conditioning import Conditioning
from hypertune.response.attention import Attention
from hypertune.response.dot_product import attended, probabilities
from hypertune.response.transformer import Encoder, Options

STEPS, SIZE, HEADS, GIVEN = 5, 8, 2, 3
masked = pytest.mark.parametrize("causal", [False, True], ids=["whole", "causal"])


def attention(causal=False, rate=0.0, given=GIVEN):
    torch.manual_seed(0)
    layer = Attention(SIZE, HEADS, True, given, rate, causal).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(torch.randn_like(parameter))
    return layer


def inputs(rows=4):
    x = torch.randn(rows, STEPS, SIZE, dtype=torch.float64)
    return x, Conditioning({}, torch.randn(rows, GIVEN, dtype=torch.float64))


def torchs(causal):
    """The map of torch.nn.MultiheadAttention from its parameters and the input, by `MATH`."""
    module = nn.MultiheadAttention(SIZE, HEADS, batch_first=True).double()
    mask = nn.Transformer.generate_square_subsequent_mask(STEPS, dtype=torch.float64)

    def output(state, x):
        more = {"attn_mask": mask, "is_causal": True} if causal else {}
        with sdpa_kernel(SDPBackend.MATH):
            return functional_call(module, state, (x, x, x), {"need_weights": False, **more})[0]

    return output


class Kernels(TorchDispatchMode):
    """The names of torch's operations inside of `with`."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.add(func.__name__)
        return func(*args, **(kwargs or {}))


@masked
def test_the_tangent_is_torchs_forward_mode_through_each_examples_own_weights(causal):
    layer, (x, conditioning) = attention(causal), inputs()
    dx = torch.randn_like(x)
    y, dy = layer.linearised(x, dx, conditioning)
    state = layer.folded(None)
    for i, row_G in enumerate(conditioning.response_BG):
        changed = layer.folded(row_G)
        tangent = {name: changed[name] - state[name] for name in state}
        at, along = (state, x[i : i + 1]), (tangent, dx[i : i + 1])
        expected_y, expected_dy = jvp(torchs(causal), at, along)
        torch.testing.assert_close(y[i : i + 1], expected_y, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(dy[i : i + 1], expected_dy, rtol=1e-10, atol=1e-10)


@masked
def test_no_step_reads_later_ones_if_it_is_causal(causal):
    layer, (x, conditioning) = attention(causal), inputs()
    changed = x.clone()
    changed[:, -1] += 1
    same = layer(x, conditioning)[:, :-1] == layer(changed, conditioning)[:, :-1]
    assert same.all() == causal


@masked
@pytest.mark.parametrize("responds", [False, True], ids=["plain", "responding"])
def test_a_training_step_runs_the_fused_kernel_both_ways(causal, responds):
    layer, (x, conditioning) = attention(causal), inputs()
    with Kernels() as kernels:
        y = layer(x, conditioning if responds else conditioning.unresponsive)
        y.square().sum().backward()
    fused = "_scaled_dot_product_flash_attention_for_cpu"
    assert {f"{fused}.default", f"{fused}_backward.default"} <= kernels.names


@masked
def test_it_has_second_derivatives_for_the_methods_that_take_them(causal):
    layer, (x, conditioning) = attention(causal), inputs(rows=2)

    def output(x, response_BG):
        return layer(x, Conditioning({}, response_BG))

    gradgradcheck(output, (x.requires_grad_(), conditioning.response_BG.requires_grad_()))


@masked
def test_forward_mode_passes_through_its_backward_pass(causal):
    q, k, v, dq = torch.randn(4, 2, HEADS, STEPS, 3, dtype=torch.float64).requires_grad_()

    def written_out(q, k, v, causal):
        return probabilities(q, k, causal) @ v

    found = []
    for attention in (attended, written_out):
        with forward_ad.dual_level():
            y = attention(forward_ad.make_dual(q.detach(), dq.detach()), k, v, causal)
            (gradient,) = torch.autograd.grad(y.square().sum(), k)
            found.append(forward_ad.unpack_dual(gradient).tangent)
    torch.testing.assert_close(*found)


def test_the_tangent_drops_what_the_output_drops():
    layer, (x, conditioning) = attention(rate=0.4), inputs()
    dx = torch.randn_like(x)
    ends = []
    for step in (1e-6, -1e-6):
        torch.manual_seed(1)
        response_BG = step * conditioning.response_BG
        ends.append(layer(x + step * dx, Conditioning({}, response_BG)))
    torch.manual_seed(1)
    y, dy = layer.linearised(x, dx, conditioning)
    torch.manual_seed(1)
    torch.testing.assert_close(y, layer(x, conditioning.unresponsive))
    torch.testing.assert_close(dy, (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("norm_first", [True, False], ids=["before", "behind"])
def test_an_encoder_is_torchs_at_its_weights_and_its_tangent_the_limit(norm_first):
    torch.manual_seed(0)
    options = Options(HEADS, 6, 0.0, "gelu", 1e-5, norm_first, bias=True, causal=False)
    encoder = Encoder(SIZE, 2, GIVEN, options).double()
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    x, conditioning = inputs()
    layer = nn.TransformerEncoderLayer(
        SIZE, HEADS, 6, 0.0, "gelu", batch_first=True, norm_first=norm_first
    )
    twin = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).double()
    for i, row_G in enumerate(conditioning.response_BG):
        twin.load_state_dict(encoder.folded(row_G))
        torch.testing.assert_close(encoder(x, conditioning)[i], twin(x)[i])
    _, dy = encoder.linearised(x, None, conditioning)
    ends = [encoder(x, Conditioning({}, h * conditioning.response_BG)) for h in (1e-6, -1e-6)]
    torch.testing.assert_close(dy, (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-6)
