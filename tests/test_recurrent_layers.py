"""Recurrent layers in a network: states of streams, dropout of weights, training and export."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from sklearn.datasets import load_digits
from torch import Tensor

from hypertune.cli import main
from hypertune.conditioning import Conditioning
from hypertune.layers import GRU, LSTM, RNN
from hypertune.response.recurrent import Recurrent
from hypertune.testing.case import seeded

B, T, X, H = 3, 4, 2, 5
KINDS = {kind.name: kind for kind in (LSTM, GRU, RNN)}
PLAIN = Conditioning()
RATE = Conditioning({"weight_dropout": torch.full((B,), 0.5)})

every_kind = pytest.mark.parametrize("name", KINDS)


def built(name: str, given: int = 0, **options: object) -> Recurrent:
    kind = KINDS[name]
    args = {a.name: a.default for a in kind.args} | {"hidden_size": H} | options
    with seeded(0):
        layer: Recurrent = kind.build(args, (T, X), given)
    return layer


def batches() -> Tensor:
    with seeded(1):
        return torch.randn(2, B, T, X)


def begun(layer: Recurrent) -> Recurrent:
    for name in layer.states:
        setattr(layer, name, None)
    return layer


@every_kind
def test_a_stream_goes_on_where_its_last_batch_ended(name: str):
    layer, (first, second) = built(name, num_layers=2), batches()
    parts = torch.cat([layer(first, PLAIN), layer(second, PLAIN)], 1)
    whole = begun(layer)(torch.cat([first, second], 1), PLAIN)
    torch.testing.assert_close(parts, whole)


@every_kind
def test_no_gradient_follows_a_stream_from_batch_to_batch(name: str):
    layer, (first, second) = built(name), batches()
    first.requires_grad_()
    layer(first, PLAIN)
    y = layer(second, PLAIN)
    assert torch.autograd.grad(y.sum(), first, allow_unused=True) == (None,)


@every_kind
def test_backwards_every_batch_begins_anew(name: str):
    layer, (first, second) = built(name, bidirectional=True), batches()
    layer(first, PLAIN)
    after = layer(second, PLAIN)
    alone = begun(layer)(second, PLAIN)
    torch.testing.assert_close(after[..., H:], alone[..., H:])
    assert not torch.allclose(after[..., :H], alone[..., :H])


@every_kind
def test_the_linearised_reading_moves_no_state(name: str):
    layer, (first, second) = built(name, given=1), batches()
    layer(first, PLAIN)
    before = {state: getattr(layer, state) for state in layer.states}
    layer.linearised(second, None, Conditioning(response_BG=torch.ones(B, 1)))
    assert all(getattr(layer, state) is kept for state, kept in before.items())


@every_kind
def test_a_kept_state_does_not_keep_the_outputs(name: str):
    layer, (first, _) = built(name), batches()
    layer(first, PLAIN)
    for state in layer.states:
        kept = getattr(layer, state)
        assert kept.untyped_storage().nbytes() == kept.nbytes


@pytest.mark.parametrize("rate", [0.5, None])
@every_kind
def test_weights_are_dropped_in_training_alone_and_by_the_seed(name: str, rate: float | None):
    layer, (x, _) = built(name), batches()
    layer.weight_dropout = rate

    def read(seed: int) -> Tensor:
        with seeded(seed):
            return begun(layer)(x, RATE)

    assert torch.equal(read(0), read(0))
    assert not torch.allclose(read(0), read(1))
    layer.eval()
    torch.testing.assert_close(read(0), built(name)(x, PLAIN))


@every_kind
def test_weights_that_are_kept_make_up_for_those_that_are_dropped(name: str):
    layer = built(name, weight_dropout=0.75)
    (((_, dropped),),) = layer.layer_maps(PLAIN)
    (((_, whole),),) = layer.eval().layer_maps(PLAIN)
    kept = dropped.weight_GI != 0
    assert 0 < kept.double().mean() < 0.6
    torch.testing.assert_close(dropped.weight_GI[kept], 4 * whole.weight_GI[kept])


@every_kind
def test_both_readings_drop_the_same_weights(name: str):
    layer, (x, _) = built(name, given=1, weight_dropout=0.5), batches()
    with seeded(0):
        y = layer(x, PLAIN)
    with seeded(0):
        base, _ = begun(layer).linearised(x, None, Conditioning(response_BG=torch.ones(B, 1)))
    torch.testing.assert_close(base, y)


SPEC = """
hspec 1
hyper drop : rate = 0.1 per batch
data { source = npz("digits.npz"); split = (train = 60%, valid = 20%, test = 20%); batch = 50 }
model (8, 8) given drop {
  lstm(24, num_layers = 2, weight_dropout = drop)
  flatten
  linear(10)
}
objective { train = cross_entropy; valid = cross_entropy; report = accuracy }
tune { method = delta_stn(warmup = 1 epochs); weights = sgd(lr = 0.3, momentum = 0.9)
  hypers = rmsprop(lr = 0.01); epochs = 6 }
"""


def test_two_layers_learn_digits_as_sequences_and_leave_a_plain_network(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    digits = load_digits()
    images = (digits.images / 16).astype(np.float32)
    np.savez("digits.npz", x=images, y=digits.target.astype(np.int64))
    (tmp_path / "a.hspec").write_text(SPEC, encoding="utf-8")
    for command in (["train", "a.hspec", "--out", "run"], ["export", "run", "-o", "net.py"]):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
    names = {"__file__": str(tmp_path / "net.py"), "__name__": "net"}
    exec(compile((tmp_path / "net.py").read_text(encoding="utf-8"), "net.py", "exec"), names)
    network = names["load"]()
    assert isinstance(network.lstm_1, torch.nn.LSTM)
    found = network(names["scaled"](torch.tensor(images))).argmax(1)
    assert (found == torch.tensor(digits.target)).double().mean() > 0.9
