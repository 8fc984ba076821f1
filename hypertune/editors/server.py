"""The language server: pygls carries the messages, the other modules know the answers."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from hypertune.catalogue import Catalogue
from hypertune.editors.completing import completions
from hypertune.editors.formatting import formatted
from hypertune.editors.hovering import hover
from hypertune.editors.navigating import (
    CannotRename,
    Meant,
    definition,
    references,
    renamable,
    rename,
)
from hypertune.editors.positions import Lines
from hypertune.editors.protocol import Document, markdown
from hypertune.editors.reading import Reading, read
from hypertune.version import installed_version

_PAUSE: Final = 0.1  # seconds without a keystroke before mistakes are looked for


class Refused(JsonRpcException):
    """A request that a person must change; the message says how."""

    CODE = types.LSPErrorCodes.RequestFailed.value


class SpecServer(LanguageServer):
    """Keeps a reading of every open text."""

    def __init__(self, catalogue: Catalogue) -> None:
        # Whole texts: specs are short, and nothing can drift apart.
        super().__init__("hypertune", installed_version(), types.TextDocumentSyncKind.Full)
        self.catalogue = catalogue
        self._readings: dict[str, Reading] = {}
        self._due: dict[str, asyncio.TimerHandle] = {}

    def document(self, uri: str) -> Document:
        """The text as it is now, read at most once."""
        found, before = self.workspace.get_text_document(uri), self._readings.get(uri)
        if before is None or before.text != found.source:
            name = to_fs_path(uri) or uri
            before = self._readings[uri] = read(found.source, name, self.catalogue, before)
        encoding = types.PositionEncodingKind(self.server_capabilities.position_encoding)
        return Document(uri, before, Lines(before.text, encoding.value))

    def publish(self, uri: str) -> None:
        """Tell the editor what is wrong with a text."""
        self._forget_due(uri)
        number = self.workspace.get_text_document(uri).version
        self._send(uri, self.document(uri).diagnostics(), number)

    def publish_soon(self, uri: str) -> None:
        """The same, unless more is typed in the meantime."""
        self._forget_due(uri)
        loop = asyncio.get_running_loop()
        self._due[uri] = loop.call_later(_PAUSE, self.publish, uri)

    def read_again(self) -> None:
        """Look anew at every text that depends on others."""
        for uri, reading in tuple(self._readings.items()):
            if reading.includes:
                anew = read(reading.text, reading.name, self.catalogue, reading)
                self._readings[uri] = anew
                self.publish(uri)

    def forget(self, uri: str) -> None:
        self._forget_due(uri)
        self._readings.pop(uri, None)
        self._send(uri, [], None)

    def _forget_due(self, uri: str) -> None:
        due = self._due.pop(uri, None)
        if due is not None:
            due.cancel()

    def _send(self, uri: str, found: list[types.Diagnostic], number: int | None) -> None:
        params = types.PublishDiagnosticsParams(uri, found, number)
        self.text_document_publish_diagnostics(params)


def make_server(catalogue: Catalogue) -> SpecServer:
    """A server that answers for specs over these kinds; `start_io` runs it."""
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_fault)
    server = SpecServer(catalogue)
    _keep_up(server)
    _answer(server)
    _change(server)
    return server


def _is_fault(record: logging.LogRecord) -> bool:
    """What is refused is told to the person who asked; no traceback tells it again."""
    return not (record.exc_info and isinstance(record.exc_info[1], Refused))


def _keep_up(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.publish(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.publish_soon(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.read_again()  # what was saved may be included elsewhere

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)


def _answer(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        document = server.document(params.text_document.uri)
        found = hover(document.reading, document.offset(params.position))
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
        found = definition(document.reading, document.offset(params.position))
        return document.location(found) if found else None

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def referred(params: types.ReferenceParams) -> list[types.Location]:
        document = server.document(params.text_document.uri)
        offset, wanted = document.offset(params.position), params.context.include_declaration
        return list(map(document.location, references(document.reading, offset, wanted)))


def _change(server: SpecServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepared(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder:
        document = server.document(params.text_document.uri)
        meant = _renamable(document, params.position)
        return types.PrepareRenamePlaceholder(document.range(meant.at), meant.symbol.name)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def renamed(params: types.RenameParams) -> types.WorkspaceEdit:
        document = server.document(params.text_document.uri)
        try:
            runs = rename(document.reading, document.offset(params.position), params.new_name)
        except CannotRename as why:
            raise Refused(str(why)) from why
        edits = [types.TextEdit(document.range(run), params.new_name) for run in runs]
        return types.WorkspaceEdit(changes={document.uri: edits})

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def laid_out(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        document = server.document(params.text_document.uri)
        text = formatted(document.reading)
        if text is None or text == document.reading.text:
            return None
        return [types.TextEdit(document.whole(), text)]


def _renamable(document: Document, position: types.Position) -> Meant:
    try:
        return renamable(document.reading, document.offset(position))
    except CannotRename as why:
        raise Refused(str(why)) from why
