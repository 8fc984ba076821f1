"""`hypertune plan`."""

from __future__ import annotations

import json
import re

import click

from hypertune.catalogue import Catalogue
from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled, set_option, tune_block
from hypertune.ir import Program
from hypertune.lowering import place
from hypertune.overrides import Setting
from hypertune.planning import plan, plan_json, print_plan
from hypertune.spec_files import read_spec
from hypertune.terminal import visible_lines


@click.command("plan")
@click.argument("spec")
@click.option("--tune", "tune_name", metavar="NAME", default="", help="The tune block to plan.")
@click.option(
    "--devices",
    metavar="D,D",
    default="",
    help="Place the layers as on a machine with these, such as `cpu,cuda:0,cuda:1`.",
)
@click.option("--json", "as_object", is_flag=True, help="One JSON object, memory in bytes.")
@set_option
@catalogue_option
def command(
    spec: str,
    tune_name: str,
    devices: str,
    as_object: bool,
    overrides: tuple[Setting, ...],
    catalogue_name: str,
) -> None:
    """Say what SPEC will take: parameters, FLOPs, memory, steps. Nothing is run."""
    catalogue = catalogue_of(catalogue_name)
    program = compiled(read_spec(spec), overrides, catalogue).program
    if tune_name:
        tune_block(program, tune_name)
    if devices:
        program = _placed(program, catalogue, _devices(devices))
    found = plan(program, catalogue, tune_name)
    click.echo(json.dumps(plan_json(found)) if as_object else visible_lines(print_plan(found)))


def _devices(listed: str) -> tuple[str, ...]:
    devices = tuple(device.strip() for device in listed.split(","))
    for device in devices:
        if not re.fullmatch(r"cpu|mps|(cuda|xpu):\d+", device):
            why = f"{device!r} is no device; write such as cpu,cuda:0,cuda:1"
            raise click.BadParameter(why, param_hint="--devices")
    return devices


def _placed(program: Program, catalogue: Catalogue, devices: tuple[str, ...]) -> Program:
    accelerators = [device for device in devices if device != "cpu"]
    return place(program, catalogue, devices, (*accelerators, "cpu")[0])
