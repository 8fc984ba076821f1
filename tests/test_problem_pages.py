"""The pages on problems in Python run, print what they show, and are worth what they say."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
NUMBER = re.compile(r"-?\d+\.?\d*")


@pytest.fixture
def run(capsys):
    """Runs the example of a page, whose names it gives, and compares what it prints."""

    def run(name):
        text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        names = {}
        exec(compile(code, f"docs/{name}.md", "exec"), names)
        shown = re.search(r"\nIt prints\n\n((?:    .*\n)+)", text)[1]
        shown, printed = (re.sub(r"(?m)^ +", "", t) for t in (shown, capsys.readouterr().out))
        assert NUMBER.sub("0", printed) == NUMBER.sub("0", shown)
        pairs = [[float(number) for number in NUMBER.findall(t)] for t in (printed, shown)]
        assert pairs[0] == pytest.approx(pairs[1], rel=0.25, abs=0.01)
        return names

    return run


def test_total_variation_is_tuned_beyond_a_grid_on_other_pictures(run):
    names = run("problems/total_variation")
    tuned, start, *grid = names["found"]
    assert tuned > names["noisy"] + 5
    assert tuned > max(start, *grid) + 0.3
