"""Specs that include others."""

from pathlib import Path

import pytest

from hypertune.compiler import compile_text
from hypertune.diagnostics import Source, SpecError
from hypertune.semantics import elaborate
from hypertune.standard import STANDARD
from hypertune.syntax import parse
from specs import spec


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.hspec").write_text(text)
    return folder / "main.hspec"


def width_of(path: Path) -> object:
    program = compile_text(path.read_text(), str(path)).program
    return program.layers[1].args["out_features"]


MAIN = spec(
    names='include "parts/more.hspec"', model="model (1, 8, 8) { flatten; wide; linear(10) }"
)


def test_paths_are_relative_to_the_file_they_stand_in(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    write(
        tmp_path / "parts", more='hspec 1\ninclude "widths.hspec"\nblock wide { linear(width) }\n'
    )
    write(tmp_path / "parts", widths="hspec 1\nlet width = 24\n")
    assert width_of(write(tmp_path, main=MAIN)) == 24


def test_a_path_may_be_absolute(tmp_path: Path) -> None:
    write(tmp_path, more="hspec 1\nblock wide { linear(7) }\n")
    main = MAIN.replace("parts/more.hspec", f"{tmp_path}/more.hspec")
    assert width_of(write(tmp_path, main=main)) == 7


def test_a_mistake_in_an_included_file_points_into_it(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    write(tmp_path / "parts", more="hspec 1\nblock wide { linaer(7) }\n")
    with pytest.raises(SpecError) as wrong:
        width_of(write(tmp_path, main=MAIN))
    (mistake,) = wrong.value.diagnostics
    assert mistake.span
    assert mistake.span.source.name == f"{tmp_path}/parts/more.hspec"
    assert mistake.span.position == (2, 14)


def test_elaborating_alone_reads_no_files() -> None:
    with pytest.raises(SpecError, match="files are not read here"):
        elaborate(parse(Source("a.hspec", MAIN)), STANDARD)


def test_a_link_that_leads_round_ends_with_a_message(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path)
    main = write(tmp_path, main='hspec 1\ninclude "again/main.hspec"\n')
    with pytest.raises(SpecError, match="cannot include"):
        width_of(main)


def test_files_inside_one_another_end_with_a_message(tmp_path: Path) -> None:
    for i in range(60):
        write(tmp_path, **{f"file_{i}": f'hspec 1\ninclude "file_{i + 1}.hspec"\n'})
    with pytest.raises(SpecError, match="more than 50 files inside one another"):
        width_of(tmp_path / "file_0.hspec")
