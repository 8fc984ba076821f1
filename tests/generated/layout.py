"""The same statements in any layout: spaces, line breaks, `;` and comments in odd places."""

from __future__ import annotations

import re

from generated.author import Author

TOKEN = re.compile(
    r'"[^"\n]*"|[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?%?|\w+|\*\*|//|\n|[^\s]| +'
)
COMMENTS = ("#", "# why", "#: width = 3; }", '# ("é', "#\t", "## twice # over", "# let a = (")
ENDS = (*("\n",) * 6, "\n\n", "\n\n\n  ", ";", "; ", " ;;\n", "\n\t")


def scattered(author: Author, text: str) -> str:
    """A text that means the same, in a layout that nobody would choose."""
    tidy = author.chance(0.2)
    out: list[str] = []
    depth, last = 0, "\n"
    tokens = TOKEN.findall(text)
    for number, token in enumerate(tokens):
        following = tokens[number + 1] if number + 1 < len(tokens) else "\n"
        if token == "\n":
            out.append("\n" if tidy else _end(author, last, following))
        elif token.isspace():
            out.append(" " if tidy else _space(author, depth, last, following))
        else:
            depth += (token in "([") - (token in ")]")
            out.append(token)
            if depth and not tidy and author.chance(0.03):
                out.append(_break(author))
        last = token
    written = "".join(out)
    if tidy:
        return written + "\n"
    if author.chance(0.2):
        written = f"{author.pick(COMMENTS)}\n\n{written}"
    if author.chance(0.8):
        written += author.pick(("\n", "\n\n", f"  {author.pick(COMMENTS)}", ";"))
    return written.replace("\n", "\r\n") if author.chance(0.05) else written


def _end(author: Author, last: str, following: str) -> str:
    """What ends a statement; at the edge of a body nothing has to."""
    if author.chance(0.08):
        return f"{author.pick(('', ' '))}{author.pick(COMMENTS)}\n{author.pick(('', '  '))}"
    if author.chance(0.04):
        return f"\n  {author.pick(COMMENTS)}\n"
    if (last == "{" or following == "}") and author.chance(0.3):
        return author.pick(("", " "))
    return author.pick(ENDS)


def _space(author: Author, depth: int, last: str, following: str) -> str:
    """Between two tokens: at times more than a space, or nothing where nothing is needed."""
    if depth and author.chance(0.05):
        return _break(author)
    if author.chance(0.04):
        return author.pick(("  ", "\t", " \t "))
    words = _is_word(last) and _is_word(following)
    if words or "%" in last + following or author.chance(0.9):
        return " "
    return ""


def _break(author: Author) -> str:
    return author.pick(("\n", "\n      ", f" {author.pick(COMMENTS)}\n", "\n\n"))


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] in '_"'
