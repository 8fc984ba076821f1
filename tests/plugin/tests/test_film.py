"""What whoever installs the package can try: the laws, and a spec that names the layer."""

import subprocess
import sys

from hypertune_film import FILM

from hypertune.testing import layer_laws

SPEC = """\
hspec 1

hyper decay : log(1e-8, 1) = 1e-3 per batch

data {
  source = digits
  split  = (train = 10%, valid = 10%, test = 10%)
  batch  = 64
}

model (1, 8, 8) given * {
  conv2d(4, 3)
  film
  flatten
  linear(10)
}

objective {
  train = cross_entropy + l2(decay)
  valid = cross_entropy
}

tune {
  method  = delta_stn(warmup = 1 epochs)
  weights = sgd(lr = 0.05)
  hypers  = adam(lr = 0.05)
  epochs  = 2
}
"""


@layer_laws(FILM)
def test_film(law):
    law()


def test_a_spec_knows_the_layer_by_its_entry_point(tmp_path):
    (tmp_path / "film.hspec").write_text(SPEC)
    command = [sys.executable, "-m", "hypertune", "train", "film.hspec", "--out", "run"]
    subprocess.run(command, cwd=tmp_path, check=True)
    kinds = subprocess.run(
        [sys.executable, "-m", "hypertune", "kinds"], capture_output=True, text=True, check=True
    )
    assert "hypertune-film" in next(line for line in kinds.stdout.splitlines() if " film" in line)
