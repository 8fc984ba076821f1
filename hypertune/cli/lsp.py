"""`hypertune lsp`."""

from __future__ import annotations

import click

from hypertune.cli.catalogues import catalogue_of, catalogue_option


@click.command("lsp")
@catalogue_option
def command(catalogue_name: str) -> None:
    """Serve an editor over stdin and stdout: mistakes, hover, completion, rename, layout."""
    try:
        from hypertune.editors.server import make_server
    except ModuleNotFoundError as missing:
        if missing.name not in ("pygls", "lsprotocol"):
            raise
        why = "the language server needs pygls: pip install 'hypertune-stn[lsp]'"
        raise click.UsageError(why) from missing
    make_server(catalogue_of(catalogue_name)).start_io()
