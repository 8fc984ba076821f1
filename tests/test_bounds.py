"""No text takes longer to check than its length explains, and nothing that is no file is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from hypertune.cli.entry import main
from hypertune.compiler import compile_text
from hypertune.diagnostics import SpecError, closest
from hypertune.semantics.scope.scope import Scope
from specs import findings, spec


def codes(text: str) -> list[str]:
    return [found.code for found in findings(text)]


def test_a_tuple_of_tuples_of_tuples_is_refused_before_it_is_built() -> None:
    lets = (f"let a{depth + 1} = (a{depth}, a{depth})" for depth in range(200))
    found = findings(spec(names="\n".join(["let a0 = 1", *lets])))
    assert [diagnostic.code for diagnostic in found] == ["HT268"]


def test_a_tuple_grows_no_further_through_the_parameters_of_blocks() -> None:
    blocks = (f"block b{n + 1}(x) {{ b{n}((x, x)) }}" for n in range(40))
    names = "\n".join(["block b0(x) { linear(x) }", *blocks])
    assert "HT268" in codes(spec(names=names, model="model (1, 8, 8) { flatten; b40(1) }"))


def test_a_vector_of_hyperparameters_in_a_tuple_counts_with_all_its_items() -> None:
    names = "hyper h[6000] : rate = 0.1\nlet both = (h, h)"
    assert codes(spec(names=names)) == ["HT268"]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("# comment\n" * 200_000, "characters"),
        ("a" * 2_000_000, "characters"),
        (";" * 300_000, "words"),
    ],
)
def test_a_text_that_is_too_long_is_not_read(text: str, limit: str) -> None:
    with pytest.raises(SpecError, match=rf"HT111.*\n(.*\n)*.*more than [0-9_]+ {limit}"):
        compile_text(f"hspec 1\n{text}")


def test_all_files_together_have_the_length_of_one(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.hspec").write_text("hspec 1\n" + "# comment\n" * 60_000)
    main = spec(names='include "a.hspec"\ninclude "b.hspec"')
    with pytest.raises(SpecError, match="with it the spec has more than 1_000_000 characters"):
        compile_text(main, str(tmp_path / "main.hspec"))


def test_of_very_many_mistakes_the_first_are_told() -> None:
    names = "\n".join(f"let a{n} = b{n}" for n in range(1500))
    found = findings(spec(names=names))
    assert found[0].message == "there are more than 1_000 mistakes; the first are shown"
    assert len(found) == 1001


def test_after_very_many_mistakes_nothing_more_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    find = Scope.find
    monkeypatch.setattr(Scope, "find", lambda scope, name: read.append(name) or find(scope, name))
    findings(spec(names="\n".join(f"let a{n} = b{n}" for n in range(3000))))
    assert "b1000" in read
    assert "b1001" not in read


def test_among_very_many_names_only_those_that_begin_alike_are_compared() -> None:
    names = [f"{prefix}{n}" for prefix in ("width_", "depth_") for n in range(900)]
    assert closest("width_77x", names) == ("width_77",)
    assert closest("xidth_77", names) == ()


@pytest.fixture(params=["pipe", "/dev/zero"])
def endless(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The path of what never ends."""
    if request.param != "pipe":
        return str(request.param)
    os.mkfifo(tmp_path / "pipe")
    return str(tmp_path / "pipe")


def test_what_never_ends_is_no_spec(endless: str) -> None:
    done = CliRunner().invoke(main, ["check", endless])
    assert done.exit_code == 4
    assert "a pipe or a device, not a file; `-` reads standard input" in done.stderr


def test_what_never_ends_cannot_be_included(endless: str) -> None:
    text = spec(names=f'include "{endless}"')
    with pytest.raises(SpecError, match="this is a pipe or a device, not a file"):
        compile_text(text)


@pytest.mark.parametrize("size", [2**26 + 1, 2**40])
def test_a_huge_file_is_not_read_whole(tmp_path: Path, size: int) -> None:
    huge = tmp_path / "huge.hspec"
    with huge.open("wb") as file:
        file.truncate(size)
    done = CliRunner().invoke(main, ["check", str(huge)])
    assert done.exit_code == 4
    assert "this is larger than 64 MiB" in done.stderr
