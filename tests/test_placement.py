"""Every layer gets a device: on a described machine, and in a network that is really built."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from attrs import evolve

from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning, Values
from hypertune.diagnostics import SpecError
from hypertune.lowering import place
from hypertune.lowering.network import lower
from hypertune.lowering.placement import shares
from hypertune.standard import STANDARD
from specs import spec

MACHINE = ("cpu", "cuda:0", "cuda:1", "cuda:2")


def compiled(first="", second="", third="", model=""):
    return compile_text(f"""
hspec 1
hyper drop : rate = 0.1
data {{ source = digits; split = (train = 50%, valid = 50%); batch = 64 }}
model (1, 8, 8) given * {model} {{
  flatten
  linear(32) {first}
  relu
  dropout(drop)
  linear(32) {second}
  linear(10) {third}
}}
objective {{ train = cross_entropy; valid = cross_entropy }}
tune {{ method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.1); epochs = 1 }}
""").program


def at(response_BG):
    return Conditioning(Values(torch.full((4, 1), 0.1), {"drop": 0}), response_BG)


def devices(program):
    return {layer.name: layer.device for layer in program.layers}


def test_a_layer_without_on_falls_to_the_default():
    placed = place(compiled(second="on cuda:1"), STANDARD, MACHINE, "cuda:2")

    assert devices(placed) == {
        "flatten_1": "cuda:2",
        "linear_1": "cuda:2",
        "relu_1": "cuda:2",
        "dropout_1": "cuda:2",
        "linear_2": "cuda:1",
        "linear_3": "cuda:2",
    }


def test_a_device_without_a_number_is_the_first():
    placed = place(compiled(first="on cuda"), STANDARD, MACHINE)

    assert devices(placed)["linear_1"] == "cuda:0"


def test_auto_keeps_layers_in_order_over_the_accelerators():
    used = devices(place(compiled(model="on auto"), STANDARD, MACHINE))

    # The first linear layer is larger than each of the other two.
    assert used["linear_1"] == "cuda:0"
    assert "cuda:0" not in (used["linear_2"], used["linear_3"])
    assert list(used.values()) == sorted(used.values())


def test_auto_counts_activations_as_well_as_weights():
    wide = "conv2d(64, 1)\n  conv2d(64, 1)\n  conv2d(64, 1)\n  conv2d(64, 1)"
    text = spec(model=f"model (1, 8, 8) on auto {{ {wide}\n flatten; linear(10) }}")
    used = devices(place(compile_text(text).program, STANDARD, ("cuda:0", "cuda:1")))

    # By weights alone the linear layer, which has most of them, would stand alone.
    assert [used[f"conv2d_{i}"] for i in (1, 2, 3, 4)] == ["cuda:0"] * 3 + ["cuda:1"]


@pytest.mark.parametrize(("examples", "first"), [(10, "linear_2"), (4_000, "tanh_4")])
def test_auto_counts_the_examples_of_a_file_where_all_are_a_batch(tmp_path, examples, first):
    x, y = np.zeros((examples, 4), np.float32), np.arange(examples) % 2
    np.savez(tmp_path / "a.npz", x=x, y=y)
    source = f'npz("{tmp_path}/a.npz")'
    text = spec(
        data=f"data {{ source = {source}; split = (train = 80%, valid = 20%); batch = all }}",
        model="model (4) on auto { linear(90); tanh; tanh; tanh; tanh; linear(90); linear(2) }",
    )
    used = devices(place(compile_text(text).program, STANDARD, ("cuda:0", "cuda:1")))
    # Few examples weigh less than the weights, most of which are those of the second linear layer.
    assert next(name for name, device in used.items() if device == "cuda:1") == first


def test_auto_on_a_piece_spreads_the_layers_inside():
    pieces = "flatten; residual on auto { linear(64); linear(64) }; linear(10)"
    text = spec(model=f"model (1, 8, 8) {{ {pieces} }}")
    used = devices(place(compile_text(text).program, STANDARD, MACHINE, "cuda:2"))

    assert used["flatten_1"] == used["linear_3"] == "cuda:2"
    assert (used["linear_1"], used["linear_2"]) == ("cuda:0", "cuda:1")


def test_auto_on_a_machine_without_accelerators_is_the_cpu():
    placed = place(compiled(model="on auto"), STANDARD, ("cpu",))

    assert set(devices(placed).values()) == {"cpu"}


def test_a_device_that_is_not_there_is_told_with_those_that_are():
    program = compiled(first="on cuda:7", third="on mps")

    with pytest.raises(SpecError) as caught:
        place(program, STANDARD, ("cpu", "cuda:0"))

    message = str(caught.value)
    assert [d.code for d in caught.value.diagnostics] == ["HT501", "HT501"]
    assert "no device `cuda:7`" in message
    assert "no device `mps`" in message
    assert "the devices here are `cpu`, `cuda:0`" in message


@pytest.mark.parametrize(
    ("sizes", "count"), [([5, 1, 1, 1, 5], 2), ([1, 2, 3, 4, 5, 6], 3), ([0, 0, 9], 2), ([], 3)]
)
def test_shares_are_runs_whose_largest_sum_is_the_least_possible(sizes, count):
    found = shares(sizes, count)

    def largest(cuts):
        edges = [0, *cuts, len(sizes)]
        return max((sum(sizes[a:b]) for a, b in pairwise(edges)), default=0)

    def all_cuts(start, left):
        yield ()
        if left:
            for cut in range(start, len(sizes)):
                for rest in all_cuts(cut + 1, left - 1):
                    yield (cut, *rest)

    best = min(largest(cuts) for cuts in all_cuts(1, count - 1))
    sums = [sum(s for s, run in zip(sizes, found, strict=True) if run == r) for r in set(found)]
    assert max(sums, default=0) == best
    assert found == sorted(found)
    assert all(run < count for run in found)


def test_a_network_for_several_gpus_is_built_on_meta():
    network = lower(place(compiled(model="on auto"), STANDARD, MACHINE), STANDARD, on_meta=True)

    assert {p.device.type for p in network.parameters()} == {"meta"}


def test_a_network_moves_what_flows_through_it_to_each_layer():
    """`meta` stands for another device: what goes in from the CPU comes out there."""
    program = compiled()
    layers = tuple(evolve(layer, device="meta") for layer in program.layers)
    network = lower(evolve(program, layers=layers), STANDARD, on_meta=True)
    x, conditioning = torch.zeros(4, 1, 8, 8), at(torch.zeros(4, 1))

    y, _ = network(x, conditioning)
    (value, tangent), _ = network.linearised(x, conditioning)

    assert {t.device.type for t in (y, value, tangent)} == {"meta"}
    assert y.shape == value.shape == tangent.shape == (4, 10)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_a_network_runs_over_cpu_and_gpu_as_on_the_cpu_alone():
    torch.manual_seed(0)
    here = lower(place(compiled(), STANDARD, ("cpu",)), STANDARD).eval()
    torch.manual_seed(0)
    spread = place(compiled(second="on cuda:0"), STANDARD, ("cpu", "cuda:0"))
    there = lower(spread, STANDARD).eval()
    x, conditioning = torch.randn(4, 1, 8, 8), at(torch.randn(4, 1))

    found, expected = there(x, conditioning)[0], here(x, conditioning)[0]
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-5)
