"""The forms that `compile --emit` writes for other tools."""

import re

import pytest
import torch
from click.testing import CliRunner

from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning, Values
from hypertune.lowering import place
from hypertune.lowering.network import lower
from hypertune.standard import STANDARD

SPEC = """\
hspec 1
hyper p, q : rate = 0.25
data { source = digits; split = (train = 50%, valid = 50%); batch = 64 }
model (1, 8, 8) given q {
  conv2d(6, 3, padding = 1)
  leaky_relu(0.2); max_pool2d(2)
  dropout2d(p)
  flatten
  linear(10, bias = false) given p on cuda:1
}
objective { train = cross_entropy; valid = cross_entropy }
tune { method = delta_stn; weights = sgd(lr = 0.1); hypers = sgd(lr = 0.1); epochs = 1 }
"""

AT = Conditioning(Values(torch.full((1, 2), 0.25), {"p": 0, "q": 1}))


def emitted(form, spec=SPEC):
    done = CliRunner().invoke(main, ["compile", "-", "--emit", form], input=spec)
    assert done.exit_code == 0, done.output
    return done.stdout


def built(source):
    names = {}
    exec(compile(source, "emitted.py", "exec"), names)
    return names["Network"]()


def test_python_gives_the_same_numbers():
    program = place(compile_text(SPEC.replace(" on cuda:1", "")).program, STANDARD, ("cpu",))
    network = lower(program, STANDARD).eval()
    x = torch.randn(3, 1, 8, 8)
    plain = built(emitted("python")).eval()
    plain.load_state_dict(network.folded(None))
    with torch.no_grad():
        torch.testing.assert_close(plain(x), network(x, AT)[0])


def test_python_imports_torch_alone():
    source = emitted("python")
    assert set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE)) == {"torch"}


def test_python_drops_at_the_rate_where_the_hyperparameter_starts():
    assert "nn.Dropout2d(p=0.25)" in emitted("python")


def test_dot_draws_layers_as_they_are_written():
    drawn = emitted("dot")
    call = "conv2d(6, 3, padding = 1)"
    wanted = f'[label = "conv2d_1\\n{call}\\ngiven q\\n6 x 8 x 8", style = dashed]'
    assert f'"layer conv2d_1" {wanted}' in drawn
    assert '"layer dropout2d_1" [label = "dropout2d_1\\ndropout2d(p = p)\\n6 x 4 x 4"]' in drawn
    assert '"layer flatten_1" [label = "flatten_1\\n96"]' in drawn


def test_dot_tells_of_all_hyperparameters_by_a_star():
    drawn = emitted("dot", SPEC.replace("given q {", "given * {"))
    assert "\\ngiven *\\n" in drawn


def test_dot_draws_neighbours_on_a_device_as_a_cluster():
    drawn = emitted("dot", SPEC.replace("padding = 1)", "padding = 1) on cuda:1"))
    clusters = re.findall(r"subgraph cluster_\d+ \{\n(.*?)\n  \}", drawn, re.DOTALL)
    assert all('label = "cuda:1"' in cluster for cluster in clusters)
    assert [re.findall(r'"layer (\w+)"', cluster) for cluster in clusters] == [
        ["conv2d_1"],
        ["linear_1"],
    ]


@pytest.mark.parametrize("form", ["dot", "python"])
def test_every_layer_is_in_it(form):
    text = emitted(form)
    assert all(layer.name in text for layer in compile_text(SPEC).program.layers)


GRAPH = SPEC.replace(
    "flatten\n",
    """branch add { tanh } { relu } as mixed
  flatten as x
  branch concat { residual { linear(96) } }
  concat(x)
""",
)


def test_python_of_a_graph_gives_the_same_numbers():
    program = place(compile_text(GRAPH.replace(" on cuda:1", "")).program, STANDARD, ("cpu",))
    network = lower(program, STANDARD).eval()
    x = torch.randn(3, 1, 8, 8)
    plain = built(emitted("python", GRAPH)).eval()
    plain.load_state_dict(network.folded(None))
    with torch.no_grad():
        torch.testing.assert_close(plain(x), network(x, AT)[0])


def test_dot_draws_every_edge_of_a_graph():
    edges = sum(len(layer.inputs) for layer in compile_text(GRAPH).program.layers)
    assert emitted("dot", GRAPH).count(" -> ") == edges + 1  # and the output's
