"""Pages as a real browser shows them, without a window."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from attrs import frozen

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = next(filter(None, map(shutil.which, NAMES)), None)
needs_browser = pytest.mark.skipif(FOUND is None, reason=f"none of {', '.join(NAMES)} is there")
_WATCH = """<script>addEventListener("error", event =>
document.documentElement.setAttribute("data-error", event.message))</script>"""


@frozen
class Shown:
    """What stood in the window: the text of its document, plots drawn, and a script's error."""

    text: str
    plots: int
    error: str


def show(html: str, folder: Path) -> Shown:
    """A page, after its scripts have run."""
    path = folder / "shown.html"
    path.write_text(html.replace("<head>", f"<head>{_WATCH}", 1), encoding="utf-8")
    options = ["--headless", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    options += [f"--user-data-dir={folder / 'profile'}"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []  # which refuses to run as root
    done = subprocess.run(
        [str(FOUND), *options, path.as_uri()], capture_output=True, text=True, check=True
    )
    error = re.search(r'<html[^>]* data-error="([^"]*)"', done.stdout)
    # Plotly makes such a figure once it has drawn axes, lines and title.
    plots = len(re.findall(r'class="plot-container plotly"', done.stdout))
    return Shown(done.stdout, plots, error[1] if error else "")
