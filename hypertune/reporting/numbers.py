"""How numbers look: short enough to read, long enough to compare."""

from __future__ import annotations


def short(value: float | str | None) -> str:
    """Four significant digits; `-` for a number that there is not, a word as it is."""
    if isinstance(value, str):
        return value
    return "-" if value is None else f"{value:.4g}"


def minutes(seconds: float) -> str:
    """A duration as `m:ss`, with hours in front when there are any."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    lead = f"{hours}:{rest // 60:02}" if hours else str(rest // 60)
    return f"{lead}:{rest % 60:02}"


def aligned(rows: list[list[str]], indent: str = "") -> str:
    """Rows of cells as columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append(indent + "  ".join(cells).rstrip())
    return "\n".join(lines)
