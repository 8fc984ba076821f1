"""Answers to an editor about specs in several files."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement
from pathlib import Path
from typing import TypeVar

import pytest
from test_editors import MEANT, NAMES

from hypertune.editors.desk import Desk
from hypertune.editors.hovering import hover
from hypertune.editors.navigating import definition, references
from hypertune.editors.places import Place, replaced
from hypertune.editors.renaming import CannotRename, rename
from hypertune.standard import STANDARD

T = TypeVar("T")
SIZES = "hspec 1\nlet width = 3\n"
USER = 'hspec 1\ninclude "sizes.hspec"\nblock piece { linear(width) }\n'


def _desk(**texts: str) -> Desk:
    desk = Desk(STANDARD)
    for name, text in texts.items():
        desk.put(f"/{name}.hspec", text)
    return desk


def _ask(ask: Callable[..., T], desk: Desk, name: str, at: str, *words: str) -> T:
    """The answer at the first occurrence of a text in a file."""
    reading, others = desk.reading(f"/{name}.hspec"), desk.others(f"/{name}.hspec")
    return ask(reading, reading.text.index(at), *words, others=others)


def _edited(desk: Desk, places: tuple[Place, ...], name: str) -> dict[str, str]:
    """The texts that change, with a name in some places."""
    return {
        file: replaced(desk.source(file).text, [p.run for p in places if p.name == file], name)
        for file in {place.name for place in places}
    }


PARAGRAPHS = NAMES.removeprefix("hspec 1\n").split("\n\n")
CUTS = [*combinations_with_replacement(range(len(PARAGRAPHS) + 1), 2)]


@pytest.mark.parametrize(("first", "last"), CUTS)
def test_a_name_means_the_same_in_one_file_and_in_two(first: int, last: int) -> None:
    inner = "\n\n".join(["hspec 1", *PARAGRAPHS[first:last]])
    outer = ["hspec 1", *PARAGRAPHS[:first], 'include "part.hspec"', *PARAGRAPHS[last:]]
    desk = _desk(all="\n\n".join(outer), part=inner)
    found = {(s.sort, s.name): len(s.places) for s in desk.reading("/all.hspec").symbols}
    assert found == {key: len(lines) for key, lines in MEANT.items()}


def test_a_name_is_changed_in_all_open_texts_that_share_its_file() -> None:
    desk = _desk(sizes=SIZES, one=USER, two=USER)
    there = "hspec 1\nlet size = 3\n"
    for name in ("one", "two", "sizes"):
        places = _ask(rename, desk, name, "width", "size")
        user = USER.replace("width", "size")
        changed = {"/one.hspec": user, "/two.hspec": user, "/sizes.hspec": there}
        assert _edited(desk, places, "size") == changed
        assert sorted(_ask(references, desk, name, "width")) == list(places)


def test_two_declarations_that_one_file_uses_are_changed_together() -> None:
    piece = "hspec 1\nblock piece { linear(width) }\n"
    user = 'hspec 1\nlet width = 1\ninclude "piece.hspec"\n'
    desk = _desk(piece=piece, one=user, two=user)
    assert len(_ask(rename, desk, "one", "width", "size")) == 3
    assert _ask(definition, desk, "piece", "width") == Place("/one.hspec", 12, 17)
    shown = _ask(hover, desk, "piece", "width")
    assert shown is not None
    assert shown.text.endswith("declared in `one.hspec`")


def test_a_name_that_is_taken_in_another_open_text_is_refused() -> None:
    desk = _desk(sizes=SIZES, one=USER, two=USER + "let size = 2\n")
    with pytest.raises(CannotRename, match="duplicate declaration of `size`"):
        _ask(rename, desk, "one", "width", "size")
    captured = USER.replace("piece {", "piece(size) {")
    with pytest.raises(CannotRename, match="means something else"):
        _ask(rename, _desk(sizes=SIZES, one=USER, two=captured), "one", "width", "size")


def test_a_broken_text_that_shares_the_file_is_mended_first() -> None:
    broken = USER.replace("{", "(")
    desk = _desk(sizes=SIZES, one=USER, two=broken)
    with pytest.raises(CannotRename, match=r"`two\.hspec`, which is open as well, cannot be read"):
        _ask(rename, desk, "one", "width", "size")
    desk.put("/two.hspec", USER)
    desk.reading("/two.hspec")
    desk.put("/two.hspec", broken)
    with pytest.raises(CannotRename, match=r"`two\.hspec`, which is open as well, cannot be read"):
        _ask(rename, desk, "one", "width", "size")
    desk.put("/two.hspec", "hspec 1\nlet width =\n")
    with pytest.raises(CannotRename, match=r"`two\.hspec`"):
        _ask(rename, desk, "one", "width", "size")
    desk.take("/two.hspec")
    assert len(_ask(rename, desk, "one", "width", "size")) == 2


def test_a_broken_text_that_shares_nothing_is_left_alone() -> None:
    desk = _desk(sizes=SIZES, one=USER, two="hspec 1\nlet width =\n")
    assert len(_ask(rename, desk, "one", "width", "size")) == 2


def test_a_part_is_told_what_is_wrong_with_it_in_the_open_specs() -> None:
    part = "hspec 1\nlet depth = width\nlet height = depht\n"
    user = 'hspec 1\nlet width = 1\ninclude "part.hspec"\n'
    desk = _desk(part=part)
    assert {d.code for d in desk.findings("/part.hspec")} == {"HT203", "HT224"}
    desk.put("/one.hspec", user)
    desk.put("/two.hspec", user)
    (told,) = desk.findings("/part.hspec")
    assert told.span
    assert told.span.text == "depht"
    desk.put("/part.hspec", part + "let\n")
    assert {d.code for d in desk.findings("/part.hspec")} == {"HT101"}


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    part, path = tmp_path / "part.hspec", str(tmp_path / "all.hspec")
    desk = Desk(STANDARD)
    desk.put(path, 'hspec 1\ninclude "part.hspec"\n')
    assert desk.reading(path).symbols == ()
    part.write_text(SIZES, encoding="utf-8")
    before = desk.reading(path)
    assert [symbol.name for symbol in before.symbols] == ["width"]
    assert desk.reading(path) is before
    desk.put(str(part), SIZES.replace("width", "size"))
    assert [symbol.name for symbol in desk.reading(path).symbols] == ["size"]
    desk.take(str(part))
    part.write_bytes(b"\xff")
    assert desk.reading(path).symbols == ()


def test_a_circle_of_files_shows_their_names() -> None:
    desk = _desk(sizes=SIZES + 'include "one.hspec"\n', one=USER)
    assert [s.name for s in desk.reading("/one.hspec").symbols] == ["piece", "width"]
    assert _ask(definition, desk, "one", "width") == Place("/sizes.hspec", 12, 17)


def test_places_at_the_same_offsets_of_two_files_are_told_apart() -> None:
    part = "hspec 1\nlet b = a\n"
    text = 'hspec 1\n    let a = 1\ninclude "part.hspec"\n'
    assert text.index("a =") == part.index("a\n")
    found = _ask(references, _desk(all=text, part=part), "all", "a =")
    assert [place.name for place in found] == ["/all.hspec", "/part.hspec"]
