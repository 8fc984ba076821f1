"""The pure update rules make torch's steps, and have the derivatives that finite differences give.

Gradients are written out, so that both modes of differentiation go through them.
"""

import inspect

import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor, optim
from torch.autograd import gradcheck, gradgradcheck

from hypertune.ir import Call, Ref
from hypertune.optimisers.making import optimiser, schedule
from hypertune.optimisers.rules import ADAM, ADAMW, RMSPROP, SGD
from hypertune.runtime import Optimiser
from hypertune.standard import STANDARD

STEPS = 50
RULES = {optim.SGD: SGD, optim.Adam: ADAM, optim.AdamW: ADAMW, optim.RMSprop: RMSPROP}


class Problem:
    """Two parameters and noisy gradients, as of batches, with their derivative in the parameters.

    The last entry of `w`, if `idle`, is one that no loss depends on: its gradient is zero.
    """

    def __init__(self, seed: int, dtype: torch.dtype = torch.float64, idle: bool = True) -> None:
        generator = torch.Generator().manual_seed(seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

        self.start = {"w": normal(4), "c": normal(2, 3)}
        self.a, self.b = normal(5, 4) / 4, normal(5)
        self.noise = normal(STEPS, 4), normal(STEPS, 2, 3)
        self.used = torch.tensor([1, 1, 1, 0 if idle else 1])

    def gradients(self, at, k):
        w, c = self.noise
        return {
            "w": (w[k] + self.a.T @ torch.tanh(self.a @ at["w"] - self.b)) * self.used,
            "c": c[k] + torch.tanh(at["c"]) / 2,
        }

    def by_rule(self, rule, options, start=None, steps=STEPS):
        parameters = self.start if start is None else start
        slots = rule.init(parameters, options)
        for k in range(steps):
            gradients = self.gradients(parameters, k)
            parameters, slots = rule.step(parameters, gradients, slots, options, k)
        return parameters, slots

    def by_torch(self, optimiser, steps=STEPS):
        parameters = {name: p.clone() for name, p in self.start.items()}
        made = optimiser.make(parameters.values())
        for k in range(steps):
            for name, g in self.gradients(parameters, k).items():
                parameters[name].grad = g
            made.step()
        return parameters, {name: made.state[p] for name, p in parameters.items()}


def floats(low, high):
    return st.floats(low, high)


RATE = floats(1e-3, 1e-2)
SHARED = {
    "lr": RATE,
    "weight_decay": st.just(0.0) | floats(1e-3, 0.1),
    "maximize": st.booleans(),
}
SOME = floats(0.1, 0.95)
ADAPTIVE = SHARED | {
    "betas": st.tuples(floats(0, 0.95), floats(0.5, 0.999)),
    "eps": st.sampled_from([1e-8, 1e-4]),
    "amsgrad": st.booleans(),
}
OPTIONS = {
    optim.SGD: st.fixed_dictionaries(SHARED)
    | st.fixed_dictionaries(SHARED | {"momentum": SOME, "dampening": floats(0, 1)})
    | st.fixed_dictionaries(SHARED | {"momentum": SOME, "nesterov": st.just(value=True)}),
    optim.Adam: st.fixed_dictionaries(ADAPTIVE | {"decoupled_weight_decay": st.booleans()}),
    optim.AdamW: st.fixed_dictionaries(ADAPTIVE),
    optim.RMSprop: st.fixed_dictionaries(
        SHARED
        | {
            "alpha": floats(0.5, 0.999),
            "eps": st.sampled_from([1e-8, 1e-4]),
            "momentum": st.just(0.0) | SOME,
            "centered": st.booleans(),
        }
    ),
}
OPTIMISERS = st.sampled_from(list(RULES)).flatmap(
    lambda kind: OPTIONS[kind].map(lambda options: Optimiser(kind, options, RULES[kind]))
)


def random_problem(optimiser, seed, dtype=torch.float64):
    """A problem for these options.

    Of a gradient that never changes, such as that of the decay of an idle entry, a centred
    variance is nothing but rounding errors, which torch divides by.
    """
    constant = optimiser.options.get("centered") and optimiser.options["weight_decay"] > 0
    return Problem(seed, dtype, idle=not constant)


def assert_near(found, wanted, tolerance):
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        torch.testing.assert_close(found[name], tensor, rtol=tolerance, atol=tolerance)


@given(OPTIMISERS, st.integers(0, 2**32))
@settings(deadline=None, max_examples=50)
def test_a_rule_makes_the_steps_of_torch(optimiser, seed):
    problem = random_problem(optimiser, seed)
    parameters, slots = problem.by_rule(optimiser.rule, optimiser.options)
    wanted, kept = problem.by_torch(optimiser)
    assert_near(parameters, wanted, 1e-12)
    for slot, tensors in slots.items():  # under torch's names, for whoever goes on from there
        assert_near(tensors, {name: kept[name][slot] for name in kept}, 1e-12)


@given(OPTIMISERS, st.integers(0, 2**32))
@settings(deadline=None, max_examples=20)
def test_a_rule_makes_the_steps_of_torch_in_single_precision(optimiser, seed):
    problem = random_problem(optimiser, seed, torch.float32)
    parameters, _ = problem.by_rule(optimiser.rule, optimiser.options)
    assert_near(parameters, problem.by_torch(optimiser)[0], 1e-6)


@given(OPTIMISERS, st.integers(0, 2**32), st.sampled_from([torch.float64, torch.float32]))
@settings(deadline=None, max_examples=25)
def test_a_rule_makes_the_same_steps_by_options_that_are_tensors(optimiser, seed, dtype):
    problem, rule = random_problem(optimiser, seed, dtype), optimiser.rule
    tensors = {name: as_tensor(value, dtype) for name, value in optimiser.options.items()}
    numbers = {name: as_number(value) for name, value in tensors.items()}
    tolerance = 1e-12 if dtype is torch.float64 else 1e-6
    assert_near(problem.by_rule(rule, tensors)[0], problem.by_rule(rule, numbers)[0], tolerance)


def as_tensor(option, dtype):
    if isinstance(option, tuple):
        return tuple(as_tensor(each, dtype) for each in option)
    return option if isinstance(option, bool) else torch.tensor(option, dtype=dtype)


def as_number(option):
    if isinstance(option, tuple):
        return tuple(map(as_number, option))
    return option.item() if isinstance(option, Tensor) else option


@pytest.mark.parametrize("kind", RULES)
def test_a_rule_has_the_defaults_of_torch(kind):
    computing = {"foreach", "fused", "capturable", "differentiable"}  # how, not what
    seen = {
        name: parameter.default
        for name, parameter in inspect.signature(RULES[kind].update).parameters.items()
        if parameter.default is not inspect.Parameter.empty and "avg" not in name
    }
    wanted = inspect.signature(kind).parameters
    for name in wanted.keys() - computing - {"params"}:
        assert seen[name] == wanted[name].default, name


FEW = 4  # steps
CASES = {
    "sgd": (SGD, {"lr": 0.1, "momentum": 0.6, "dampening": 0.2, "weight_decay": 0.05}),
    "nesterov": (SGD, {"lr": 0.1, "momentum": 0.6, "weight_decay": 0.05, "nesterov": True}),
    "adam": (ADAM, {"lr": 0.1, "betas": (0.7, 0.9), "weight_decay": 0.05}),
    "amsgrad": (ADAM, {"lr": 0.1, "betas": (0.7, 0.9), "amsgrad": True}),
    "adamw": (ADAMW, {"lr": 0.1, "betas": (0.7, 0.9), "weight_decay": 0.05}),
    "rmsprop": (RMSPROP, {"lr": 0.1, "alpha": 0.8, "momentum": 0.5, "weight_decay": 0.05}),
    "centered": (RMSPROP, {"lr": 0.1, "alpha": 0.8, "weight_decay": 0.05, "centered": True}),
}
SETTINGS = {"nesterov", "amsgrad", "centered", "eps"}  # which have no derivative


def numbers_of(options):
    """The options that have a derivative, one after another."""
    smooth = [options[name] for name in options.keys() - SETTINGS]
    flat = [n for option in smooth for n in (option if isinstance(option, tuple) else (option,))]
    return torch.tensor(flat, dtype=torch.float64)


def with_numbers(options, numbers):
    left, filled = iter(numbers), dict(options)
    for name in options.keys() - SETTINGS:
        option = options[name]
        filled[name] = (
            tuple(next(left) for _ in option) if isinstance(option, tuple) else next(left)
        )
    return filled


def unrolled(name, problem, **more):
    """The parameters after a few steps as a function of all that moves them, and where to ask."""
    rule, options = CASES[name]
    options = options | more

    def run(w, c, numbers):
        end, _ = problem.by_rule(rule, with_numbers(options, numbers), {"w": w, "c": c}, FEW)
        return end["w"], end["c"]

    inputs = problem.start["w"], problem.start["c"], numbers_of(options)
    return run, tuple(tensor.requires_grad_() for tensor in inputs)


@pytest.mark.parametrize("name", CASES)
def test_the_end_has_the_derivatives_of_finite_differences(name):
    problem = Problem(0, idle=False)
    run, inputs = unrolled(name, problem)
    assert gradcheck(run, inputs, check_forward_ad=True)
    assert gradgradcheck(run, inputs)


def at_corners(problem):
    """One gradient is zero at every step, one at the first: there a square root has a corner."""
    problem.start["w"][3] = 0
    problem.start["c"][0, 0] = problem.noise[1][0, 0, 0] = 0
    return problem


@pytest.mark.parametrize("name", CASES.keys() - {"centered"})
def test_derivatives_are_right_where_a_gradient_is_exactly_zero(name):
    more = {} if "sgd" in name or name == "nesterov" else {"eps": 0.1}  # a corner rounded off
    run, inputs = unrolled(name, at_corners(Problem(0)), **more)
    assert gradcheck(run, inputs, eps=1e-7, atol=1e-4, check_forward_ad=True)


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_finite_in_both_modes_where_a_gradient_is_exactly_zero(name):
    run, inputs = unrolled(name, at_corners(Problem(0)))

    def total(*inputs):
        w, c = run(*inputs)
        return w.sum() + c.sum()

    for i, reverse in enumerate(torch.func.grad(total, (0, 1, 2))(*inputs)):
        assert reverse.isfinite().all()
        tangents = [torch.zeros_like(tensor) for tensor in inputs]
        tangents[i].fill_(1)
        forward = torch.func.jvp(total, inputs, tuple(tangents))[1]
        torch.testing.assert_close(forward, reverse.sum(), rtol=1e-9, atol=1e-9)


def test_a_rule_does_not_hide_that_a_run_has_diverged():
    for rule in RULES.values():
        parameters = {"w": torch.zeros(1)}
        slots = rule.init(parameters, {})
        moved, _ = rule.step(parameters, {"w": torch.tensor([torch.nan])}, slots, {}, 0)
        assert moved["w"].isnan().all()


def test_a_rule_leaves_what_it_is_given_as_it_was():
    for rule in RULES.values():
        problem, options = Problem(0), {"lr": 0.1}
        parameters, slots = problem.by_rule(rule, options, steps=2)
        gradients = problem.gradients(parameters, 2)
        before = [t.clone() for t in leaves(parameters, gradients, *slots.values())]
        rule.step(parameters, gradients, slots, options, 2)
        assert all(map(torch.equal, before, leaves(parameters, gradients, *slots.values())))


@pytest.mark.parametrize("name", CASES)
def test_a_rule_never_waits_for_the_device(name):
    rule, options = CASES[name]
    numbers = torch.empty(len(numbers_of(options)), device="meta")  # has no values to wait for
    options = with_numbers(options, numbers)
    parameters = {"w": torch.empty(3, device="meta")}
    slots = rule.init(parameters, options)
    for k in range(2):
        parameters, slots = rule.step(parameters, parameters, slots, options, k)
    assert parameters["w"].is_meta


def leaves(*trees):
    return [tensor for tree in trees for tensor in tree.values()]


def test_a_tied_option_starts_from_its_value_and_moves_with_its_hyperparameter():
    optimiser = Optimiser(optim.SGD, {"lr": 0.25, "momentum": 0.9}, SGD, tied={"lr": "eta"})
    assert optimiser.make([torch.zeros(1)]).param_groups[0]["lr"] == 0.25
    assert optimiser.options_at({}) == {"lr": 0.25, "momentum": 0.9}
    assert optimiser.options_at({"eta": 0.5, "decay": 1}) == {"lr": 0.5, "momentum": 0.9}


def test_a_tied_option_needs_a_value_to_start_at():
    with pytest.raises(ValueError, match="`lr` is tied to `eta`"):
        Optimiser(optim.SGD, {}, SGD, tied={"lr": "eta"})


def valid_loss(rate, momentum):
    """After a training with a schedule: of least squares, by the rule, as a function of both."""
    call = Call("sgd", {"lr": Ref("eta"), "momentum": Ref("mu"), "weight_decay": 0.1})
    tied = optimiser(call, STANDARD, {"eta": 0.1, "mu": 0.5})
    falling = schedule(Call("cosine", {"t_max": 5, "eta_min": 0.01}), STANDARD, 5)
    options = dict(tied.options_at({"eta": rate, "mu": momentum}))
    start, position, problem = options["lr"], falling.init(), Problem(0)
    parameters = {"w": problem.start["w"]}
    slots = tied.rule.init(parameters, options)
    for k in range(20):
        options["lr"] = falling.rate(start, position)
        gradients = {"w": problem.a.T @ (problem.a @ parameters["w"] - problem.b)}
        parameters, slots = tied.rule.step(parameters, gradients, slots, options, k)
        position = falling.after(position, 0.0) if k % 4 == 3 else position
    return parameters["w"].square().sum()


def test_a_learning_rate_and_a_momentum_are_differentiated_through_a_scheduled_training():
    at = torch.tensor(0.3, dtype=torch.float64), torch.tensor(0.6, dtype=torch.float64)
    reverse = torch.func.grad(valid_loss, (0, 1))(*at)
    for i, found in enumerate(reverse):
        step = torch.zeros(2, dtype=torch.float64)
        step[i] = 1e-5
        ahead, behind = (valid_loss(at[0] + s[0], at[1] + s[1]) for s in (step, -step))
        assert abs(found - (ahead - behind) / 2e-5) < 1e-6 * abs(found)
        tangents = tuple(torch.ones_like(t) * (i == j) for j, t in enumerate(at))
        assert torch.allclose(torch.func.jvp(valid_loss, at, tangents)[1], found, rtol=1e-12)
