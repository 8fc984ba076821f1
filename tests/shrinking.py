"""A long counterexample made short."""

from __future__ import annotations

from collections.abc import Callable

from generated import Drawn


def shrunk(drawn: Drawn, breaks: Callable[[Drawn], bool]) -> Drawn:
    """The files with everything cut out of them without which they still break something."""
    for path in drawn.texts:
        size = len(drawn.texts[path]) // 2
        while size:
            start = 0
            while start < len(text := drawn.texts[path]):
                less = Drawn({**drawn.texts, path: text[:start] + text[start + size :]})
                if breaks(less):
                    drawn = less
                else:
                    start += size
            size //= 2
    return drawn
