"""Whether a stream gets colour: decided here, once per command."""

from __future__ import annotations

import os
from typing import TextIO


def wants_colour(stream: TextIO) -> bool:
    """NO_COLOR and FORCE_COLOR have the first word, if they are not empty; then the terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream)


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody watches who can see a line being redrawn."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"
