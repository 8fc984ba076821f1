"""The claims of `tests/properties.py` on a few specs; many are tried there."""

import pytest
from generated import specs
from hypothesis import given, settings
from properties import CLAIMS, Case


@pytest.mark.parametrize("claim", CLAIMS)
@settings(max_examples=12, deadline=None)
@given(drawn=specs())
def test_right_spec(claim, drawn):
    CLAIMS[claim](Case(drawn, 0))
