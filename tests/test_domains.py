"""Own and free values are inverse, near the ends too, and vectors agree with numbers."""

import math

import pytest
import torch
from hypothesis import given, settings, strategies as st

from hypertune.catalogue import Catalogue, DomainType
from hypertune.hyper import STANDARD
from hypertune.hyper.domains import Domains
from hypertune.ir import Call, Hyper

CATALOGUE = Catalogue(STANDARD)
KINDS = CATALOGUE.of(DomainType)
CONTINUOUS = [
    ("real", {}),
    ("real", {"lo": -3.0, "hi": 2.0}),
    ("real", {"lo": 1e6, "hi": 1e6 + 1}),
    ("rate", {}),
    ("positive", {}),
    ("log", {"lo": 1e-8, "hi": 1.0}),
    ("log", {"lo": 1e-3, "hi": 1e9}),
]
MIXED = (
    Hyper("a", Call("rate"), 0.05),
    Hyper("b", Call("log", {"lo": 1e-8, "hi": 1.0}), 1e-5),
    Hyper("c", Call("real", {"lo": None, "hi": None}), -2.0),
    Hyper("d", Call("int", {"lo": 0, "hi": 4}), 4),
    Hyper("e", Call("rate"), 0.6),
    Hyper("f", Call("positive"), 0.3),
    Hyper("g", Call("real", {"lo": 0.0, "hi": 45.0}), 5.0),
)


def mixed() -> Domains:
    return Domains(MIXED, CATALOGUE)


@pytest.mark.parametrize(("name", "args"), CONTINUOUS)
@settings(deadline=None, max_examples=40)
@given(free=st.floats(-5, 5))
def test_unconstrain_undoes_constrain(name, args, free):
    kind = KINDS[name]
    bounds = kind.bounds(args)
    lo = 0 if math.isinf(bounds[0]) else bounds[0]
    # an end that is large leaves an own value fewer digits to tell where it stands
    precision = 1e-12 * max(1, abs(lo))
    assert kind.unconstrain(kind.constrain(free, *bounds), *bounds) == pytest.approx(
        free, abs=precision
    )


@pytest.mark.parametrize(("name", "args"), CONTINUOUS)
@settings(deadline=None, max_examples=40)
@given(free=st.floats(-30, 30))
def test_own_undoes_free(name, args, free):
    kind = KINDS[name]
    bounds = kind.bounds(args)
    own = kind.constrain(free, *bounds)
    if bounds[0] < own < bounds[1]:
        assert kind.constrain(kind.unconstrain(own, *bounds), *bounds) == pytest.approx(
            own, rel=1e-12
        )


@pytest.mark.parametrize("free", [-1e4, -40.0, 40.0, 1e4])
@pytest.mark.parametrize(("name", "args"), [*CONTINUOUS, ("int", {"lo": -2, "hi": 3})])
def test_a_value_far_out_stays_between_the_ends(name, args, free):
    kind = KINDS[name]
    lo, hi = kind.bounds(args)
    assert lo <= kind.constrain(free, lo, hi) <= hi
    ends = [torch.tensor(end, dtype=torch.float64) for end in (lo, hi)]
    own = kind.constrain_tensor(torch.tensor(free, dtype=torch.float64), *ends).item()
    assert lo <= own <= hi
    assert math.isfinite(own)


@pytest.mark.parametrize("near", [1e-9, 1e-12])
def test_a_start_near_an_end_is_told_from_it(near):
    kind = KINDS["log"]
    own = 1e-8 * (1 + near)
    assert kind.constrain(kind.unconstrain(own, 1e-8, 1), 1e-8, 1) == pytest.approx(own, rel=1e-15)
    expected = math.log(near / math.log(1e8))
    assert kind.unconstrain(own, 1e-8, 1) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("value", range(-2, 4))
def test_every_whole_number_reads_as_itself_from_the_middle_of_its_unit(value):
    kind = KINDS["int"]
    free = kind.unconstrain(value, -2, 3)
    assert kind.constrain(free, -2, 3) == value
    ends = torch.tensor(-2.0), torch.tensor(3.0)
    assert kind.constrain_tensor(torch.tensor(free), *ends).item() == value
    position = -2 + 6 / (1 + math.exp(-free))
    assert position == pytest.approx(value + 0.5)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("real", {"lo": 1.0, "hi": None}),
        ("real", {"lo": None, "hi": 1.0}),
        ("real", {"lo": 1.0, "hi": 1.0}),
        ("log", {"lo": 2.0, "hi": 1.0}),
        ("int", {"lo": 2, "hi": 1}),
    ],
)
def test_ends_that_make_no_interval_are_refused(name, args):
    assert KINDS[name].refuses(args)


def test_ends_that_make_an_interval_are_not_refused():
    assert not KINDS["real"].refuses({"lo": None, "hi": None})
    assert not KINDS["real"].refuses({"lo": 0.0, "hi": 1.0})
    assert not KINDS["int"].refuses({"lo": 3, "hi": 3})


@settings(deadline=None, max_examples=40)
@given(free=st.lists(st.floats(-20, 20), min_size=7, max_size=7))
def test_the_vector_agrees_with_every_single_domain(free):
    unconstrained_BH = torch.tensor([free, free[::-1]], dtype=torch.float64)
    constrained_BH = mixed().constrain(unconstrained_BH)
    for row, own in zip(unconstrained_BH.tolist(), constrained_BH.tolist(), strict=True):
        for hyper, value, got in zip(MIXED, row, own, strict=True):
            kind = KINDS[hyper.domain.kind]
            expected = kind.constrain(value, *kind.bounds(hyper.domain.args))
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_the_start_is_what_the_spec_says():
    domains = mixed()
    values = domains.reported(domains.start_F())
    assert values == pytest.approx({hyper.name: hyper.start for hyper in MIXED}, rel=1e-5)
    assert isinstance(values["d"], int)


def test_constrained_values_have_the_gradient_of_finite_differences():
    continuous = tuple(hyper for hyper in MIXED if hyper.domain.kind != "int")
    unconstrained_BH = torch.linspace(-3, 3, 12, dtype=torch.float64).view(2, 6).requires_grad_()
    assert torch.autograd.gradcheck(Domains(continuous, CATALOGUE).constrain, unconstrained_BH)


def test_whole_numbers_carry_no_gradient():
    unconstrained_BH = torch.zeros(2, 7, requires_grad=True)
    (gradient_BH,) = torch.autograd.grad(
        mixed().constrain(unconstrained_BH).sum(), unconstrained_BH
    )
    assert (gradient_BH[:, 3] == 0).all()
    assert (gradient_BH[:, [0, 1, 2, 4, 5, 6]] > 0).all()


def test_one_domain_alone_and_none_at_all_are_vectors_too():
    alone = Domains(MIXED[:1], CATALOGUE)
    assert alone.constrain(torch.zeros(3, 1)).tolist() == [[pytest.approx(0.475)]] * 3
    nothing = Domains((), CATALOGUE)
    assert nothing.constrain(torch.zeros(3, 0)).shape == (3, 0)
    assert nothing.start_F().shape == (0,)
    assert nothing.reported(nothing.start_F()) == {}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_constrained_values_keep_the_precision_of_the_unconstrained_ones(dtype):
    assert mixed().constrain(torch.zeros(1, 7, dtype=dtype)).dtype == dtype


def test_domains_add_nothing_to_a_state_dict():
    assert mixed().state_dict() == {}
