"""The language server: pygls carries the messages, the other modules know what to say."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from hypertune.catalogue import Catalogue
from hypertune.editors.completing import completions
from hypertune.editors.formatting import formatted
from hypertune.editors.hovering import hover
from hypertune.editors.navigating import definition, references
from hypertune.editors.protocol import markdown
from hypertune.editors.renaming import CannotRename, renamable, rename
from hypertune.editors.spec_server import SpecServer


class Refused(JsonRpcException):
    """A request that a person must change; the message says how."""

    CODE = types.LSPErrorCodes.RequestFailed.value


def make_server(catalogue: Catalogue) -> SpecServer:
    """A server for specs over these kinds; `start_io` runs it."""
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_fault)
    server = SpecServer(catalogue)
    _keep_up(server)
    _respond(server)
    _change(server)
    return server


def _is_fault(record: logging.LogRecord) -> bool:
    """What is refused is said to the person who asked, without a traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], Refused))


def _keep_up(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.lay(params.text_document.uri)
        server.publish_soon(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.publish_changed()  # what was saved may be included elsewhere

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)


def _respond(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        document = server.document(params.text_document.uri)
        offset, others = document.offset(params.position), server.others(document)
        found = hover(document.reading, offset, others)
        return types.Hover(markdown(found.text), document.range(found.at)) if found else None

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=["(", ",", "=", " "]),
    )
    def completed(params: types.CompletionParams) -> types.CompletionList:
        document = server.document(params.text_document.uri)
        offset = document.offset(params.position)
        return document.completion_list(completions(document.reading, offset), offset)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> types.Location | None:
        document = server.document(params.text_document.uri)
        offset, others = document.offset(params.position), server.others(document)
        found = definition(document.reading, offset, others)
        return server.locations([found])[0] if found else None

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def referred(params: types.ReferenceParams) -> list[types.Location]:
        document = server.document(params.text_document.uri)
        offset, wanted = document.offset(params.position), params.context.include_declaration
        others = server.others(document)
        return server.locations(references(document.reading, offset, wanted, others))


def _change(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepared(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder:
        document = server.document(params.text_document.uri)
        others = server.others(document)
        with _refusing():
            meant = renamable(document.reading, document.offset(params.position), others)
        return types.PrepareRenamePlaceholder(document.range(meant.at), meant.symbol.name)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def renamed(params: types.RenameParams) -> types.WorkspaceEdit:
        document = server.document(params.text_document.uri)
        offset, others = document.offset(params.position), server.others(document)
        with _refusing():
            places = rename(document.reading, offset, params.new_name, others)
        edits: dict[str, list[types.TextEdit]] = {}
        for found in server.locations(places):
            edit = types.TextEdit(found.range, params.new_name)
            edits.setdefault(found.uri, []).append(edit)
        return types.WorkspaceEdit(changes=edits)

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def laid_out(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        document = server.document(params.text_document.uri)
        text = formatted(document.reading)
        if text is None or text == document.reading.text:
            return None
        return [types.TextEdit(document.whole(), text)]


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except CannotRename as why:
        raise Refused(str(why)) from why
