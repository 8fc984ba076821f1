"""Specs written out from programs, and what differs between two."""

import json

import pytest
from attrs import evolve
from click.testing import CliRunner
from generated import spec_texts
from hypothesis import given, settings

from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.differences import differences
from hypertune.emitting.spec_text import print_spec
from hypertune.ir import Quantity
from hypertune.resources import resource_folder

SHIPPED = sorted(resource_folder("specs").glob("*.hspec"))
GRAPH = """\
hspec 1
let w = 12
hyper p[2] : rate = 0.25
block piece(n) { linear(n) as early; residual { relu; dropout(p[0]) } }
data { source = digits; split = (train = 50%, valid = 30%, test = 20%); batch = 64 }
model (1, 8, 8) given p on cpu {
  flatten as x
  repeat 2 { piece(w) as u }
  branch concat { linear(3) } { relu } { } as y
  branch add { } {
    branch add { linear(27) as big } { linear(27) on cuda:0 }
  } {
    residual { linear(27) } shortcut { add(y); linear(27) }
  }
  branch add { branch add { } { relu; relu } } { add(input_2) ; tanh }
  residual { linear(27) }
  concat(x)
  branch concat { tanh }
  branch mul { linear(30); sigmoid } { linear(30); branch mean { relu } { tanh } }
  branch add {}
  linear(10)
}
objective { train = cross_entropy - 0.5 * l1(1e-9); valid = 2 * cross_entropy }
tune long {
  method  = delta_stn(warmup = 3)
  weights = sgd(lr = 0.1)
  hypers  = sgd(lr = 0.1)
  budget  = 3 min
  patience = 4 epochs
}
tune short { method = fixed; weights = adam(betas = (0.8, 0.9)); epochs = 2; clip = 1e-3 }
""".replace("add(input_2)", "add(y)")


STARTS = """\
hspec 1
hyper drops[3] : rate = (0.1, 0.2, 0.1) frozen
hyper same[2] : rate = 0.3 frozen
hyper keep[example] : rate = (0.1, 0.5, 0.25) frozen
data { source = digits; split = (train = 3, valid = 40%); batch = 3 }
model (1, 8, 8) { flatten; dropout(drops[1]); dropout(same[0]); linear(10) }
objective { train = cross_entropy(weight = keep); valid = cross_entropy }
tune { method = fixed; weights = sgd(lr = 0.1); epochs = 3 }
"""


def test_starts_that_differ_are_written_as_a_tuple():
    text = print_spec(program_of(STARTS))
    assert "hyper drops[3] : rate = (0.1, 0.2, 0.1)" in text
    assert "= 0.3 per" in text
    assert program_of(text) == program_of(STARTS)


def program_of(text):
    return compile_text(text).program


@settings(max_examples=15, deadline=None)
@given(spec_texts())
def test_spec_written_out_compiles_to_the_equal_program(text):
    program = program_of(text)
    assert program_of(print_spec(program)) == program


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_spec_written_out_compiles_to_the_equal_program(path):
    program = program_of(path.read_text(encoding="utf-8"))
    assert program_of(print_spec(program)) == program


def test_graph_written_out_compiles_to_the_equal_program():
    program = program_of(GRAPH)
    assert program_of(print_spec(program)) == program


def test_render_fills_in_overrides():
    done = CliRunner().invoke(main, ["render", "quickstart", "--set", "tune.epochs=7"])
    assert done.exit_code == 0
    assert {tune.length for tune in program_of(done.stdout).tunes} == {Quantity(7, "epochs")}


def test_written_spec_is_in_canonical_layout():
    done = CliRunner().invoke(main, ["render", "quickstart"])
    again = CliRunner().invoke(main, ["render", "-"], input=done.stdout)
    assert again.stdout == done.stdout


@settings(max_examples=8, deadline=None)
@given(spec_texts(), spec_texts())
def test_programs_differ_exactly_where_there_is_a_difference(one, other):
    before, after = program_of(one), program_of(other)
    assert (differences(before, after) == ()) == (before == after)
    assert differences(before, before) == ()


def test_length_that_comes_out_whole_is_no_difference():
    program = program_of(GRAPH.replace("3 min", "293.5 hours"))
    assert differences(program, program_of(print_spec(program))) == ()


def test_order_is_a_difference():
    program = program_of(GRAPH)
    turned = evolve(program, tunes=program.tunes[::-1])
    assert [found.thing for found in differences(program, turned)] == ["order"]


def run_diff(tmp_path, before, after, *options):
    paths = []
    for name, text in (("a", before), ("b", after)):
        paths.append(str(tmp_path / f"{name}.hspec"))
        (tmp_path / f"{name}.hspec").write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["diff", *paths, *options])


def test_diff_tells_each_field_in_a_line(tmp_path):
    changed = GRAPH.replace("epochs = 2", "epochs = 1").replace("warmup = 3", "warmup = 4")
    changed = changed.replace("let w = 12", "let w = 6 * 2  # the same")
    done = run_diff(tmp_path, GRAPH, changed)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "tune long.method.warmup: 3 steps -> 4 steps",
        "tune short.epochs: 2 -> 1",
    ]


def test_diff_of_specs_that_mean_the_same_is_silent(tmp_path):
    done = run_diff(tmp_path, GRAPH, GRAPH.replace("let w = 12", "let w = 4 * 3"))
    assert (done.exit_code, done.stdout) == (0, "")


def test_diff_tells_what_is_only_on_one_side(tmp_path):
    without = GRAPH[: GRAPH.index("tune short")]
    done = run_diff(tmp_path, GRAPH, without, "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found[0] == {"thing": "tune short", "field": "", "before": "there", "after": None}


def test_diff_of_two_shipped_specs_reads_well():
    done = CliRunner().invoke(main, ["diff", "quickstart", "fashion_cnn"])
    lines = done.stdout.splitlines()
    assert "hyper drop_in.start: 0.6 -> 0.05" in lines
    assert "hyper decay: gone" in lines
    assert "hyper holes: new" in lines
    assert "data.split.test: 0.4 -> none" in lines
    assert "layer flatten_1.output: (64) -> (1568)" in lines
    assert 'data.source.root: none -> ""' in lines
