"""The parser of the grammar, its tables kept from one run to the next.

Working the tables out of the grammar takes ten times as long as reading them back, and a command
that only checks a spec should be done in a blink. They are kept as JSON, under a name that changes
with the grammar, its options and Lark.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from hypertune.resources import resource_folder

_OPTIONS: Final[Mapping[str, Any]] = {
    "parser": "lalr",
    "lexer": "basic",
    "start": ["spec", "override", "unread"],
    "propagate_positions": True,
    "maybe_placeholders": True,  # what may be missing has its place among the parts of a node
}


@cache
def parser() -> Lark:
    """The LALR parser of `.hspec`."""
    grammar = (resource_folder("grammars") / "hspec.lark").read_text(encoding="utf-8")
    name = sha256(f"{lark.__version__}\n{_OPTIONS}\n{grammar}".encode()).hexdigest()[:16]
    kept = _folder() / f"hspec-{name}.json"
    return _read(kept) or _made(grammar, kept)


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "hypertune"


def _made(grammar: str, kept: Path) -> Lark:
    made = Lark(grammar, **_OPTIONS)
    _write(kept, made)
    return made


def _write(kept: Path, made: Lark) -> None:
    content = json.dumps(made.memo_serialize([TerminalDef, Rule]))
    passing = kept.with_suffix(f".{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        passing.write_text(f"{_sum(content)}\n{content}", encoding="utf-8")
        passing.replace(kept)
    except OSError:
        return  # no place to keep them: the next run works them out again


def _read(kept: Path) -> Lark | None:
    """The parser from its tables, or None if there are none, or not all of them."""
    try:
        checksum, _, content = kept.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    if checksum != _sum(content):
        return None
    data, memo = json.loads(content)
    tables = data["parser"]["parser"]
    tables["tokens"] = _by_number(tables["tokens"])
    tables["states"] = {
        state: {token: tuple(action) for token, action in _by_number(actions).items()}
        for state, actions in _by_number(tables["states"]).items()
    }
    load: Callable[..., Lark] = Lark._load_from_dict  # what Lark's own generated parsers call
    return load(data, _by_number(memo))


def _by_number(table: dict[str, Any]) -> dict[int, Any]:
    """JSON knows only text as a key."""
    return {int(key): value for key, value in table.items()}


def _sum(content: str) -> str:
    return sha256(content.encode()).hexdigest()
