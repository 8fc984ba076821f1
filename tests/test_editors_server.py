"""The language server answers a client over pipes.

A file under `sessions/` is a recorded session: a line `== COMMAND` for what the editor does,
below it what the server answers. Places are those of the first occurrence of a text between
backticks, shown as line and column from 0, as the protocol counts them; those of another text
than the one at hand begin with its name.

`write` writes a file, `open` opens a text, `turn` goes to one that is open, `save` writes it;
`hear` is for what the server says of a text unasked. Without a name, that of the session is meant.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from lsp_client import Client

SESSIONS = sorted((Path(__file__).parent / "sessions").glob("*.session"))
WRONG = "hspec 1\nlet \U0001d54f = 1\n"  # no name, and two units of UTF-16

_QUOTED = re.compile(r"`([^`]*)`")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    started = Client.start()
    started.initialize()
    yield started
    assert started.close() == (0, "")


@define
class Session:
    """An editor with texts of a folder open, one of them at hand."""

    client: Client
    folder: Path
    name: str
    texts: dict[str, str] = field(factory=dict)
    versions: dict[str, int] = field(factory=dict)

    @property
    def uri(self) -> str:
        return (self.folder / self.name).as_uri()

    @property
    def text(self) -> str:
        return self.texts[self.name]

    def do(self, command: str, text: str) -> str:
        """What the editor does; what it is told."""
        left, right, *_ = [*_QUOTED.findall(command.replace("\\n", "\n")), "", ""]
        match command.split()[0]:
            case "write":
                return self._written(left, text)
            case "open":
                self.name = left or self.name
                return self._opened(text)
            case "turn":
                self.name = left
                return ""
            case "save":
                return self._saved()
            case "hear":
                return self._diagnostics(left)
            case "replace":
                return self._changed(self.text.replace(left, right, 1))
            case "hover":
                return self._hover(left)
            case "complete":
                return self._complete(left)
            case "definition":
                return self._place(self._ask("definition", left)["result"])
            case "references":
                found = self._ask("references", left, context={"includeDeclaration": True})
                return "\n".join(map(self._place, found["result"])) or "nowhere"
            case "rename":
                return self._rename(left, right)
            case "format":
                return self._format()
        raise AssertionError(command)

    def _written(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return f"{text}--"

    def _saved(self) -> str:
        self._written(self.name, self.text)
        self.client.notify("textDocument/didSave", {"textDocument": {"uri": self.uri}})
        return ""

    def _opened(self, text: str) -> str:
        self.texts[self.name], self.versions[self.name] = text, 0
        item = {"uri": self.uri, "languageId": "hspec", "version": 0, "text": text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})
        return f"{text}--\n{self._diagnostics()}"

    def _changed(self, text: str) -> str:
        self.texts[self.name] = text
        self.versions[self.name] += 1
        params = {
            "textDocument": {"uri": self.uri, "version": self.versions[self.name]},
            "contentChanges": [{"text": text}],
        }
        self.client.notify("textDocument/didChange", params)
        return self._diagnostics()

    def _diagnostics(self, name: str = "") -> str:
        found = self.client.next_notification("textDocument/publishDiagnostics")
        assert found["uri"] == (self.folder / (name or self.name)).as_uri()
        assert found["version"] == self.versions[name or self.name]
        said = "\n".join(map(_diagnostic, found["diagnostics"])) or "no diagnostics"
        return said.replace(f"{self.folder}/", "")

    def _ask(self, what: str, where: str, after: bool = False, **more: Any) -> dict[str, Any]:
        offset = self.text.index(where) + len(where) * after
        line = self.text.count("\n", 0, offset)
        column = offset - self.text.rfind("\n", 0, offset) - 1
        place = {"line": line, "character": column}
        params = {"textDocument": {"uri": self.uri}, "position": place, **more}
        return self.client.request(f"textDocument/{what}", params)

    def _hover(self, where: str) -> str:
        found = self._ask("hover", where)["result"]
        return f"{_range(found['range'])}\n{found['contents']['value']}" if found else "nothing"

    def _complete(self, where: str) -> str:
        found = self._ask("completion", where, after=True)["result"]["items"]
        return ", ".join(item["textEdit"]["newText"].strip() for item in found) or "nothing"

    def _rename(self, where: str, name: str) -> str:
        answer = self._ask("rename", where, newName=name)
        if "error" in answer:
            return f"refused: {answer['error']['message']}"
        return "\n".join(
            f"{self._place({'uri': uri, **edit})} {edit['newText']}"
            for uri, edits in answer["result"]["changes"].items()
            for edit in edits
        )

    def _format(self) -> str:
        options = {"tabSize": 2, "insertSpaces": True}
        params = {"textDocument": {"uri": self.uri}, "options": options}
        edits = self.client.request("textDocument/formatting", params)["result"]
        return "\n".join(f"{_range(e['range'])}\n{e['newText']}" for e in edits or ()) or "nothing"

    def _place(self, found: dict[str, Any] | None) -> str:
        if found is None:
            return "nowhere"
        elsewhere = found["uri"] != self.uri
        name = found["uri"].removeprefix(f"{self.folder.as_uri()}/")
        return f"{name} {_range(found['range'])}" if elsewhere else _range(found["range"])


def _range(found: dict[str, Any]) -> str:
    start, end = found["start"], found["end"]
    return f"{start['line']}:{start['character']}-{end['line']}:{end['character']}"


def _diagnostic(found: dict[str, Any]) -> str:
    assert found["source"] == "hypertune"
    severity = {1: "error", 2: "warning"}[found["severity"]]
    head = f"{_range(found['range'])} {severity} {found['code']}: {found['message']}"
    notes = [
        f"see {_range(note['location']['range'])}: {note['message']}"
        for note in found["relatedInformation"]
    ]
    return "\n".join([head, *notes])


def _replayed(script: str, session: Session) -> str:
    """The session as it goes now."""
    out = []
    for step in script.split("== ")[1:]:
        command, _, below = step.partition("\n")
        # A text that is given ends with a line `--`; its mistakes stand below.
        text = below.partition("--\n")[0]
        out.append(f"== {command}\n{session.do(command, text).rstrip()}\n\n")
    return "".join(out)


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_a_session_goes_as_it_was_recorded(
    path: Path, client: Client, tmp_path: Path, matches_golden: Callable[[str, Path], None]
) -> None:
    session = Session(client, tmp_path, f"{path.stem}.hspec")
    matches_golden(_replayed(path.read_text(encoding="utf-8"), session), path)


def _opened(client: Client, uri: str, text: str) -> list[dict[str, Any]]:
    item = {"uri": uri, "languageId": "hspec", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": item})
    found = client.next_notification("textDocument/publishDiagnostics")
    while found["uri"] != uri:  # one that another text was still owed
        found = client.next_notification("textDocument/publishDiagnostics")
    return list(found["diagnostics"])


def test_columns_count_units_of_utf_16(client: Client) -> None:
    found = _opened(client, "file:///specs/wide.hspec", WRONG)[0]
    assert _range(found["range"]) == "1:4-1:6"


def test_columns_count_the_units_that_the_editor_prefers() -> None:
    other = Client.start()
    told = other.initialize(general={"positionEncodings": ["utf-8"]})
    assert told["capabilities"]["positionEncoding"] == "utf-8"
    found = _opened(other, "file:///specs/wide.hspec", WRONG)[0]
    assert _range(found["range"]) == "1:4-1:8"
    assert other.close() == (0, "")


def test_a_text_that_is_closed_has_no_mistakes(client: Client) -> None:
    uri = "file:///specs/closed.hspec"
    assert _opened(client, uri, "hspec 2\n")
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert client.next_notification("textDocument/publishDiagnostics")["diagnostics"] == []


def test_a_text_without_a_file_is_read_as_well(client: Client) -> None:
    assert _opened(client, "untitled:Untitled-1", "hspec 2\n")[0]["severity"] == 1


def test_a_mistake_in_an_included_file_is_told_where_that_is_included(
    client: Client, tmp_path: Path
) -> None:
    part = tmp_path / "part.hspec"
    part.write_text("hspec 1\nlet width = heigth\n", encoding="utf-8")
    found = _opened(client, (tmp_path / "all.hspec").as_uri(), 'hspec 1\ninclude "part.hspec"\n')
    told = next(mistake for mistake in found if "heigth" in mistake["message"])
    assert _range(told["range"]) == "1:8-1:20"
    place = told["relatedInformation"][0]["location"]
    assert (place["uri"], _range(place["range"])) == (part.as_uri(), "1:12-1:18")

    part.write_text("hspec 1\nlet width = 3\n", encoding="utf-8")
    client.notify("textDocument/didSave", {"textDocument": {"uri": part.as_uri()}})
    after = client.next_notification("textDocument/publishDiagnostics")["diagnostics"]
    assert after
    assert not [mistake for mistake in after if "heigth" in mistake["message"]]


def test_prepared_renames_show_the_name(client: Client) -> None:
    uri = "file:///specs/prepared.hspec"
    _opened(client, uri, "hspec 1\nlet width = 3\n")
    place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 6}}
    answer = client.request("textDocument/prepareRename", place)["result"]
    assert (answer["placeholder"], _range(answer["range"])) == ("width", "1:4-1:9")
    place["position"] = {"line": 0, "character": 1}
    answer = client.request("textDocument/prepareRename", place)
    assert answer["error"]["message"] == "only names that this spec declares can be changed"


def test_the_end_of_the_editor_is_the_end_of_the_server() -> None:
    client = Client.start()
    client.initialize()
    assert client.process.communicate()[0] == b""
    assert client.process.returncode == 0


def test_a_server_without_pygls_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from hypertune.cli import main

    for name in [name for name in sys.modules if name.startswith("hypertune.editors")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    monkeypatch.setitem(sys.modules, "pygls", None)
    result = CliRunner().invoke(main, ["lsp"])
    assert result.exit_code == 2
    assert "pip install 'hypertune-stn[lsp]'" in result.output
