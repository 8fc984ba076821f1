"""Networks that are graphs: labels, residuals, branches, merges."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import torch
from attrs import evolve
from torch import nn

from hypertune.conditioning import Conditioning
from hypertune.diagnostics import Source
from hypertune.emitting.network_source import network_source
from hypertune.emitting.plain import module_source, plain_layers
from hypertune.ir import DamagedProgram, Program, from_json, print_program, to_json
from hypertune.ir.names import is_free
from hypertune.jobs.trained import PlainNetwork
from hypertune.lowering.network import Network, lower
from hypertune.response.merge import Add, Concat, Mean, Merge, Mul
from hypertune.semantics import elaborate, verify
from hypertune.standard import STANDARD
from hypertune.syntax import parse
from specs import findings, spec

AT_ZERO = Conditioning({"d": torch.zeros(1).double()})
RESNET = """
block basic(channels) {
  residual { conv2d(channels, 3, padding = 1); relu; conv2d(channels, 3, padding = 1) }
  relu
}
block down(channels) {
  residual { conv2d(channels, 3, stride = 2, padding = 1) } shortcut {
    conv2d(channels, 1, stride = 2)
  }
  relu as rectified
}
model (1, 8, 8) given * {
  conv2d(4, 3, padding = 1) as forward
  repeat 2 { basic(4) } as twice
  add(forward)
  branch concat { conv2d(3, 1) } { conv2d(2, 1); gelu } { } as class
  down(8); down(8)
  branch add { flatten; linear(16) } { adaptive_avg_pool2d(1); flatten; linear(16) }
  linear(10)
}
"""


SEQUENCE = """
model (1, 8, 8) given * {
  reshape((8, 8)); noise(0.1)
  multi_head_attention(2, causal = true) as attended
  transpose as values; linear(8); sigmoid; mul(values)
  transpose; upsample(2, mode = linear); scale(d); linear(8) as first
  linear(8) as second; alpha_dropout(d); linear(8); mean(first, second)
  transformer_encoder(2, 4, 16, dropout = d, causal = true)
  layer_norm as normal
  residual { multi_head_attention(4, d); scale(0.1) }
  group_norm(2)
  select(-1); linear(10)
}
"""


def program_of(model: str, names: str = "hyper d : rate = 0.3") -> Program:
    text = spec(names=names, model=model)
    return elaborate(parse(Source("a.hspec", text)), STANDARD).program


def inputs_of(program: Program) -> dict[str, tuple[str, ...]]:
    return {layer.name: layer.inputs for layer in program.layers}


def stirred(program: Program) -> Network:
    network = lower(program, STANDARD).double()
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.1)
    return network


def test_a_residual_adds_its_input_to_what_its_body_gives() -> None:
    program = program_of("model (1, 8, 8) { flatten; residual { linear(64); tanh }; linear(10) }")
    assert inputs_of(program)["add_1"] == ("tanh_1", "flatten_1")
    assert inputs_of(program)["linear_2"] == ("add_1",)


def test_a_shortcut_stands_in_for_the_input_of_a_residual() -> None:
    body = "residual { linear(32) } shortcut { linear(32) } as both"
    program = program_of(f"model (1, 8, 8) {{ flatten; {body}; linear(10) }}")
    assert inputs_of(program)["both"] == ("linear_1", "linear_2")


def test_branches_run_side_by_side() -> None:
    program = program_of(
        "model (1, 8, 8) { branch concat { conv2d(3, 1) } { conv2d(2, 1) } { };"
        " flatten; linear(10) }"
    )
    merged = program.layers[2]
    assert merged.inputs == ("conv2d_1", "conv2d_2", "input")
    assert merged.output == (6, 8, 8)


@pytest.mark.parametrize("merge", ["add", "mean", "mul"])
def test_a_branch_merges_as_the_layer_of_its_mode_does(merge: str) -> None:
    around = "model (1, 8, 8) {{ flatten; relu as flat; {} linear(10) }}"
    branch = program_of(around.format(f"branch {merge} {{ linear(64); tanh }} {{ }};"))
    layer = program_of(around.format(f"linear(64); tanh; {merge}(flat);"))
    nodes = {node.kind: node for node in branch.layers}
    assert nodes[merge].inputs == ("tanh_1", "flat")
    assert {node.kind: (node.shapes, node.output) for node in layer.layers} == {
        kind: (node.shapes, node.output) for kind, node in nodes.items()
    }


def test_a_label_names_what_comes_out_of_a_piece() -> None:
    program = program_of(
        "model (1, 8, 8) { flatten as flat; repeat 2 { linear(64) } as twice; relu;"
        " add(twice, flat); linear(10) }"
    )
    assert inputs_of(program)["add_1"] == ("relu_1", "linear_2", "flat")


def test_what_enters_the_model_is_called_input() -> None:
    program = program_of("model (1, 8, 8) { relu; concat(input); flatten; linear(10) }")
    assert inputs_of(program)["concat_1"] == ("relu_1", "input")


def test_a_label_in_a_repeat_moves_on() -> None:
    program = program_of(
        "model (1, 8, 8) { flatten; repeat 2 { linear(64) as wide; relu; add(wide) }; linear(10) }"
    )
    assert inputs_of(program)["add_2"] == ("relu_2", "wide_1")


def test_two_blocks_may_use_the_same_label() -> None:
    names = "block a { relu as x; add(x) }\nblock b { tanh as x; add(x) }"
    program = program_of("model (1, 8, 8) { a; b; a; flatten; linear(10) }", names)
    assert [n.inputs[1] for n in program.layers if n.kind == "add"] == ["x_1", "x_2", "x_3"]


def test_words_on_a_piece_are_defaults_for_the_layers_inside() -> None:
    program = program_of(
        "model (1, 8, 8) { flatten; branch add { linear(8) } { linear(8) given none on cpu }"
        " given d on cuda:1; residual { linear(8) } on cuda:0; linear(10) }"
    )
    placed = {layer.name: (layer.given, layer.device) for layer in program.layers}
    assert placed == {
        "flatten_1": ((), ""),
        "linear_1": (("d",), "cuda:1"),
        "linear_2": ((), "cpu"),
        "add_1": ((), "cuda:1"),
        "linear_3": ((), "cuda:0"),
        "add_2": ((), "cuda:0"),
        "linear_4": ((), ""),
    }


def test_nodes_never_have_names_that_modules_or_python_have() -> None:
    taken = {*dir(nn.ModuleDict()), *dir(nn.Sequential()), *keyword.kwlist, "input", "self"}
    assert [name for name in taken if name.islower() and is_free(name)] == []
    names = [layer.name for layer in program_of(RESNET).layers]
    assert "forward_1" in names
    assert "class_1" in names


def test_a_program_with_such_a_name_is_refused() -> None:
    program = program_of("model (1, 8, 8) { flatten; linear(10) }")
    first, last = program.layers
    renamed = evolve(
        program, layers=(evolve(first, name="forward"), evolve(last, inputs=("forward",)))
    )
    with pytest.raises(DamagedProgram, match="forward"):
        verify(renamed, STANDARD)


def test_a_graph_is_the_same_after_json() -> None:
    program = program_of(RESNET)
    again = from_json(to_json(program))
    verify(again, STANDARD)
    assert again == program


def test_the_text_of_a_graph_is_its_golden(matches_golden: Callable[[str, Path], None]) -> None:
    golden = Path(__file__).parent / "goldens" / "residuals.ir"
    matches_golden(print_program(program_of(RESNET)), golden)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"output": (4, 9, 9)}, "gives"),
        ({"given": ("d",)}, "no weights"),
        ({"inputs": ("input", "conv2d_2"), "shapes": ((1, 8, 8), (4, 8, 8))}, "not the same"),
    ],
)
def test_a_damaged_merge_is_refused(change: dict[str, object], why: str) -> None:
    program = program_of(RESNET)
    damaged = tuple(evolve(n, **change) if n.name == "add_1" else n for n in program.layers)
    with pytest.raises(DamagedProgram, match=why):
        verify(evolve(program, layers=damaged), STANDARD)


def test_a_network_computes_what_its_graph_says() -> None:
    program = program_of(
        "model (1, 8, 8) { flatten; linear(10) as a; residual { tanh }; concat(a) ; linear(10) }"
    )
    network = stirred(program)
    x = torch.rand(3, 1, 8, 8).double()
    first, last = network.layers["a"], network.layers["linear_1"]
    a = first(x.flatten(1), Conditioning())
    expected = last(torch.cat((a.tanh() + a, a), 1), Conditioning())
    torch.testing.assert_close(network(x, AT_ZERO)[0], expected)


def module_of(folder: Path, source: str) -> ModuleType:
    """A module as somebody else would import it."""
    path = folder / "exported.py"
    path.write_text(source)
    found = spec_from_file_location("exported", path)
    assert found
    assert found.loader
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("merge", [Add(), Mul(), Mean(), Concat()], ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("moving", [(True, True, True), (False, True, False)], ids=["all", "one"])
def test_a_merge_has_the_tangent_of_forward_mode(merge: Merge, moving: tuple[bool, ...]) -> None:
    torch.manual_seed(0)
    values, along = (tuple(torch.randn(3, 2, 4, 5).double()) for _ in range(2))
    tangents = [dx if moves else None for dx, moves in zip(along, moving, strict=True)]
    zeros = [dx if moves else 0 * dx for dx, moves in zip(along, moving, strict=True)]
    expected = torch.func.jvp(lambda *values: merge(values), values, tuple(zeros))
    torch.testing.assert_close(merge.linearised(values, tangents), expected)


@pytest.mark.parametrize("model", [RESNET, SEQUENCE], ids=["images", "sequences"])
def test_the_plain_network_and_the_exported_module_give_the_same_numbers(
    model: str, tmp_path: Path
) -> None:
    program = program_of(model)
    network = stirred(program).eval()
    x = torch.rand(3, 1, 8, 8).double()
    expected = network(x, Conditioning({"d": torch.full((1,), 0.3).double()}))[0]
    layers = plain_layers(program, STANDARD, {"d": 0.3})
    plain = PlainNetwork(program, STANDARD, layers).double().eval()
    plain.load_state_dict(network.folded(None))
    torch.testing.assert_close(plain(x), expected)
    exported = module_of(
        tmp_path, module_source(program, STANDARD, layers, {}, {}, "w", "A test.")
    )
    emitted = module_of(tmp_path, network_source(program, STANDARD))
    for module in (exported, emitted):
        plain = module.Network().double().eval()
        plain.load_state_dict(network.folded(None))
        torch.testing.assert_close(plain(x), expected)


def test_every_layer_that_is_not_understood_is_told_with_a_name_that_is() -> None:
    said = findings(spec(model="model (1, 8, 8) { ad(x); flatten; linear(10) }"))
    assert [f.code for f in said] == ["HT202"]
    assert "did you mean `add`?" in str(said[0].children())
