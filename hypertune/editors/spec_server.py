"""The server that pygls runs: what it knows of the editor and of the texts on its desk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from posixpath import normpath
from typing import Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from hypertune.catalogue import Catalogue
from hypertune.diagnostics import Diagnostic
from hypertune.editors.desk import Desk
from hypertune.editors.places import Place
from hypertune.editors.positions import Lines
from hypertune.editors.protocol import Document, range_of
from hypertune.editors.reading import Reading
from hypertune.version import installed_version

_PAUSE: Final = 0.1  # seconds without a keystroke before mistakes are looked for


class SpecServer(LanguageServer):
    """Answers for the texts on its desk."""

    def __init__(self, catalogue: Catalogue) -> None:
        # Whole texts: specs are short, and nothing can drift apart.
        super().__init__("hypertune", installed_version(), types.TextDocumentSyncKind.Full)
        self.desk = Desk(catalogue)
        self._uris: dict[str, str] = {}  # of the open texts, by name
        self._reported: dict[str, tuple[Diagnostic, ...]] = {}  # what the editor knows, by uri
        self._due: dict[str, asyncio.TimerHandle] = {}

    def document(self, uri: str) -> Document:
        """The text as it is now, read at most once."""
        reading = self.desk.reading(self.lay(uri))
        return Document(uri, reading, self._lines(reading.text), self.uri)

    def lay(self, uri: str) -> str:
        """Lay the text as it is now on the desk; what it is called there."""
        name = _name(uri)
        self._uris[name] = uri
        self.desk.put(name, self.workspace.get_text_document(uri).source)
        return name

    def others(self, document: Document) -> tuple[Reading, ...]:
        """The other open texts, some of which may share a file with this one."""
        return self.desk.others(document.reading.name)

    def uri(self, name: str) -> str:
        """How the editor calls a text."""
        return self._uris.get(name) or from_fs_path(name) or name

    def locations(self, places: Sequence[Place]) -> list[types.Location]:
        """Places in any texts, in the terms of the editor."""
        lines: dict[str, Lines] = {}
        for place in places:
            if place.name not in lines:
                lines[place.name] = self._lines(self.desk.source(place.name).text)
        return [
            types.Location(self.uri(place.name), range_of(lines[place.name], place.run))
            for place in places
        ]

    def publish(self, uri: str) -> None:
        """Tell the editor what is wrong with a text, and what else is wrong for that."""
        self._forget_due(uri)
        self._tell(uri)
        self.publish_changed()

    def publish_soon(self, uri: str) -> None:
        """The same, unless more is typed in the meantime."""
        self._forget_due(uri)
        loop = asyncio.get_running_loop()
        self._due[uri] = loop.call_later(_PAUSE, self.publish, uri)

    def publish_changed(self) -> None:
        """Tell of every text of which something else is wrong than the editor knows."""
        for uri, reported in tuple(self._reported.items()):
            if self.desk.findings(self.lay(uri)) != reported:
                self._tell(uri)

    def forget(self, uri: str) -> None:
        """Clear the desk of a text, and the editor of its mistakes."""
        self._forget_due(uri)
        name = _name(uri)
        self.desk.take(name)
        self._uris.pop(name, None)
        self._reported.pop(uri, None)
        self._send(uri, [], None)
        self.publish_changed()

    def _tell(self, uri: str) -> None:
        document, number = self.document(uri), self.workspace.get_text_document(uri).version
        self._reported[uri] = self.desk.findings(document.reading.name)
        self._send(uri, [document.diagnostic(found) for found in self._reported[uri]], number)

    def _lines(self, text: str) -> Lines:
        encoding = types.PositionEncodingKind(self.server_capabilities.position_encoding)
        return Lines(text, encoding.value)

    def _forget_due(self, uri: str) -> None:
        due = self._due.pop(uri, None)
        if due is not None:
            due.cancel()

    def _send(self, uri: str, found: list[types.Diagnostic], number: int | None) -> None:
        params = types.PublishDiagnosticsParams(uri, found, number)
        self.text_document_publish_diagnostics(params)


def _name(uri: str) -> str:
    """What a text is called here: its path, where it has one."""
    path = to_fs_path(uri)
    return normpath(path) if path else uri
