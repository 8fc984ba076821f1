"""Text that a terminal shows and does not obey."""

from __future__ import annotations


def visible(text: object) -> str:
    """One line of text, with a picture for every character that would upset a terminal."""
    line = str(text)
    return line if line.isprintable() else "".join(map(_picture, line))


def visible_lines(text: str) -> str:
    """The same for each line of a text."""
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def _picture(character: str) -> str:
    if character == "\t" or character.isprintable():
        return character
    if ord(character) < 0x20:
        return chr(0x2400 + ord(character))
    return "\u2421" if character == "\x7f" else "\ufffd"
