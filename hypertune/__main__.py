"""`python -m hypertune` is the command `hypertune`."""

from hypertune.cli import main

main(prog_name="hypertune")
