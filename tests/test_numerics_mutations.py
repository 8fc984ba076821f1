"""The list of mistakes in the numbers is one of lines and tests that are there."""

from pathlib import Path

import pytest
from numerics_mutations import MUTATIONS, ROOT, applied


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_the_line_is_there_once_and_so_is_the_test(mutation):
    changed = applied(mutation, ROOT / "hypertune")
    assert changed != (ROOT / "hypertune" / mutation.file).read_text(encoding="utf-8")
    compile(changed, mutation.file, "exec")
    file, name = mutation.test.split("::")
    assert f"def {name}(" in (ROOT / Path(file)).read_text(encoding="utf-8")
