"""`text`: a text of the user's, token after token.

Units: examples are counted in tokens.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from hypertune.catalogue import Arg, Args, Seen, SourceType, Unreadable, not_there
from hypertune.data.bounds import MOST_TEXT_BYTES
from hypertune.data.looking import once
from hypertune.data.other_files import other_files
from hypertune.data.user_files import regular_file, told_by
from hypertune.data.vocabulary import TOKENS, Text, Vocabulary, vocabulary


@frozen
class Corpus:
    """The tokens of each part, as places in one vocabulary."""

    vocabulary: Vocabulary
    parts: Mapping[str, array[int]]

    @property
    def seen(self) -> Seen:
        """What the compiler must know of it."""
        sizes = {part: len(tokens) for part, tokens in self.parts.items()}
        words = self.vocabulary.words
        return Seen((), len(words), sizes, class_names=words)

    @property
    def arrays(self) -> dict[str, tuple[Any, Any]]:
        """The tokens of each part, as inputs and as targets."""
        import numpy as np

        read = {part: np.frombuffer(tokens, np.int64) for part, tokens in self.parts.items()}
        return {part: (tokens, tokens) for part, tokens in read.items()}


def read_text(file: str, argument: str) -> Text:
    """A text in UTF-8 that is not empty.

    Args:
        file: as the user wrote it.
        argument: of the source, which names it.

    Raises:
        Unreadable: if it is not there, or no such text.

    """
    path = regular_file(file, argument)
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_TEXT_BYTES + 1)
    except OSError as fault:
        raise not_there(file, argument, fault) from None
    if len(content) > MOST_TEXT_BYTES:
        limit = f"the {MOST_TEXT_BYTES // 2**20} MiB that are read of a text"
        raise Unreadable(f"{file} is larger than {limit}", argument)
    if not content.strip():
        raise Unreadable(f"{file} is empty", argument)
    try:
        text = content.decode("utf-8-sig")
        wrong = content.find(b"\0")
    except UnicodeDecodeError as fault:
        wrong = fault.start
    if wrong < 0:
        return Text(file, text.replace("\r\n", "\n"))
    what = told_by(content)
    if what:
        raise Unreadable(f"{file} is no text in UTF-8; it is {what}", argument)
    line = content.count(b"\n", 0, wrong) + 1
    raise Unreadable(f"{file}, line {line} is no text in UTF-8", argument)


def _read(args: Args) -> Corpus:
    files = {"train": str(args["train"]), **other_files(args)}
    kind = str(args["tokens"])
    texts = {part: read_text(file, part) for part, file in files.items()}
    known = vocabulary(kind, texts["train"].tokens(kind))
    parts = {part: known.encoded(text, text.tokens(kind)) for part, text in texts.items()}
    return Corpus(known, parts)


TEXT = SourceType(
    name="text",
    doc="A text of yours, in UTF-8, and others to validate and test on. The vocabulary is that of "
    "the training text; where this has the word `<unk>`, it stands for all that it has not",
    args=(
        Arg("train", "path", "the text that is trained on"),
        Arg("valid", "path", "the text that is validated on"),
        Arg("test", "path", "a text for the test", default=""),
        TOKENS,
    ),
    shape=(),
    classes=0,
    sizes={},
    load=lambda args: _read(args).arrays,
    width=8,
    look=once(lambda args: _read(args).seen),
    sequence=True,
)
