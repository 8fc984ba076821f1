"""What all tests share: goldens that can be rewritten, and one thread for torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write goldens anew")


# A package of its own, which is installed before its tests run (see .ci/run).
collect_ignore = ["plugin"]


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture
def matches_golden(request: pytest.FixtureRequest) -> Callable[[str, Path], None]:
    """Hold a text against a file; with `--update-goldens`, write the file instead."""

    def check(text: str, golden: Path) -> None:
        if request.config.getoption("--update-goldens"):
            golden.write_text(text, encoding="utf-8")
        assert golden.is_file(), f"{golden.name} is not there: run pytest --update-goldens"
        assert text == golden.read_text(encoding="utf-8")

    return check
