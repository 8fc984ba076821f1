"""Specs that include others."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from tiny import TINY

from hypertune.compiler import compile_text
from hypertune.diagnostics import Source, SpecError
from hypertune.semantics import elaborate, include
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


PARTS = TINY.removeprefix("hspec 1\n\n").split("\n\n")


@settings(deadline=None)
@given(st.tuples(*[st.integers(0, len(PARTS))] * 4).map(sorted))
def test_a_spec_in_several_files_says_the_same_as_in_one(cuts: list[int]) -> None:
    """The statements between the outer two cuts are included, those between the inner two twice.

    A setting changes both the program and the text, wherever its block stands.
    """
    first, second, third, last = cuts
    files = {
        "all.hspec": _joined(PARTS[:first], ['include "a/b.hspec"  # more'], PARTS[last:]),
        "a/b.hspec": _joined(
            PARTS[first:second], ['include "c.hspec"; include "c.hspec"'], PARTS[third:last]
        ),
        "a/c.hspec": _joined(PARTS[second:third]),
    }
    text, wanted = files["all.hspec"], compile_text(TINY, overrides=["tune.epochs=9"]).program
    found = compile_text(
        text,
        "all.hspec",
        overrides=["tune.epochs=9"],
        read=lambda path: Source(path, files[path]),
    )
    assert found.program == compile_text(found.text).program == wanted


def _joined(*parts: list[str]) -> str:
    return "\n\n".join(["hspec 1", *(text for part in parts for text in part)])


def test_the_text_of_a_spec_holds_what_it_includes_with_its_comments() -> None:
    files = {
        "parts/more.hspec": '# more\nhspec 1  # of more\n\ninclude "../wide.hspec"\nlet b = 2',
        "wide.hspec": "\ufeffhspec 1; let width = 24 # wide\r\n\n",
    }
    text = """\
hspec 1  # mine
let a = 1; include "parts/more.hspec"; let c = 3  # three
include "wide.hspec"  # again
"""
    whole = include(parse(Source("all.hspec", text)), lambda path: Source(path, files[path]))
    wanted = """\
hspec 1  # mine
let a = 1; # include "parts/more.hspec"
# more
# of more

# include "../wide.hspec"
let width = 24 # wide
let b = 2
let c = 3  # three
# include "wide.hspec"  # again
"""
    assert whole.text == wanted
    assert parse(Source("joined", wanted)).statements == whole.statements


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
