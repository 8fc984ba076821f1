"""The tables of optimisers and schedules are torch's own, name by name and default by default."""

import inspect
from types import NoneType

import pytest
import torch
from torch import optim
from torch.optim import lr_scheduler

from hypertune.catalogue import REQUIRED, Arg, Catalogue, OptimiserType, ScheduleType
from hypertune.ir import Call, Ref
from hypertune.optimisers import STANDARD
from hypertune.optimisers.making import optimiser, schedule

CATALOGUE = Catalogue(STANDARD)
OPTIMISERS = CATALOGUE.of(OptimiserType)
SCHEDULES = CATALOGUE.of(ScheduleType)
LEFT_OUT = {
    "self": "not an option",
    "params": "handed over by the run",
    "optimizer": "handed over by the run",
    "last_epoch": "a run resumes from its checkpoint",
    "mode": "a validation loss is always to fall",
    "maximize": "a loss is always to fall",
    "foreach": "changes how torch computes, not what",
    "fused": "changes how torch computes, not what",
    "capturable": "changes how torch computes, not what",
    "differentiable": "for unrolling, which has optimisers of its own",
}
OTHER_DEFAULT = {("cosine", "t_max"): "the length of the run"}
TYPES = {"float": (float, int), "int": int, "bool": bool, "string": str, "numbers": tuple}


def torch_options(kind):
    """Options of a class of torch by their names in specs."""
    parameters = inspect.signature(kind.__init__).parameters.values()
    return {p.name.lower(): p.default for p in parameters if p.name not in LEFT_OUT}


def check_table(kind, torch_class):
    options = torch_options(torch_class)
    assert {arg.name for arg in kind.args} == set(options)
    for arg in kind.args:
        if (kind.name, arg.name) not in OTHER_DEFAULT:
            required = options[arg.name] is inspect.Parameter.empty
            assert arg.default == (REQUIRED if required else options[arg.name]), arg.name


def within(arg: Arg, value: float) -> bool:
    above = value > arg.low if arg.open_low else value >= arg.low
    return above and (value < arg.high if arg.open_high else value <= arg.high)


def defaults(kind, **written):
    settled = {a.name: a.default for a in kind.args if a.default is not REQUIRED}
    return Call(kind.name, settled | written)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_has_the_options_and_defaults_of_torch(name):
    check_table(OPTIMISERS[name], getattr(optim, OPTIMISERS[name].torch))


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_has_the_options_and_defaults_of_torch(name):
    check_table(SCHEDULES[name], getattr(lr_scheduler, SCHEDULES[name].torch))


@pytest.mark.parametrize("kind", STANDARD, ids=lambda kind: kind.name)
def test_every_default_is_of_its_type_and_in_its_range(kind):
    for arg in kind.args:
        if arg.default is REQUIRED or isinstance(arg.default, NoneType):
            continue
        assert isinstance(arg.default, TYPES[arg.type]), arg.name
        if arg.type == "numbers":
            assert arg.count == len(arg.default)
            assert all(within(arg, value) for value in arg.default)
        elif arg.type in ("int", "float"):
            assert within(arg, arg.default), arg.name


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_is_made_from_its_defaults_and_lowers_a_square(name):
    x = torch.tensor([1.0], requires_grad=True)
    made = optimiser(defaults(OPTIMISERS[name]), CATALOGUE).make([x])
    assert type(made).__name__ == OPTIMISERS[name].torch
    for _ in range(5):
        made.zero_grad()
        x.square().sum().backward()
        made.step()
    assert x.item() < 1


def test_a_hyperparameter_among_the_options_is_its_own_value():
    call = defaults(OPTIMISERS["sgd"], lr=Ref("rate"), momentum=0.9)
    made = optimiser(call, CATALOGUE, {"rate": 0.25}).make([torch.zeros(1)])
    assert made.param_groups[0]["lr"] == 0.25
    assert made.param_groups[0]["momentum"] == 0.9


@pytest.mark.parametrize(
    "written",
    [{"nesterov": True}, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}],
)
def test_sgd_refuses_what_torch_refuses(written):
    call = defaults(OPTIMISERS["sgd"], **written)
    assert OPTIMISERS["sgd"].refuses(call.args)
    with pytest.raises(ValueError, match="Nesterov"):
        optimiser(call, CATALOGUE).make([torch.zeros(1)])


def test_sgd_accepts_nesterov_with_a_momentum():
    call = defaults(OPTIMISERS["sgd"], nesterov=True, momentum=0.9)
    assert not OPTIMISERS["sgd"].refuses(call.args)
    optimiser(call, CATALOGUE).make([torch.zeros(1)])


WRITTEN = {
    "step": {"step_size": 3},
    "multi_step": {"milestones": (2, 4)},
    "exponential": {"gamma": 0.9},
    "cosine_warm_restarts": {"t_0": 4},
}


def rates(call: Call, epochs: int, losses: list[float]) -> list[float]:
    """The learning rate of each epoch."""
    made = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    plan = schedule(call, CATALOGUE, epochs).make(made)
    seen = []
    for loss in losses:
        seen.append(made.param_groups[0]["lr"])
        made.step()
        plan.step(loss) if call.kind == "plateau" else plan.step()
    return seen


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_made_from_its_defaults_and_moves_the_learning_rate(name):
    call = defaults(SCHEDULES[name], **WRITTEN.get(name, {}))
    assert len(set(rates(call, 12, [1.0] * 15))) > 1


def test_cosine_falls_over_the_length_of_the_run():
    seen = rates(defaults(SCHEDULES["cosine"]), 10, [0.0] * 11)
    assert seen[5] == pytest.approx(0.5)
    assert seen[10] == pytest.approx(0)
    assert min(seen) == seen[10]


def test_a_single_milestone_needs_no_tuple():
    seen = rates(defaults(SCHEDULES["multi_step"], milestones=2), 4, [0.0] * 4)
    assert seen == pytest.approx([1, 1, 0.1, 0.1])


@pytest.mark.parametrize("name", OPTIMISERS)
def test_steps_are_those_of_torch_bit_for_bit_and_build_no_graph(name):
    torch.manual_seed(0)
    value = optimiser(defaults(OPTIMISERS[name], lr=0.1), CATALOGUE)
    ours = torch.randn(7, requires_grad=True)
    theirs = ours.detach().clone().requires_grad_()
    fused = {"fused": True} if name in ("sgd", "adam", "adamw") else {}
    moves = value.make([ours]), value.torch([theirs], **value.options, **fused)
    for _ in range(3):
        for p, moving in zip((ours, theirs), moves, strict=True):
            p.grad = p.detach().sin()
            moving.step()
            assert p.is_leaf
    assert ours.equal(theirs)
    for state in (moves[1].state_dict(), moves[0].state_dict()):
        moves[0].load_state_dict(state)
        assert isinstance(moves[0], value.torch)
