"""A Pygments lexer, through which terminals and documents colour specs."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from hypertune.editors.vocabulary import CLAUSES, CONSTANTS, FUNCTIONS, MODES, PIECES, STATEMENTS


def _whole(found: tuple[str, ...]) -> words:
    return words(found, prefix=r"\b", suffix=r"\b")


class HspecLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    """Colours `.hspec`."""

    name = "hspec"
    url = "https://pypi.org/project/hypertune-stn/"
    aliases: ClassVar[list[str]] = ["hspec"]
    filenames: ClassVar[list[str]] = ["*.hspec"]
    mimetypes: ClassVar[list[str]] = ["text/x-hspec"]

    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"#[^\n]*", Comment.Single),
            (r"\s+", Text.Whitespace),
            (r'"[^"\n]*"', String.Double),
            (r"((?<=:)|(?<=: ))[a-z]\w*", Name.Class),  # a domain
            # A word before `=` names a setting or an argument, whatever it means elsewhere.
            (r"(?m)[a-z]\w*(?=[ \t]*=)", Name.Attribute),
            (_whole(tuple(STATEMENTS)), Keyword.Declaration),
            (_whole((*PIECES, *CLAUSES)), Keyword),
            (r"\bcuda(:[0-9]+)?\b", Name.Constant),
            (_whole(CONSTANTS), Keyword.Constant),
            (rf"\b({'|'.join(FUNCTIONS)})(?=[ \t]*\()", Name.Builtin),
            (r"[a-z]\w*(?=[ \t]*\()", Name.Function),
            (_whole(tuple(MODES)), Keyword.Pseudo),
            (r"([0-9][0-9_]*(\.[0-9_]+)?([eE][+-]?[0-9]+)?)(%(?![\w(]))?", Number),
            (r"[a-z]\w*", Name),
            (r"\*\*|//|[-+*/%=]", Operator),
            (r"[()\[\]{},:;]", Punctuation),
        ]
    }
