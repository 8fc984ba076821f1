"""`python_docs`: the documentation strings that ship with Python, as a text.

They are read from the sources of some modules of the standard library, none of which is imported:
module after module, docstring after docstring. The same version of Python gives the same text,
another one may give another; a run that goes on compares the tokens.
"""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from hypertune.catalogue import Args, SourceType, Unreadable
from hypertune.data.text_files import Corpus
from hypertune.data.vocabulary import TOKENS, Text, vocabulary

# They have been where they are for long, and their sources come with every Python.
_MODULES: Final[Mapping[str, str]] = {
    "train": "_pydecimal argparse ast base64 bdb cmd codecs configparser contextlib difflib "
    "doctest enum fractions ftplib functools imaplib inspect ipaddress mailbox mimetypes numbers "
    "optparse os pdb pickle pickletools pkgutil platform poplib pydoc selectors shelve shutil "
    "smtplib socket socketserver ssl subprocess tarfile tempfile threading traceback typing uuid",
    "valid": "calendar graphlib queue statistics textwrap tokenize",
    "test": "dataclasses gzip heapq locale random timeit weakref",
}
_FEWEST: Final = {"words": 3, "characters": 2, "bytes": 1}  # in the training part


@cache
def _texts() -> dict[str, Text]:
    """The docstrings of each part.

    Raises:
        Unreadable: if this Python has come without the sources of its library.

    """
    folder = Path(sysconfig.get_path("stdlib"))
    return {
        part: Text(
            "python_docs", "\n".join(d for name in names.split() for d in _docs(folder, name))
        )
        for part, names in _MODULES.items()
    }


def _docs(folder: Path, module: str) -> Iterator[str]:
    path = folder / f"{module}.py"
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError) as fault:
        raise Unreadable(f"the source of `{module}` cannot be read in {folder}: {fault}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield text


@cache
def _corpus(kind: str) -> Corpus:
    texts = _texts()
    known = vocabulary(kind, texts["train"].tokens(kind, apart=True), _FEWEST[kind])
    parts = {p: known.encoded(text, text.tokens(kind, apart=True)) for p, text in texts.items()}
    return Corpus(known, parts)


def _read(args: Args) -> Corpus:
    return _corpus(str(args["tokens"]))


PYTHON_DOCS = SourceType(
    name="python_docs",
    doc="The documentation strings of modules of Python's standard library, some 150,000 words; "
    "embedded, and the same for the same version of Python. Signs are words of their own; "
    "`<unk>` stands for words that are there but once or twice, and for single characters",
    args=(TOKENS,),
    shape=(),
    classes=0,
    sizes={},
    load=lambda args: _read(args).arrays,
    width=8,
    look=lambda args: _read(args).seen,
    sequence=True,
)
