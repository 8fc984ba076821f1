"""The recurrent kernels, against torch's own, against a loop, and against finite differences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from attrs import evolve
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call
from torch.utils.flop_counter import FlopCounterMode

from hypertune.response.recurrent import (
    GRU,
    LSTM,
    RNN,
    GateMap,
    deep_linearised,
    deep_recurrent,
    factor,
    linearised,
    recurrent,
)
from hypertune.response.recurrent.cell import Cell
from hypertune.response.recurrent.factor import Factor
from hypertune.response.recurrent.recurrence import loop

B, T, X, H = 3, 4, 2, 3  # examples, steps, units of the input and of the state
CELLS = {"LSTM": LSTM(), "GRU": GRU(), "RNN": RNN()}
NAMES = ("weight_GI", "bias_G", "response_GI", "scale_BG", "shift_BG")

pytestmark = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def drawn(*shape: int, grad: bool = True) -> Tensor:
    return torch.randn(*shape, dtype=torch.double).requires_grad_(grad)


def plain_module(cell: Cell, **options: object) -> nn.RNNBase:
    """Torch's own module of the same cell."""
    module: nn.RNNBase = getattr(nn, type(cell).__name__)(
        X, H, batch_first=True, dtype=torch.double, **options
    )
    return module


def drawn_maps(cell: Cell, rows: int = B, base: bool = True) -> list[GateMap]:
    width = cell.gates * H
    return [
        GateMap(
            drawn(width, columns, grad=base),
            drawn(width, grad=base),
            drawn(width, columns),
            drawn(rows, width),
            drawn(rows, width),
        )
        for columns in (X, H)
    ]


def drawn_state(cell: Cell, *shape: int, grad: bool = True) -> tuple[Tensor, ...]:
    return tuple(drawn(*shape, grad=grad) for _ in range(cell.states))


def tensors(maps: list[GateMap]) -> list[Tensor]:
    return [getattr(gates, name) for gates in maps for name in NAMES]


def rebuilt(values: tuple[Tensor, ...]) -> list[GateMap]:
    return [GateMap(*values[:5]), GateMap(*values[5:10])]


def read(cell: Cell, read_by: Callable = recurrent) -> Callable[..., tuple[Tensor, ...]]:
    """A reading as a function of plain tensors: input, those of both maps, the state."""

    def reading(x: Tensor, *values: Tensor) -> tuple[Tensor, ...]:
        y, final = read_by(cell, x, values[10:], *rebuilt(values))
        return y, *final

    return reading


def by_loop(cell: Cell, x: Tensor, state: tuple[Tensor, ...], *maps: GateMap):
    h, *others = loop(cell, x.transpose(0, 1), *maps, state)
    return h[1:].transpose(0, 1), (h[-1], *others)


def same(found: object, expected: object) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


def total(outputs: tuple[Tensor, ...]) -> Tensor:
    return sum(((k + 1) * y.sin().sum() for k, y in enumerate(outputs)), torch.zeros(()))


def states_of(cell: Cell, hidden: object) -> tuple[Tensor, ...]:
    return hidden if cell.states > 1 else (hidden,)  # type: ignore[return-value]


def layers_of(module: nn.RNNBase) -> list[list[tuple[GateMap, GateMap]]]:
    """The maps of torch's parameters, by layer and direction."""
    pairs = [
        (GateMap(w_ih, b_ih), GateMap(w_hh, b_hh)) for w_ih, w_hh, b_ih, b_hh in module.all_weights
    ]
    directions = 1 + module.bidirectional
    return [pairs[k : k + directions] for k in range(0, len(pairs), directions)]


@pytest.mark.parametrize(
    "options", [{}, {"num_layers": 2}, {"bidirectional": True, "num_layers": 2}]
)
def test_without_a_response_it_is_torchs_own_module(cell: Cell, options: dict[str, object]):
    torch.manual_seed(0)
    module = plain_module(cell, **options)
    x = drawn(B, T, X)
    state = drawn_state(cell, module.num_layers * (1 + module.bidirectional), B, H)
    y, hidden = module(x, state if cell.states > 1 else state[0])
    expected = y, *states_of(cell, hidden)
    y, final = deep_recurrent(cell, x, state, layers_of(module))
    found = y, *final
    same(found, expected)
    sought = [x, *state, *module.parameters()]
    same(torch.autograd.grad(total(found), sought), torch.autograd.grad(total(expected), sought))


def test_an_examples_output_is_that_of_its_effective_weights(cell: Cell):
    torch.manual_seed(1)
    maps, x, state = drawn_maps(cell), drawn(B, T, X), drawn_state(cell, B, H)
    y, final = recurrent(cell, x, state, *maps)
    module = plain_module(cell)
    for k in range(B):
        effective = {}
        for gates, name in zip(maps, ("ih", "hh"), strict=True):
            own = evolve(gates, scale_BG=gates.scale_BG[k : k + 1], shift_BG=None).effective()
            effective[f"weight_{name}_l0"] = own.weight_GI
            effective[f"bias_{name}_l0"] = gates.bias_G + gates.shift_BG[k]
        initial = tuple(tensor[None, k : k + 1].contiguous() for tensor in state)
        inputs = x[k : k + 1], initial if cell.states > 1 else initial[0]
        expected_y, hidden = functional_call(module, effective, inputs)
        same(y[k : k + 1], expected_y)
        same([s[k] for s in final], [s[0, 0] for s in states_of(cell, hidden)])


@pytest.mark.parametrize("rows", [1, B])
def test_its_gradients_are_those_of_the_loop(cell: Cell, rows: int):
    torch.manual_seed(2)
    inputs = drawn(B, T, X), *tensors(drawn_maps(cell, rows)), *drawn_state(cell, B, H)
    found, expected = read(cell)(*inputs), read(cell, by_loop)(*inputs)
    same(found, expected)
    same(torch.autograd.grad(total(found), inputs), torch.autograd.grad(total(expected), inputs))


def test_its_gradients_are_finite_differences_and_so_are_theirs(cell: Cell):
    torch.manual_seed(3)
    inputs = drawn(B, 2, X), *tensors(drawn_maps(cell)), *drawn_state(cell, B, H)
    assert gradcheck(read(cell), inputs, fast_mode=True)
    assert gradgradcheck(read(cell), inputs, fast_mode=True)


def test_an_input_that_depends_on_a_weight_counts_once(cell: Cell):
    torch.manual_seed(4)
    x, *values = drawn(B, T, X), *tensors(drawn_maps(cell)), *drawn_state(cell, B, H)

    def gradient(read_by: Callable) -> tuple[Tensor, ...]:
        mixed = x * values[0].sum()  # values[0] are the weights of the input
        loss = total(read(cell, read_by)(mixed, *values))
        (first,) = torch.autograd.grad(loss, values[0], create_graph=True)
        return torch.autograd.grad(first.square().sum(), values)

    same(gradient(recurrent), gradient(by_loop))


def test_forward_mode_and_transforms_of_torch_func_work(cell: Cell):
    torch.manual_seed(5)
    inputs = drawn(B, T, X), *tensors(drawn_maps(cell)), *drawn_state(cell, B, H)
    inputs = tuple(tensor.detach() for tensor in inputs)
    along = tuple(torch.randn_like(tensor) for tensor in inputs)

    def products(read_by: Callable) -> tuple[object, ...]:
        def loss(*values: Tensor) -> Tensor:
            return total(read(cell, read_by)(*values))

        every = tuple(range(len(inputs)))
        gradients = torch.func.grad(loss, argnums=every)
        return (
            torch.func.jvp(read(cell, read_by), inputs, along)[1],
            gradients(*inputs),
            torch.func.jvp(gradients, inputs, along)[1],
        )

    same(products(recurrent), products(by_loop))


def test_a_mask_on_the_map_is_one_on_the_effective_weights(cell: Cell):
    torch.manual_seed(6)
    incoming, recurring = drawn_maps(cell)
    mask = (torch.rand_like(recurring.weight_GI) < 0.5) * 2.0
    masked = recurring.masked(mask)
    for k in range(B):
        own = [evolve(m, scale_BG=m.scale_BG[k : k + 1]).effective() for m in (masked, recurring)]
        same(own[0].weight_GI, own[1].weight_GI * mask)
    assert incoming.masked(torch.ones_like(incoming.weight_GI)).bias_G is incoming.bias_G


def products_of(step: Callable[[], object]) -> float:
    """Matrix products that a step takes, in forward passes of the plain map from the input."""
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops() / (2 * B * T * 4 * H)


def test_what_needs_no_gradient_costs_no_product(cell: Cell):
    torch.manual_seed(7)
    x, state = drawn(B, T, X, grad=False), drawn_state(cell, B, H, grad=False)
    one = cell.gates / 4  # products are counted for 4 gates

    def step(maps: list[GateMap]) -> Callable[[], None]:
        return lambda: recurrent(cell, x, state, *maps)[0].sum().backward()

    whole = drawn_maps(cell)
    assert products_of(step(whole)) == one * (2 * X + 2 * H + 2 * X + 4 * H)
    plain = [GateMap(m.weight_GI, m.bias_G) for m in whole]
    assert products_of(step(plain)) == one * (X + H + X + 2 * H)
    response = drawn_maps(cell, base=False)
    assert products_of(step(response)) == one * (2 * X + 2 * H + X + 3 * H)
    fixed = [evolve(m, weight_GI=m.weight_GI.detach()) for m in whole]
    rows = [evolve(m, response_GI=m.response_GI.detach(), bias_G=None) for m in fixed]
    assert products_of(step(rows)) == one * (2 * X + 2 * H + 2 * H)


def test_autocast_changes_nothing(cell: Cell):
    torch.manual_seed(14)
    maps = [GateMap(*(v.detach().float() for v in tensors([m]))) for m in drawn_maps(cell)]
    x, state = torch.randn(B, T, X), tuple(torch.randn(B, H) for _ in range(cell.states))

    def readings() -> object:
        pair = linearised(cell, x, x, state, (None,) * cell.states, *maps)
        return recurrent(cell, x, state, *maps), pair

    expected = readings()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        same(readings(), expected)


def test_a_long_sequence_in_single_precision_is_that_in_double(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(factor, "_NUMBERS", 0)  # so that these are arranged, too
    torch.manual_seed(17)
    maps, state = drawn_maps(cell), drawn_state(cell, B, H)
    inputs = drawn(B, 16, X), *tensors(maps), *state
    rounded = [tensor.detach().float().requires_grad_() for tensor in inputs]

    def readings(x: Tensor, *values: Tensor) -> tuple[Tensor, ...]:
        fixed = tuple(value.detach() for value in values)
        maps = [
            evolve(gates, weight_GI=gates.weight_GI.detach(), bias_G=gates.bias_G.detach())
            for gates in rebuilt(values)
        ]
        (_, (dy, _)) = linearised(cell, x.detach(), x, fixed[10:], fixed[10:], *maps)
        return *read(cell)(x, *values), dy

    found, expected = readings(*rounded), readings(*inputs)
    near = {"rtol": 2e-4, "atol": 2e-4, "check_dtype": False}
    torch.testing.assert_close(found, expected, **near)
    gradients = torch.autograd.grad(total(found), rounded)
    torch.testing.assert_close(gradients, torch.autograd.grad(total(expected), inputs), **near)
    assert (Factor(rounded[1], 16).packed is not None) == torch.backends.mkldnn.is_available()


# The linearised reading: inputs x, dx, then as above, then the change of the state.


def pair(
    cell: Cell, x: Tensor, dx: Tensor | None, values: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    state, dstate = values[10 : 10 + cell.states], values[10 + cell.states :]
    (y, final), (dy, dfinal) = linearised(cell, x, dx, state, dstate, *rebuilt(values))
    return y, *final, dy, *dfinal


def expected_pair(
    cell: Cell, x: Tensor, dx: Tensor, values: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    """The reading and its derivative along response and changes, by torch."""
    state, dstate = values[10 : 10 + cell.states], values[10 + cell.states :]

    def at(x: Tensor, *moved: Tensor) -> tuple[Tensor, ...]:
        rows, state = moved[:4], moved[4:]
        maps = (*values[:3], *rows[:2], *values[5:8], *rows[2:])
        return read(cell, by_loop)(x, *maps, *state)

    rows = *values[3:5], *values[8:10]
    zeros = tuple(torch.zeros_like(r) for r in rows)
    y, dy = torch.func.jvp(at, (x, *zeros, *state), (dx, *rows, *dstate))
    return *y, *dy


def drawn_pair(cell: Cell, base: bool, rows: int = B) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    x, dx = drawn(B, T, X, grad=base), drawn(B, T, X)
    values = tensors(drawn_maps(cell, rows, base))
    state, dstate = drawn_state(cell, B, H, grad=base), drawn_state(cell, B, H)
    return x, dx, (*values, *state, *dstate)


@pytest.mark.parametrize("rows", [1, B])
@pytest.mark.parametrize("base", [False, True], ids=["rule", "forward mode"])
def test_the_linearised_reading_is_the_derivative_by_the_response(
    cell: Cell, base: bool, rows: int
):
    torch.manual_seed(8)
    x, dx, values = drawn_pair(cell, base, rows)
    found, expected = pair(cell, x, dx, values), expected_pair(cell, x, dx, values)
    same(found, expected)
    sought = [tensor for tensor in (x, dx, *values) if tensor.requires_grad]
    same(torch.autograd.grad(total(found), sought), torch.autograd.grad(total(expected), sought))


def test_the_rule_reads_the_base_without_a_gradient(cell: Cell):
    torch.manual_seed(9)
    x, dx, values = drawn_pair(cell, base=False)
    outputs = pair(cell, x, dx, values)
    needed = [output.requires_grad for output in outputs]
    assert needed == [False] * (1 + cell.states) + [True] * (1 + cell.states)


def test_gradients_of_the_linearised_reading_are_finite_differences_and_so_are_theirs(cell: Cell):
    torch.manual_seed(10)
    x, dx, values = drawn_pair(cell, base=False)
    moved = [k for k, value in enumerate(values) if value.requires_grad]

    def change(dx: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        at = dict(zip(moved, given, strict=True))
        outputs = pair(cell, x, dx, tuple(at.get(k, value) for k, value in enumerate(values)))
        return outputs[1 + cell.states :]

    inputs = dx, *(values[k] for k in moved)
    assert gradcheck(change, inputs, fast_mode=True)
    assert gradgradcheck(change, inputs, fast_mode=True)


def test_transforms_of_torch_func_follow_the_rule(cell: Cell):
    torch.manual_seed(16)
    x, dx, values = drawn_pair(cell, base=False)
    moved = [k for k, value in enumerate(values) if value.requires_grad]

    def loss(dx: Tensor, *given: Tensor) -> Tensor:
        at = dict(zip(moved, given, strict=True))
        return total(pair(cell, x, dx, tuple(at.get(k, v) for k, v in enumerate(values))))

    inputs = dx, *(values[k] for k in moved)
    expected = torch.autograd.grad(loss(*inputs), inputs)
    constants = tuple(tensor.detach() for tensor in inputs)
    same(torch.func.grad(loss, argnums=tuple(range(len(inputs))))(*constants), expected)


def test_a_step_on_the_tangent_costs_eight_fifths_of_a_plain_one(cell: Cell):
    torch.manual_seed(15)
    x, _, values = drawn_pair(cell, base=False)
    state = values[10 : 10 + cell.states]

    def step() -> None:
        pair = linearised(cell, x, None, state, (None,) * cell.states, *rebuilt(values))
        pair[1][0].sum().backward()

    assert products_of(step) == cell.gates / 4 * ((2 * X + 3 * H) + (X + 2 * H))


def test_no_change_of_input_and_state_is_one_of_zero(cell: Cell):
    torch.manual_seed(11)
    x, _, values = drawn_pair(cell, base=False)
    state = values[10 : 10 + cell.states]
    zeros = tuple(torch.zeros_like(s) for s in state)
    found = linearised(cell, x, None, state, (None,) * cell.states, *rebuilt(values))
    same(found, linearised(cell, x, torch.zeros_like(x), state, zeros, *rebuilt(values)))


def test_without_response_and_changes_nothing_changes(cell: Cell):
    torch.manual_seed(12)
    maps = [GateMap(m.weight_GI, m.bias_G) for m in drawn_maps(cell, base=False)]
    state = drawn_state(cell, B, H, grad=False)
    _, (dy, _) = linearised(cell, drawn(B, T, X), None, state, (None,) * cell.states, *maps)
    assert dy.abs().max() == 0


def test_a_stack_is_linearised_layer_by_layer(cell: Cell):
    torch.manual_seed(13)
    x, dx = drawn(B, T, 2 * H, grad=False), drawn(B, T, 2 * H, grad=False)
    state, dstate = (drawn_state(cell, 4, B, H, grad=False) for _ in range(2))
    width = cell.gates * H

    def gates(columns: int) -> GateMap:
        shapes = (width, columns), (width,), (width, columns), (B, width), (B, width)
        return GateMap(*(drawn(*shape, grad=False) for shape in shapes))

    layers = [[(gates(2 * H), gates(H)) for _ in range(2)] for _ in range(2)]

    def along(t: Tensor) -> object:
        scaled = [[(a.scaled(t), b.scaled(t)) for a, b in layer] for layer in layers]
        moved = tuple(s + t * ds for s, ds in zip(state, dstate, strict=True))
        return deep_recurrent(cell, x + t * dx, moved, scaled)

    zero = torch.zeros((), dtype=torch.double)
    expected = torch.func.jvp(along, (zero,), (torch.ones_like(zero),))
    same(deep_linearised(cell, x, dx, state, dstate, layers), expected)
