"""The page of a run, as text and in a browser."""

from __future__ import annotations

import json
import re

import pytest
from browser import needs_browser, show
from click.testing import CliRunner
from tiny import STUDY, TINY

import hypertune
from hypertune.cli import main
from hypertune.pages import run_page
from hypertune.standard import STANDARD


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    path.write_text(TINY)
    return hypertune.train(path, epochs=3, out=tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    path.write_text(STUDY)
    return hypertune.train(path, tune="s", out=tmp_path_factory.mktemp("runs") / "study")


def page(run):
    return run_page(run.recorded, STANDARD)


def plots(html):
    return len(re.findall(r"Plotly\.newPlot\(", html))


def test_a_page_needs_no_other_file(run):
    assert not re.search(r"""<(script|link|img)[^>]*(src|href)=""", page(run))


def test_a_page_has_the_numbers_of_the_summary(run):
    best = run.summary["best"]
    assert f'<td>test_loss</td><td class="number">{best["test_loss"]:.4g}</td>' in page(run)


def test_the_band_of_a_hyperparameter_is_its_perturbation_scale(run):
    row = run.events[-1]
    name = next(iter(row["statistics"]["perturbation_scale"]))
    drawn = json.loads(re.search(r'"hyper-0",\s*(\[.*?\]),\s*\{"', page(run), re.DOTALL)[1])
    low, high, value = (curve["y"][-1] for curve in drawn)
    assert value == row["hypers"][name]
    assert low < value < high


def test_names_of_a_users_are_shown_and_not_obeyed(run):
    about = run.folder.about
    text = about.read_text()
    about.write_text(text.replace('"name": "tiny"', '"name": "<script>alert(1)</script>"'))
    try:
        html = page(run)
    finally:
        about.write_text(text)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_run_is_shown_in_a_notebook_without_a_script(run):
    shown = run._repr_html_()
    assert "<script" not in shown
    assert "valid_loss" in shown


def test_a_run_without_a_report_has_a_page(run, tmp_path):
    recorded = run.recorded
    early = type(recorded)(recorded.program, recorded.about, [], None, recorded.spec, False)
    html = run_page(early, STANDARD)
    assert "No report was written yet." in html
    assert plots(html) == 0


def test_the_command_writes_a_page_and_over_none(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["report", str(run.path)])
    assert done.output == "run.html\n"
    again = CliRunner().invoke(main, ["report", str(run.path)])
    assert again.exit_code == 4
    assert "--force" in again.output


@needs_browser
def test_a_browser_draws_every_plot_of_a_run(run, tmp_path):
    html = page(run)
    shown = show(html, tmp_path)
    assert shown.error == ""
    assert shown.plots == plots(html) >= 4


@needs_browser
def test_a_browser_draws_every_plot_of_a_study(study, tmp_path):
    html = page(study)
    shown = show(html, tmp_path)
    assert shown.error == ""
    assert shown.plots == plots(html) >= 2


@needs_browser
def test_the_browser_would_have_seen_an_error(tmp_path):
    html = "<html><head></head><body><script>nothing.there()</script></body></html>"
    assert "nothing is not defined" in show(html, tmp_path).error
