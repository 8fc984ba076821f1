"""What becomes of a compiled spec in the hands of a method: what each pass is given, and leaves.

`counting` is a layer that shows it: its output is its input, its statistic is moved in training by
whatever comes in, and its state is carried from batch to batch.
"""

from collections import namedtuple

import pytest
import torch
from attrs import evolve, frozen

from hypertune.catalogue import Catalogue, LayerType, MethodType, Plain
from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.methods.algorithms import Fixed
from hypertune.response import Layer
from hypertune.runtime import Kept, Reported
from hypertune.runtime.snapshots import copied
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

ROWS = 12


class Counting(Layer):
    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(6))
        self.register_state("carried")

    def forward(self, x, conditioning):
        if self.training:
            self.seen.add_(x.detach().mean(0))  # in place, as torch moves its own
        before = 0 if self.carried is None else self.carried
        self.carried = before + x
        return x


@frozen
class Paired(Fixed):
    """Plain training on every second batch."""

    @property
    def batches_per_step(self):
        return 2

    def step(self, passes, state, k):
        return super().step(passes, state, 2 * k)


COUNTING = LayerType(
    name="counting",
    doc="",
    args=(),
    output=lambda args, shape: shape,
    build=lambda args, shape, given: Counting(),
    plain=lambda args, shape: Plain("Identity"),
)
PAIRED = MethodType(
    name="paired",
    doc="",
    args=(),
    follows=frozenset(),
    optimisers={"weights": ""},
    build=lambda args: Paired(),
)
CATALOGUE = Catalogue([*STANDARD, COUNTING, PAIRED])

SPEC = {
    "augment": "",
    "layer": "dropout(drop)",
    "method": "delta_stn(warmup = 0, train_steps = 1)",
    "rest": "steps = 8",
}
TEXT = """
hspec 1
hyper drop  : rate = 0.5
hyper decay : log(1e-4, 1) = 1e-2 spread 0.3 fixed per batch
hyper noise : real(0, 1) = 0.2 frozen
data {{
  source = digits
  split = (train = 48, valid = 36, test = 24)
  batch = 12
  {augment}
}}
model (1, 8, 8) given * {{ flatten; linear(6); {layer}; linear(10) }}
objective {{ train = cross_entropy + l2(decay); valid = cross_entropy }}
tune {{ method = {method}; weights = sgd(lr = 0.1); hypers = sgd(lr = 0.1); {rest} }}
"""
DROPOUT = {}
AUGMENTED = {"augment": "augment = gaussian_noise(noise)", "layer": "tanh"}
COUNTED = {"layer": "counting"}
STN = {"method": "stn(warmup = 0, train_steps = 1)"}
FIXED = {"method": "fixed"}
Call = namedtuple("Call", "loss wanted conditioning sample")


def prepared(**changed):
    program = compile_text(TEXT.format(**SPEC | changed), catalogue=CATALOGUE).program
    return prepare(place(program, CATALOGUE, ("cpu",)), catalogue=CATALOGUE)


def here(training):
    hypers = training.problem.hypers
    return hypers.conditioning(hypers.start_H[None])


def spied(training):
    """A list that fills with what each loss is given."""
    calls = []

    def spy(name, loss):
        def spying(weights, conditioning, sample):
            wanted = {n for n, w in weights.items() if w.requires_grad}
            calls.append(Call(name, wanted, conditioning, sample))
            return loss(weights, conditioning, sample)

        return spying

    problem = training.problem
    inner, outer = spy("inner", problem.inner), spy("outer", problem.outer)
    training.problem = training.passes.problem = evolve(problem, inner=inner, outer=outer)
    return calls


def alike(sample, draw):
    """As many examples, all of them the first."""
    batch = evolve(sample.batch, inputs=sample.batch.inputs[:1].expand(ROWS, 1, 8, 8))
    return evolve(sample, batch=batch, draw=draw)


@pytest.mark.parametrize("noisy", [DROPOUT, AUGMENTED], ids=["dropout", "augmented"])
def test_training_has_noise_for_each_example_and_validation_has_none(noisy):
    training = prepared(**noisy).training
    weights, problem = training.state.weights, training.problem
    sample = training.passes.train(0)

    def rows(loss, draw):
        return loss.evaluate(weights, here(training), alike(sample, draw)).output

    first = rows(problem.inner, 1)
    assert len(first.unique(dim=0)) == ROWS
    assert torch.equal(first, rows(problem.inner, 1))
    assert not torch.equal(first, rows(problem.inner, 2))
    # Equal rows may differ in their last bit where products are cut into pieces.
    plain = rows(problem.outer, 1)
    torch.testing.assert_close(plain, plain[:1].expand_as(plain))
    assert torch.equal(plain, rows(problem.outer, 2))
    assert not torch.allclose(plain, first, atol=1e-3)


def test_every_batch_has_a_draw_of_its_own():
    passes = prepared().training.passes
    draws = [s.draw for k in range(5) for s in (passes.train(k), passes.valid(k))]
    assert len(set(draws)) == 10
    other = prepared(rest="steps = 8; seed = 1").training.passes
    assert other.train(0).draw != passes.train(0).draw


def test_a_spec_says_how_each_hyperparameter_is_perturbed():
    training = prepared().training
    hypers = training.problem.hypers
    assert hypers.names == ("drop", "decay", "noise")
    torch.testing.assert_close(hypers.scale_H, torch.tensor([1.0, 0.3, 1.0]))
    assert hypers.scale_fixed_H.tolist() == [False, True, False]
    assert hypers.per_batch_H.tolist() == [False, True, False]
    assert hypers.frozen_H.tolist() == [False, False, True]
    torch.testing.assert_close(training.state.hypers.scale_H(), torch.tensor([1.0, 0.3, 0.0]))


def seen_in_a_step(**changed):
    training = prepared(**changed).training
    calls = spied(training)
    training.method.step(training.passes, training.state, 0)
    return training, calls


def groups(training):
    both = set(training.state.weights)
    response = {name for name in both if ".response." in name}
    return both - response, response


def test_delta_stn_evaluates_plainly_then_responding_to_first_order_then_on_validation():
    training, (plain, responding, outer) = seen_in_a_step()
    base, response = groups(training)
    u = training.problem.hypers.start_H

    assert [c.loss for c in (plain, responding, outer)] == ["inner", "inner", "outer"]
    assert [c.sample.part for c in (plain, responding, outer)] == ["train", "train", "valid"]
    assert (plain.wanted, responding.wanted, outer.wanted) == (base, response, set())
    assert [c.conditioning.linearised for c in (plain, responding, outer)] == [False, True, False]
    assert plain.conditioning.response_BG is None
    assert plain.conditioning.values["drop"].tolist() == [0.5]
    assert responding.sample.draw != plain.sample.draw, "its masks are its own"
    delta = responding.conditioning.response_BG
    hold_perturbed(delta)
    torch.testing.assert_close(responding.conditioning.values["drop"], rate((u + delta)[:, 0]))
    assert len(outer.conditioning.response_BG) == ROWS, "a scale is tuned"


def test_delta_stn_evaluates_plainly_where_the_hyperparameters_have_moved_to():
    training = prepared().training
    method, problem, state = training.method, training.problem, training.state

    def read():
        return method.conditioning(problem, state).values["drop"]

    def rate_of_now():
        return rate(state.unconstrained_H[:1])

    before, start = copied(state.state_dict()), read()
    method.step(training.passes, state, 0)  # and a validation step
    assert not torch.equal(read(), start)
    torch.testing.assert_close(read(), rate_of_now())
    state.load_state_dict(before)
    torch.testing.assert_close(read(), start)


def test_delta_stn_hands_on_whether_responses_are_linearised():
    _, calls = seen_in_a_step(
        method="delta_stn(warmup = 0, train_steps = 1, linearise = false, response_share = 0.5)"
    )
    assert [call.conditioning.linearised for call in calls] == [False] * 3
    first, second = calls[0].sample.batch, calls[1].sample.batch
    for of in ("inputs", "targets", "indices_B"):
        assert torch.equal(getattr(first, of)[: ROWS // 2], getattr(second, of)), of


def test_stn_evaluates_at_perturbed_values_that_the_weights_respond_to():
    training, (inner, outer) = seen_in_a_step(**STN)
    base, response = groups(training)

    assert (inner.loss, outer.loss) == ("inner", "outer")
    assert (inner.wanted, outer.wanted) == (base | response, set())
    for call in (inner, outer):
        assert not call.conditioning.linearised
        torch.testing.assert_close(
            call.conditioning.values["drop"], rate(call.conditioning.response_BG[:, 0])
        )
    hold_perturbed(inner.conditioning.response_BG - training.problem.hypers.start_H)


def rate(unconstrained):
    return 0.95 * unconstrained.sigmoid()


def hold_perturbed(delta_BH):
    """The first per example, the second once for all, the third not at all."""
    assert delta_BH.shape == (ROWS, 3)
    assert [len(column.unique()) for column in delta_BH.T] == [ROWS, 1, 1]
    assert delta_BH[0, 1] != 0
    assert delta_BH[0, 2] == 0


def test_plain_training_sees_the_start_values():
    training, (inner,) = seen_in_a_step(**FIXED)
    assert inner.wanted == groups(training)[0]
    assert inner.conditioning.response_BG is None
    assert inner.conditioning.values["drop"].tolist() == [0.5]


@pytest.mark.parametrize("method", [{}, STN, FIXED], ids=["delta_stn", "stn", "fixed"])
def test_statistics_are_those_of_the_first_training_pass_alone(method):
    training = prepared(**COUNTED, **method).training
    calls = spied(training)
    before = training.passes.statistics
    weights = {name: w.clone() for name, w in training.state.weights.items()}
    training.method.step(training.passes, training.state, 0)

    first = calls[0]
    x = first.sample.batch.inputs.flatten(1)
    y = x @ weights["layers.linear_1.weight"].T + weights["layers.linear_1.bias"]
    after = training.passes.statistics["layers.counting_1.seen"]
    torch.testing.assert_close(after, y.mean(0))
    assert not before["layers.counting_1.seen"].any(), "what was handed in stays as it was"


def test_a_pass_that_is_taken_again_gives_the_same():
    training = prepared(**COUNTED).training
    sample = training.passes.train(0)
    args = (training.state.weights, here(training), sample)
    first, second = (training.problem.inner(*args) for _ in range(2))
    assert torch.equal(first[0], second[0])
    for one, other in zip(kept_in(first[1]), kept_in(second[1]), strict=True):
        assert torch.equal(one, other)
    assert not sample.kept.states


def kept_in(kept):
    return [*kept.statistics.values(), *kept.states.values()]


def test_an_evaluation_moves_no_statistics():
    training = prepared(**COUNTED).training
    passes = training.passes
    sample = passes.valid(0)
    _, kept = training.problem.outer(training.state.weights, here(training), sample)
    assert not kept.statistics["layers.counting_1.seen"].any()
    assert kept.states["layers.counting_1.carried"].shape == (ROWS, 6)


@frozen
class Streams:
    """The batches of a training, the first and every third of which begin a stream."""

    served: object

    @property
    def per_epoch(self):
        return self.served.per_epoch

    def train(self, k):
        return evolve(self.served.train(k), begins=k % 3 == 0)

    def valid(self, k):
        return evolve(self.served.valid(k), begins=k % 3 == 0)


def test_states_are_carried_along_each_part_until_a_stream_begins():
    training = prepared(**COUNTED).training
    passes, calls = training.passes, spied(training)
    passes.batches = Streams(passes.batches)
    for k in range(5):
        training.method.step(passes, training.state, k)

    name = "layers.counting_1.carried"
    plain = [c for c in calls if c.conditioning.response_BG is None]
    outer = [c for c in calls if c.loss == "outer"]
    assert len(plain) == len(outer) == 5
    for of_part in (plain, outer):
        carried = [c.sample.kept.states.get(name) for c in of_part]
        assert [state is None for state in carried] == [True, False, False, True, False]
        assert not torch.allclose(carried[1], carried[2])
    assert not torch.allclose(plain[1].sample.kept.states[name], outer[1].sample.kept.states[name])
    responding = [c for c in calls if c.conditioning.linearised]
    for before, after in zip(plain, responding, strict=True):
        same = after.sample.kept.states.get(name) is before.sample.kept.states.get(name)
        assert same, "both passes over a batch start from one state"


def test_a_measure_carries_states_from_chunk_to_chunk_of_a_stream(monkeypatch):
    found = prepared(**COUNTED)
    monkeypatch.setattr("hypertune.tuning.measure.EVALUATED_AT_ONCE", ROWS)
    monkeypatch.setattr(
        type(found.sets.valid), "chunks", in_streams(type(found.sets.valid).chunks)
    )
    given = []
    loss = found.measure._loss
    evaluate = loss.evaluate

    def spying(weights, conditioning, sample):
        given.append(sample.kept)
        return evaluate(weights, conditioning, sample)

    monkeypatch.setattr(loss, "evaluate", spying)
    seen = Kept({"layers.counting_1.seen": torch.zeros(6)})
    found.measure(found.sets.valid, found.training.state.weights, here(found.training), seen)
    assert [bool(kept.states) for kept in given] == [False, True, False]


def test_a_measure_is_the_mean_over_all_targets_however_it_is_cut(monkeypatch):
    made = prepared()
    training = made.training

    def measured():
        given = training.state.weights, here(training), training.kept()
        return made.measure(made.sets.valid, *given)["loss"]

    whole = measured()
    monkeypatch.setattr("hypertune.tuning.measure.EVALUATED_AT_ONCE", ROWS)
    assert measured() == pytest.approx(whole, rel=1e-5)


def in_streams(chunks):
    def chunked(part, size):
        for k, batch in enumerate(chunks(part, size)):
            yield evolve(batch, begins=k % 2 == 0)

    return chunked


def test_precision_holds_in_training_and_in_the_validation_step():
    single, half = prepared().training, prepared(rest="steps = 8; precision = bf16").training
    for of in ("inner", "outer"):
        for training, dtype in ((single, torch.float32), (half, torch.bfloat16)):
            sample = getattr(training.passes, {"inner": "train", "outer": "valid"}[of])(0)
            loss = getattr(training.problem, of)
            found = loss.evaluate(training.state.weights, here(training), sample)
            assert found.output.dtype == dtype, of
    full = prepared(rest="steps = 8; precision = bf16")
    found = full.measure._loss.evaluate(
        full.training.state.weights, here(full.training), full.training.passes.valid(0)
    )
    assert found.output.dtype == torch.float32, "what is reported"


def test_epochs_and_reports_count_the_batches_that_a_step_takes():
    training = prepared(method="paired", rest="epochs = 4").training
    ended = []
    training.state.end_epoch = ended.append
    events = list(training.run())
    reports = [e for e in events if isinstance(e, Reported)]
    assert training.batches.per_epoch == 4
    assert training.step == 8
    assert [(r.step, r.epoch) for r in reports] == [(2, 1), (4, 2), (6, 3), (8, 4)]
    assert len(ended) == 4


def test_the_plain_network_is_folded_at_what_the_weights_respond_to():
    found = prepared(**STN)
    training = found.training
    source = torch.Generator().manual_seed(0)
    for weight in training.state.weights.values():
        weight.normal_(generator=source)
    u = training.state.unconstrained_H
    state, weights = found.plain_state(), training.state.weights
    for layer in ("linear_1", "linear_2"):
        own = {k.removeprefix(f"layers.{layer}."): w for k, w in weights.items() if layer in k}
        scale = own["response.weight_scale"] @ u[:2]
        expected = own["weight"] + scale[:, None] * own["response.weight"]
        torch.testing.assert_close(state[f"{layer}.weight"], expected)
