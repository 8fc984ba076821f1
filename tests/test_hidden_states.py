"""A network with a hidden state: carried along a stream, resumed in the middle of one."""

from math import ceil

import pytest
import torch
from attrs import frozen
from taking_up import hold_taken_up, reports

from hypertune.catalogue import Arg, Catalogue, LayerType, Plain
from hypertune.compiler import compile_text
from hypertune.data.sets import Part, Sets
from hypertune.lowering import place
from hypertune.response import Layer
from hypertune.response.affine import Affine
from hypertune.runs import DamagedRun
from hypertune.runs.checkpoint import Checkpoint, encode, read_checkpoint
from hypertune.runtime import Batch, Reported
from hypertune.runtime.templates import template
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

STREAMS, STEPS, CLASSES = 8, 5, 10
HIDDEN = "layers.elman_1.hidden"


class Elman(Layer):
    """h ← tanh(W (x, h)), a batch being one moment of every stream."""

    def __init__(self, inputs, units, given):
        super().__init__()
        self.map = Affine(inputs + units, units, True, given)
        self.units = units
        self.register_state("hidden")

    def forward(self, x, conditioning):
        hidden = x.new_zeros(len(x), self.units) if self.hidden is None else self.hidden
        self.hidden = self.map(torch.cat([x, hidden], 1), conditioning).tanh()
        return self.hidden


ELMAN = LayerType(
    name="elman",
    doc="",
    args=(Arg("units", "int", "", low=1),),
    ranks=(1,),
    output=lambda args, shape: (args["units"],),
    build=lambda args, shape, given: Elman(shape[0], args["units"], given),
    plain=lambda args, shape: Plain("Identity"),
    responds=True,
)
CATALOGUE = Catalogue([*STANDARD, ELMAN])
SPEC = """
hspec 1
hyper drop  : rate = 0.2 spread 0.5
hyper decay : log(1e-4, 1) = 1e-2 per batch
data { source = digits; split = (train = 50%, valid = 50%); batch = 8 }
model (1, 8, 8) given * { flatten; elman(6); dropout(drop); linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune { method = METHOD; weights = sgd(lr = 0.3); hypers = sgd(lr = 0.1); steps = 24 }
"""
METHODS = {
    "fixed": "fixed",
    "stn": "stn(warmup = 2 steps, train_steps = 2, valid_share = 0.5)",
    "delta_stn": "delta_stn(warmup = 2 steps, train_steps = 2, response_share = 0.5)",
    "shares": "delta_stn(warmup = 2 steps, train_steps = 2, response_share = 0.5, "
    "valid_share = 0.3)",
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def moments(seed):
    """Streams whose class is the sign of what was seen a moment before; (T, B, …) each."""
    source = torch.Generator().manual_seed(seed)
    x = torch.randn(STEPS, STREAMS, 1, 8, 8, generator=source)
    y = torch.zeros(STEPS, STREAMS, dtype=torch.long)
    y[1:] = (x[:-1, :, 0, 0, 0] > 0).long()
    return x, y


@frozen
class Streams:
    """A batch for each moment; after the last one, they begin again."""

    per_epoch: int = STEPS

    def train(self, k):
        return moment(moments(0), k)

    def valid(self, k):
        return moment(moments(1), k)


def moment(parts, k):
    x, y = parts
    epoch, step = divmod(k, STEPS)
    return Batch(x[step], y[step], begins=step == 0, repeat=epoch)


@frozen
class Streamed(Part):
    """A part that is measured along its streams."""

    def chunks(self, size):
        yield from (moment(moments(1), k) for k in range(STEPS))


def prepared(method):
    text = SPEC.replace("METHOD", method)
    program = place(compile_text(text, catalogue=CATALOGUE).program, CATALOGUE, ("cpu",))
    x, y = moments(0)
    parts = [Streamed(x.flatten(0, 1), y.flatten()) for _ in range(3)]
    found = prepare(program, catalogue=CATALOGUE, sets=Sets(*parts, classes=CLASSES))
    found.training.batches = found.training.passes.batches = Streams()
    return found


@every_method
def test_a_training_is_taken_up_in_the_middle_of_a_stream_bit_for_bit(method):
    done = hold_taken_up(lambda: prepared(method).training, at=8)
    states = done.passes.state_dict()["states"]
    assert states["train"][HIDDEN].shape == (STREAMS, 6)
    assert (HIDDEN in states["valid"]) == (method != "fixed")


def test_a_checkpoint_has_the_states_of_the_streams_that_validation_reads(tmp_path):
    training = prepared(METHODS["shares"]).training
    like, going = template(training), training.run()
    for _ in range(8):
        next(going)
    path = tmp_path / "checkpoint"
    path.write_bytes(encode(Checkpoint(0, 0, training.snapshot())))

    states = read_checkpoint(path, like).state["passes"]["states"]
    assert states["train"][HIDDEN].shape == (STREAMS, 6)
    assert states["valid"][HIDDEN].shape == (ceil(0.3 * STREAMS), 6)


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: state[:-1],
        lambda state: state[:, :-1],
        lambda state: state.double(),
        lambda state: {},
    ],
    ids=["rows", "features", "type", "no tensor"],
)
def test_a_checkpoint_whose_states_are_not_of_the_streams_is_damaged(damage, tmp_path):
    training = prepared(METHODS["delta_stn"]).training
    like, going = template(training), training.run()
    path = tmp_path / "checkpoint"

    def read():
        path.write_bytes(encode(Checkpoint(0, 0, tree)))
        return read_checkpoint(path, like)

    tree = training.snapshot()
    assert read().state["passes"]["states"] == {"train": {}, "valid": {}}
    for _ in range(8):
        next(going)
    tree = training.snapshot()
    assert read().state["passes"]["states"]["valid"][HIDDEN].shape == (STREAMS, 6)
    states = tree["passes"]["states"]["train"]
    states[HIDDEN] = damage(states[HIDDEN])
    with pytest.raises(DamagedRun, match=f"its state/passes/states/train/{HIDDEN}"):
        read()


@every_method
def test_the_best_training_measures_again_what_it_reported(method):
    going = prepared(method)
    best, snapshot = None, None
    for event in going.training.run():
        if isinstance(event, Reported) and event.best:
            best, snapshot = event, going.training.snapshot()
    again = prepared(method)
    again.training.restore(snapshot)
    assert again.evaluate("valid")["valid_loss"] == best.valid_loss


def test_a_measure_needs_the_states_of_the_stream():
    """What the tests above say of streams would hold of any network without a memory."""
    found = prepared("fixed")
    reports(found.training)
    whole = found.evaluate("valid")["valid_loss"]
    training, total = found.training, 0.0
    for k in range(STEPS):
        sample = training.passes.valid(k)
        total += training.problem.outer(training.state.weights, training.conditioning(), sample)[
            0
        ].item()
    assert abs(total / STEPS - whole) > 1e-4
