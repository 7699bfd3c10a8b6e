"""An editor without a window: pygls' client on the stdin and stdout of a real server."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60
"""Seconds after which an answer is not waited for any more."""


class Editor:
    """One server and what it has published so far."""

    def __init__(self, folder: Path, *, snippets: bool = True, command: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.versions: dict[str, int] = {}
        self.published: dict[str, list[list[types.Diagnostic]]] = {}
        self._news = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.client = LanguageClient("editor", "1")
        self.logged: list[str] = []

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _published(params: types.PublishDiagnosticsParams) -> None:
            self._keep(params)

        @self.client.feature(types.WINDOW_LOG_MESSAGE)
        def _logged(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)

        self._run(self.client.start_io(*(command or (sys.executable, "-m", "cnnplan", "lsp")), cwd=str(folder)))
        item = types.ClientCompletionItemOptions(snippet_support=snippets)
        capabilities = types.ClientCapabilities(
            text_document=types.TextDocumentClientCapabilities(
                completion=types.CompletionClientCapabilities(completion_item=item)
            ),
        )
        self.told: types.InitializeResult = self.ask(
            "initialize_async", types.InitializeParams(capabilities, root_uri=folder.as_uri())
        )
        self.client.initialized(types.InitializedParams())

    def _run(self, waiting: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(waiting, self._loop).result(PATIENCE)

    def _keep(self, params: types.PublishDiagnosticsParams) -> None:
        with self._news:
            self.published.setdefault(params.uri, []).append(list(params.diagnostics))
            self._news.notify_all()

    @property
    def pid(self) -> int:
        """The process of the server."""
        server = self.client._server
        assert server
        return server.pid

    def close(self) -> int | None:
        """Say good-bye as the protocol wants it; the exit code of the server."""
        self._run(self.client.shutdown_async(None))
        self._loop.call_soon_threadsafe(self.client.exit, None)
        server = self.client._server
        code: int | None = self._run(server.wait()) if server else None
        self._run(self.client.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        return code

    def ask(self, method: str, params: Any) -> Any:
        """The answer to a request."""

        async def asked() -> Any:
            return await getattr(self.client, method)(params)

        return self._run(asked())

    def say(self, method: str, params: Any) -> None:
        """A notification."""

        async def said() -> None:
            getattr(self.client, method)(params)

        self._run(said())

    def uri(self, name: str) -> str:
        """The URI of a file of the folder."""
        return name if ":" in name else (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> None:
        """Open a document."""
        self.versions[name] = 1
        item = types.TextDocumentItem(self.uri(name), types.LanguageKind.Yaml, 1, text)
        self.say("text_document_did_open", types.DidOpenTextDocumentParams(item))

    def type(self, name: str, text: str) -> None:
        """Give a document another text."""
        self.versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.say("text_document_did_change", types.DidChangeTextDocumentParams(document, [change]))

    def shut(self, name: str) -> None:
        """Close a document."""
        self.say("text_document_did_close", types.DidCloseTextDocumentParams(self._id(name)))

    def _id(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def diagnostics(self, name: str, at_least: int = 1) -> list[types.Diagnostic]:
        """What was published last of a document, once it has been published so often."""
        uri = self.uri(name)
        with self._news:
            assert self._news.wait_for(lambda: len(self.published.get(uri, ())) >= at_least, PATIENCE)
            return self.published[uri][-1]

    def settled(self, name: str, wanted: Any) -> list[types.Diagnostic]:
        """What was published last, once it is as wanted."""
        uri = self.uri(name)
        with self._news:
            last = lambda: (self.published.get(uri) or [[]])[-1]  # noqa: E731 - a question
            assert self._news.wait_for(lambda: uri in self.published and wanted(last()), PATIENCE), last()
            return last()

    def hints(self, name: str) -> dict[int, str]:
        """The inlay hints by line, from 1."""
        whole = types.Range(types.Position(0, 0), types.Position(9999, 0))
        found = self.ask("text_document_inlay_hint_async", types.InlayHintParams(self._id(name), whole))
        return {hint.position.line + 1: str(hint.label) for hint in found or ()}

    def at(self, method: str, kind: type[Any], name: str, line: int, column: int, **more: Any) -> Any:
        """The answer to a request about a position, counted from 0."""
        params = kind(text_document=self._id(name), position=types.Position(line, column), **more)
        return self.ask(f"text_document_{method}_async", params)

    def of(self, method: str, kind: type[Any], name: str, **more: Any) -> Any:
        """The answer to a request about a document."""
        return self.ask(f"text_document_{method}_async", kind(text_document=self._id(name), **more))


def edited(text: str, edits: list[types.TextEdit]) -> str:
    """A text with edits, of which none lies over another; columns are those of UTF-16."""
    lines = text.split("\n")

    def offset(position: types.Position) -> int:
        before = sum(len(line) + 1 for line in lines[: position.line])
        return before + len(lines[position.line].encode("utf-16-le")[: 2 * position.character].decode("utf-16-le"))

    for edit in sorted(edits, key=lambda each: offset(each.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text
