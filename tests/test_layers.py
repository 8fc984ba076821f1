"""Every layer type that comes with hypertune keeps the laws."""

import pytest

from hypertune import layers
from hypertune.testing import trials


@pytest.mark.parametrize(
    "law",
    [
        pytest.param(trial, id=f"{kind.name} {name}")
        for kind in layers.STANDARD
        for name, trial in trials(kind).items()
    ],
)
def test_that_it(law):
    law()
