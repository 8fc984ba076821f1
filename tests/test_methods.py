"""Laws that every method keeps, and what each lets the losses hear."""

import json
from itertools import pairwise
from math import ceil

import pytest
import torch
from attrs import evolve
from bilevel_toys import (
    RMSPROP,
    SGD,
    TRAIN,
    VALID,
    Parts,
    Reads,
    Same,
    best_ridge_weights,
    effective_BI,
    exact_outer,
    hypers,
    regression_data,
    ridge,
    run,
    training,
)
from torch.optim import lr_scheduler

from hypertune.catalogue import REQUIRED
from hypertune.ir import Call, Quantity
from hypertune.methods import SOLVERS, STANDARD
from hypertune.methods.algorithms import STN, DeltaSTN, Fixed, Unrolled
from hypertune.methods.algorithms.solvers import CG, Neumann
from hypertune.runtime import (
    Batch,
    EpochSchedule,
    Kept,
    Optimiser,
    PlateauSchedule,
    Problem,
    Recipe,
    Sample,
    Stepped,
    stateless,
)
from hypertune.runtime.snapshots import flatten, unflatten

BATCHES = Parts(TRAIN, VALID, size=5, per_epoch=4)
METHODS = {
    "fixed": Fixed(),
    "stn": STN(warmup=2, train_steps=2),
    "delta_stn": DeltaSTN(warmup=2, train_steps=2),
    "not linearised": DeltaSTN(warmup=2, train_steps=2, linearise=False),
    "half share": DeltaSTN(warmup=2, train_steps=2, response_share=0.5),
    "now and then": DeltaSTN(warmup=2, train_steps=2, response_every=3),
    "half of validation": DeltaSTN(warmup=2, train_steps=2, valid_share=0.5),
}
RESPONDING = {name: method for name, method in METHODS.items() if name != "fixed"}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
every_response_method = pytest.mark.parametrize("method", RESPONDING.values(), ids=RESPONDING)

OPTIMISERS = {
    "sgd": Optimiser(torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    "adam": Optimiser(torch.optim.Adam, {"lr": 0.05}),
    "rmsprop": Optimiser(torch.optim.RMSprop, {"lr": 0.05, "momentum": 0.5, "centered": True}),
}


def scheduled(scheduler, **options):
    """Whatever torch's scheduler does; its factor is not asked for here."""
    return EpochSchedule(scheduler, options, factor=lambda epoch: 1.0)


SCHEDULES = {
    "none": None,
    "cosine": scheduled(lr_scheduler.CosineAnnealingLR, T_max=5),
    "multistep": scheduled(lr_scheduler.MultiStepLR, milestones=[1, 2, 2]),
    "plateau": PlateauSchedule(patience=0),
    "one cycle": scheduled(lr_scheduler.OneCycleLR, max_lr=0.1, total_steps=9),
    "lambda": scheduled(lr_scheduler.LambdaLR, lr_lambda=lambda epoch: 1 / (1 + epoch)),
}


def best_penalty():
    return min((exact_outer(h.exp()), float(h)) for h in torch.linspace(-6, 2, 801))


def spied(problem):
    """The problem, and a list that fills with what each loss is given."""
    calls = []

    def spy(name, loss):
        def spying(weights, conditioning, sample):
            wanted = {n for n, w in weights.items() if w.requires_grad}
            calls.append((name, wanted, conditioning, len(sample.batch)))
            return loss(weights, conditioning, sample)

        return spying

    inner, outer = spy("inner", problem.inner), spy("outer", problem.outer)
    return evolve(problem, inner=inner, outer=outer), calls


def one_step(method, problem, batches=BATCHES):
    """What the losses are given in one training step and its validation steps."""
    problem, calls = spied(problem)
    going = training(method, problem, batches=batches)
    going.method.step(going.passes, going.state, 0)
    return calls


@every_response_method
def test_a_method_reaches_the_optimum_of_a_ridge_regression(method):
    best, _ = best_penalty()
    recipe = Recipe(SGD, hypers=Optimiser(torch.optim.RMSprop, {"lr": 0.01}))
    done, _ = run(method, ridge(scale=0.2), recipe, steps=1500)

    assert exact_outer(done.state.unconstrained_H.exp().item()) <= best * 1.01
    assert exact_outer(torch.tensor(-2.0).exp()) > best * 1.05


@every_method
def test_a_training_that_is_put_back_goes_the_same_way_again(method):
    one = training(method, ridge((-2.0, -1.0), scale_fixed=False), batches=BATCHES, steps=9)
    start = one.snapshot()
    list(one.run())
    values = one.state.unconstrained_H.clone()
    weights = {name: w.clone() for name, w in one.state.weights.items()}
    one.restore(start)
    list(one.run())

    assert torch.equal(one.state.unconstrained_H, values)
    for name, w in weights.items():
        assert torch.equal(one.state.weights[name], w), name


def test_fixed_reaches_the_best_weights_at_the_start_values():
    done, _ = run(Fixed(), ridge((-2.0, -1.0)), steps=500)

    best = best_ridge_weights(torch.tensor([-2.0, -1.0]).exp().sum().item())
    torch.testing.assert_close(done.state.weights["w"], best, rtol=1e-6, atol=1e-6)
    assert done.state.unconstrained_H.tolist() == [-2.0, -1.0]


@every_method
@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_a_copied_state_goes_exactly_the_same_way(method, optimiser, schedule):
    problem = ridge((-2.0, -1.0), scale_fixed=False, per_batch=[True, False])
    recipe = Recipe(optimiser, hypers=optimiser, schedule=schedule, clip=1.0)
    one = training(method, problem, recipe, BATCHES, steps=14)
    going = one.run()
    for _ in range(8):  # into the second epoch
        next(going)
    tensors, skeleton = flatten(one.snapshot())
    two = training(method, problem, recipe, BATCHES, steps=14)
    two.restore(unflatten(tensors, json.loads(json.dumps(skeleton))))

    list(going), list(two.run())

    twins = [flatten(t.state.state_dict()) for t in (one, two)]
    assert twins[0][1] == twins[1][1]
    for name, tensor in twins[0][0].items():
        assert torch.equal(tensor, twins[1][0][name])


@every_response_method
def test_what_is_frozen_or_fixed_never_moves(method):
    problem = ridge(
        (-2.0, -1.0, 0.0), frozen=[False, True, False], scale_fixed=[False, False, True]
    )
    decaying = Optimiser(torch.optim.AdamW, {"lr": 0.05, "weight_decay": 0.5})
    done, _ = run(method, problem, Recipe(SGD, hypers=decaying), batches=BATCHES, steps=20)

    free, scale = done.state.unconstrained_H, done.state.hypers.scale_H()
    assert free[1] == -1
    assert free[0] != -2
    assert free[2] != 0
    assert scale[1:].tolist() == [0, 0.3]
    assert scale[0] != 0.3


@every_response_method
def test_frozen_hyperparameters_are_not_perturbed(method):
    for name, _, conditioning, _ in one_step(
        evolve(method, warmup=0), ridge((0.0, 1.0), frozen=[1, 0])
    ):
        assert (conditioning.values.matrix_BC.log()[:, 0] == 0).all(), name


@every_response_method
def test_a_method_with_nothing_to_tune_trains_plainly(method):
    problem = ridge((-2.0, -1.0), frozen=True)
    done, _ = run(method, problem, Recipe(SGD), batches=BATCHES, steps=9)
    plain, _ = run(Fixed(), problem, batches=BATCHES, steps=9)

    assert done.state.unconstrained_H.tolist() == [-2, -1]
    if isinstance(method, DeltaSTN):
        assert torch.equal(done.state.weights["w"], plain.state.weights["w"])


@every_response_method
def test_a_method_that_tunes_asks_for_an_optimiser(method):
    with pytest.raises(ValueError, match="`hypers`"):
        training(method, recipe=Recipe(SGD))


@every_method
def test_a_method_that_moves_weights_asks_for_an_optimiser(method):
    with pytest.raises(ValueError, match="`weights`"):
        training(method, recipe=Recipe(hypers=SGD))


@every_response_method
@pytest.mark.parametrize("role", ["weights", "hypers", "responses", "scales"])
def test_an_option_tied_to_what_the_method_tunes_and_cannot_move_is_refused(method, role):
    tied = Optimiser(torch.optim.SGD, {"lr": 0.05}, tied={"lr": "h1"})
    recipe = evolve(Recipe(SGD, hypers=SGD), **{role: tied})
    with pytest.raises(ValueError, match=f"`lr` of the optimiser for `{role}` is .* `h1`"):
        training(method, ridge((-2.0, -1.0)), recipe)
    training(method, ridge((-2.0, -1.0), frozen=[False, True]), recipe)
    training(Fixed(), ridge((-2.0, -1.0)), recipe)


@every_response_method
def test_no_gradient_reaches_the_weights_in_a_validation_step(method):
    calls = one_step(evolve(method, warmup=0, train_steps=1), ridge(scale_fixed=False))

    assert [wanted for name, wanted, *_ in calls if name == "outer"] == [set()]


@every_method
def test_no_step_waits_for_the_device(method):
    problem = ridge((-2.0, -1.0), scale_fixed=False, per_batch=[True, False])
    recipe = Recipe(SGD, hypers=RMSPROP, clip=1.0)
    going = training(method, problem, recipe, BATCHES)
    with Reads() as reads:
        for k in range(6):
            going.method.step(going.passes, going.state, k)
        assert not reads.found

        going.state.unconstrained_H.sum().item()
        assert reads.found


def test_plain_training_sees_the_start_values_and_nothing_responds():
    ((name, wanted, conditioning, _),) = one_step(Fixed(), ridge((-2.0, -1.0)))

    assert (name, wanted) == ("inner", {"w"})
    assert conditioning.values.matrix_BC.log().tolist() == [[-2, -1]]
    assert conditioning.response_BG is None


def test_stn_sees_perturbed_values_and_responds_to_them():
    (_, wanted, inner, _), (_, _, outer, _) = one_step(STN(train_steps=1), ridge())

    assert wanted == {"w", "v"}
    assert inner.values.matrix_BC.log().shape == (5, 1)
    assert len(inner.values.matrix_BC.log().unique()) == 5
    torch.testing.assert_close(inner.response_BG, inner.values.matrix_BC.log())
    assert not inner.linearised
    assert outer.values.matrix_BC.log().tolist() == [[-2]]
    torch.testing.assert_close(outer.response_BG, outer.values.matrix_BC.log())


def test_delta_stn_trains_weights_and_responses_apart():
    weights, responses, outer = one_step(DeltaSTN(train_steps=1), ridge())

    assert weights[1] == {"w"}
    assert weights[2].values.matrix_BC.log().tolist() == [[-2]]
    assert weights[2].response_BG is None
    assert responses[1] == {"v"}
    assert responses[2].linearised
    assert len(responses[2].response_BG.unique()) == 5
    torch.testing.assert_close(responses[2].values.matrix_BC.log(), -2 + responses[2].response_BG)
    assert outer[2].values.matrix_BC.log().tolist() == [[-2]]
    assert outer[2].response_BG.tolist() == [[0]]
    assert not outer[2].linearised


@pytest.mark.parametrize("method", [STN(train_steps=1), DeltaSTN(train_steps=1)])
def test_values_are_perturbed_in_validation_where_scales_are_tuned(method):
    *_, (_, _, conditioning, _) = one_step(method, ridge((-2.0, 1.0), scale_fixed=[False, True]))

    assert conditioning.values.matrix_BC.log().shape == (5, 2)
    assert len(conditioning.values.matrix_BC.log().unique()) == 10


@pytest.mark.parametrize("method", [STN(), DeltaSTN()])
def test_what_is_drawn_per_batch_is_the_same_for_all_examples(method):
    *_, mixed = one_step(method, ridge((-2.0, 1.0), per_batch=[True, False]))
    *_, shared = one_step(method, ridge((-2.0, 1.0), per_batch=True))

    assert len(mixed[2].values.matrix_BC.log()[:, 0].unique()) == 1
    assert len(mixed[2].values.matrix_BC.log()[:, 1].unique()) == 5
    assert shared[2].values.matrix_BC.log().shape == (1, 2)
    assert (shared[2].values.matrix_BC.log() != torch.tensor([-2.0, 1.0])).all()


def test_responses_are_trained_on_their_share_of_the_batch():
    weights, responses = one_step(DeltaSTN(response_share=0.5), ridge())

    assert (weights[3], responses[3]) == (5, 3)
    assert len(responses[2].values.matrix_BC.log()) == 3


@pytest.mark.parametrize(
    ("total", "expected"),
    [(5, 5), (64, 64), (127, 127), (128, 64), (200, 67), (512, 64), (1024, 128), (1030, 129)],
)
def test_responses_are_trained_on_an_eighth_of_a_large_batch(total, expected):
    batches = Same(regression_data(0, total), VALID)
    _, responses = one_step(DeltaSTN(), ridge(), batches)

    assert responses[3] == expected


def test_responses_are_trained_in_one_step_of_so_many_after_the_warm_up():
    method = DeltaSTN(warmup=8, response_every=4)
    trained = [k for k in range(408) if method.trains_responses(k)]

    assert trained[:8] == list(range(8))
    assert [k // 4 for k in trained[8:]] == list(range(2, 102))
    assert all(15 < sum(k % 4 == place for k in trained[8:]) < 35 for place in range(4))


def test_only_a_step_of_the_responses_moves_them():
    method = DeltaSTN(warmup=2, train_steps=100, response_every=3)
    done = training(method, batches=BATCHES, steps=9)
    steps = (event for event in done.run() if isinstance(event, Stepped))
    norms = [0.0, *(done.state.response.norm().item() for _ in steps)]
    moved = [before != after for before, after in pairwise(norms)]

    assert moved == [method.trains_responses(k) for k in range(9)]
    assert False in moved


@pytest.mark.parametrize("method", [STN(), DeltaSTN()], ids=["stn", "delta_stn"])
def test_a_validation_step_reads_its_share_of_the_batch(method):
    method = evolve(method, train_steps=1, valid_share=0.5)
    *_, (name, _, conditioning, rows) = one_step(method, ridge(scale_fixed=False))

    assert (name, rows) == ("outer", 3)
    assert len(conditioning.values.matrix_BC) == 3


@every_response_method
def test_the_warm_up_has_no_validation_steps(method):
    done = training(evolve(method, warmup=10), batches=BATCHES, steps=10)
    list(done.run())

    assert done.state.unconstrained_H.tolist() == [-2]


def test_turns_follow_the_warm_up_and_number_their_validation_steps():
    method = DeltaSTN(warmup=3, train_steps=2, valid_steps=2)

    assert [list(method.turn(k)) for k in range(8)] == [
        *([],) * 4, [0, 1], [], [2, 3], []
    ]  # fmt: skip


@every_response_method
def test_entropy_widens_perturbations(method):
    problem = ridge(scale_fixed=False)
    narrow, _ = run(evolve(method, entropy=0.0), problem, batches=BATCHES, steps=30)
    wide, _ = run(evolve(method, entropy=10.0), problem, batches=BATCHES, steps=30)

    assert wide.state.hypers.scale_H() > narrow.state.hypers.scale_H()
    assert wide.state.hypers.scale_H() > 0.3


@every_response_method
def test_a_validation_loss_may_depend_on_no_hyperparameter(method):
    def outer(weights, conditioning, batch):
        return weights["w"].square().sum()

    problem = evolve(ridge(), outer=stateless(outer))
    done, _ = run(method, problem, batches=BATCHES, steps=8)

    assert done.state.unconstrained_H.tolist() == [-2]


def illustrative_path(method):
    """Values of h while L_V = h²/10 + w and L_T = w², from h = 5 and w = 10.

    The best response is 0 everywhere, so the best h is 0. Source: Bae and Grosse 2020, section 3.
    """

    def weight(weights, conditioning):
        return effective_BI(weights, conditioning).squeeze(-1)

    problem = Problem(
        inner=stateless(lambda w, at, batch: weight(w, at).square().mean()),
        outer=stateless(
            lambda w, at, batch: (
                at.values.matrix_BC.log().square().sum(-1) / 10 + weight(w, at)
            ).mean()
        ),
        base={"w": torch.full((1,), 10.0, dtype=torch.float64)},
        response={"v": torch.zeros(1, 1, dtype=torch.float64)},
        hypers=hypers([5.0], scale=1.0),
    )
    recipe = Recipe(
        Optimiser(torch.optim.SGD, {"lr": 0.01}), hypers=Optimiser(torch.optim.SGD, {"lr": 0.1})
    )
    batch = (torch.zeros(1000),)
    going = training(method, problem, recipe, Same(batch, batch), 500, evaluate=no_evaluation)
    return [
        going.state.unconstrained_H.item() for event in going.run() if isinstance(event, Stepped)
    ]


def no_evaluation(weights, conditioning, kept):
    return {"valid_loss": 0.0}


def test_a_centred_response_descends_the_illustrative_example():
    path = illustrative_path(DeltaSTN(train_steps=1))

    assert all(after < before for before, after in pairwise([5.0, *path[:200]]))
    assert abs(path[-1]) < 0.02


def test_an_uncentred_response_first_climbs_the_illustrative_example():
    path = illustrative_path(STN(train_steps=1))

    assert path[20] > 5.5


@pytest.mark.parametrize(
    "inputs",
    [torch.arange(6), (torch.arange(6), {"y": torch.arange(6)}), [torch.arange(6), "word", 3]],
)
def test_rows_of_a_batch_are_taken_from_all_its_tensors(inputs):
    def lengths(part):
        match part:
            case torch.Tensor():
                return len(part)
            case dict():
                return {key: lengths(value) for key, value in part.items()}
            case tuple() | list():
                return type(part)(map(lengths, part))
            case _:
                return part

    def cut(part):
        return json.loads(json.dumps(lengths(part)).replace("6", "4"))

    some = Batch(inputs, torch.arange(6), torch.arange(6)).cut(slice(1, 5))
    assert json.loads(json.dumps(lengths(some.inputs))) == cut(inputs)
    assert some.targets.tolist() == some.indices_B.tolist() == [1, 2, 3, 4]


def test_states_are_cut_with_the_batch_and_statistics_are_not():
    kept = Kept({"mean": torch.zeros(9)}, {"hidden": torch.arange(6)})
    some = Sample(Batch(torch.zeros(6, 2)), kept).cut(slice(2, 4))

    assert some.kept.statistics["mean"].shape == (9,)
    assert some.kept.states["hidden"].tolist() == [2, 3]


@pytest.mark.parametrize("total", [1, 5, 12])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9, 1.0])
def test_a_share_of_a_batch_that_repeats_leaves_no_row_out(total, share):
    batches = [Batch(torch.zeros(total), repeat=k) for k in range(24)]
    read = [set(range(total)[batch.rows_of(ceil(share * total))]) for batch in batches]

    assert {len(rows) for rows in read} == {ceil(share * total)}
    turns = ceil(total / ceil(share * total))
    assert read[0] == set(range(len(read[0])))
    for k in range(0, 24 - turns, turns):
        assert set.union(*read[k : k + turns]) == set(range(total))


def test_a_clip_bounds_the_gradient_of_each_group():
    recipe = Recipe(Optimiser(torch.optim.SGD, {"lr": 1.0}), hypers=RMSPROP, clip=0.25)
    done, _ = run(DeltaSTN(), recipe=recipe, steps=1)

    for name in ("w", "v"):
        assert done.state.weights[name].norm() == pytest.approx(0.25, rel=1e-4)


@pytest.mark.parametrize("kind", STANDARD, ids=lambda kind: kind.name)
def test_a_declared_method_builds_with_its_defaults(kind):
    options = {arg.name: arg.default for arg in kind.args}
    wanted = {name for name, value in options.items() if value is REQUIRED}
    options |= dict.fromkeys(wanted, "table.csv")
    solvers = {solver.name: solver for solver in SOLVERS}
    steps = {n: 7 if isinstance(v, Quantity) else v for n, v in options.items()}
    for name, value in steps.items():
        if isinstance(value, Call):
            steps[name] = solvers[value.kind].build(value.args)

    method = kind.build(steps)

    assert {name: getattr(method, name) for name in steps} == steps
    only_here = {n for n, v in options.items() if isinstance(v, Quantity | Call)} | wanted
    assert kind.build({n: v for n, v in steps.items() if n in only_here}) == method


@pytest.mark.parametrize("kind", SOLVERS, ids=lambda kind: kind.name)
def test_a_declared_solver_builds_with_its_defaults(kind):
    call = kind.default()
    solver = kind.build(call.args)

    assert {name: getattr(solver, name) for name in call.args} == call.args
    assert kind.build({}) == solver


def test_options_out_of_the_bounds_of_their_declaration_are_refused():
    for wrong in (
        lambda: DeltaSTN(response_share=0.0),
        lambda: DeltaSTN(response_share=1.1),
        lambda: STN(valid_share=0.0),
        lambda: STN(train_steps=0),
        lambda: Neumann(scale=0.0),
        lambda: CG(damping=-1.0),
        lambda: Unrolled(mode="sideways"),
    ):
        with pytest.raises(ValueError, match=r"must be"):
            wrong()
