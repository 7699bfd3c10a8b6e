"""The server: what an editor says is put into documents, what it asks is asked of a feature, one file each."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.workspace.position_codec import PositionCodec

from cnnplan.lsp.code_actions import code_actions
from cnnplan.lsp.code_lens import code_lenses
from cnnplan.lsp.completion import completion
from cnnplan.lsp.diagnostics import at_once, kept, told
from cnnplan.lsp.hover import hover
from cnnplan.lsp.inlay_hints import inlay_hints
from cnnplan.lsp.judging import Judge, Question
from cnnplan.lsp.navigation import definition, highlights, references
from cnnplan.lsp.rename import prepare_rename, rename
from cnnplan.lsp.semantic_tokens import LEGEND, semantic_tokens
from cnnplan.lsp.session import Session
from cnnplan.lsp.signature_help import signature_help
from cnnplan.lsp.structure import folding, links, outline
from cnnplan.release import version

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.lsp.documents import Document

    Feature = Callable[[Session, Document, Any], Any]

__all__ = ["FEATURES", "server"]

PAUSE = 0.25
"""Seconds without an edit after which all is said that `check` says."""

FEATURES: dict[str, tuple[Feature, Any]] = {
    types.TEXT_DOCUMENT_INLAY_HINT: (inlay_hints, None),
    types.TEXT_DOCUMENT_HOVER: (hover, None),
    types.TEXT_DOCUMENT_COMPLETION: (completion, types.CompletionOptions([" ", "{", ",", ":", '"', "."])),
    types.TEXT_DOCUMENT_SIGNATURE_HELP: (signature_help, types.SignatureHelpOptions(["{", "(", ",", ":"])),
    types.TEXT_DOCUMENT_DEFINITION: (definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (references, None),
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: (highlights, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (prepare_rename, None),
    types.TEXT_DOCUMENT_RENAME: (rename, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_FOLDING_RANGE: (folding, None),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (outline, None),
    types.TEXT_DOCUMENT_DOCUMENT_LINK: (links, None),
    types.TEXT_DOCUMENT_CODE_LENS: (code_lenses, None),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (semantic_tokens, LEGEND),
}
"""What can be asked, and who answers."""


class CnnplanServer(LanguageServer):
    """One editor's server."""

    def __init__(self) -> None:
        super().__init__("cnnplan", version(), text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.session = Session()
        self.judge = Judge()
        self.pending: dict[str, asyncio.Task[None]] = {}
        self.published: dict[str, dict[str, list[types.Diagnostic]]] = {}

    def changed(self, uri: str, text: str) -> None:
        """A document is opened, or has another text."""
        before = self.session.documents.get(uri)
        document = self.session.put(uri, text)
        if not document.is_ours:
            self.forget(uri)
            return
        try:
            if before is not None and document.postpone():
                document.remarks = kept(document, before)
            else:
                self.tell(document, at_once(document, before))
        except Exception as error:  # noqa: BLE001 - whatever it is, the server lives on
            self.failed("diagnostics", error)
        for other in (document, *self.session.resting_on(document)):
            self.later(other)

    def saved(self, uri: str) -> None:
        """A file has changed that nobody has open: those that include it are looked at again."""
        for other in self.session.saved(uri):
            self.changed(other.uri, other.text)

    def forget(self, uri: str) -> None:
        """Say nothing of a document any more."""
        task = self.pending.pop(uri, None)
        if task is not None:
            task.cancel()
        self.publish(uri, {})

    def closed(self, uri: str) -> None:
        """A document is closed: nothing is said of it any more."""
        document = self.session.documents.get(uri)
        resting = self.session.resting_on(document) if document else []
        self.session.close(uri)
        self.forget(uri)
        for other in resting:
            self.later(self.session.documents[other.uri])

    def later(self, document: Document) -> None:
        """Say all that `check` says, once nobody types any more."""
        task = self.pending.pop(document.uri, None)
        if task is not None:
            task.cancel()
        self.pending[document.uri] = asyncio.get_running_loop().create_task(self.judged(document.uri))

    async def judged(self, uri: str) -> None:
        """Wait, ask, and say it."""
        await asyncio.sleep(PAUSE)
        document = self.session.documents.get(uri)
        if document is None:
            return
        if document.is_postponed:
            document.settle()
            self.tell(document, document.analysis.findings or document.remarks)
            self.refresh()
        found = await self.judge.ask(Question(document.whole))
        if found is not None and self.session.documents.get(uri) is document:
            document.remarks = found
            self.tell(document, found)

    def refresh(self) -> None:
        """Ask the editor to ask for the hints anew, if it can."""
        workspace = self.client_capabilities.workspace
        if workspace and workspace.inlay_hint and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def tell(self, document: Document, findings: tuple[Any, ...]) -> None:
        """Publish what was found in a document."""
        self.publish(document.uri, told(self.session, document, findings))

    def publish(self, root: str, found: dict[str, list[types.Diagnostic]]) -> None:
        """Publish the diagnostics that a document gives rise to, for every file that they are about."""
        before = self.published.pop(root, {})
        if found:
            self.published[root] = found
        for uri in dict.fromkeys((*before, *found)):
            whole = [each for of_root in self.published.values() for each in of_root.get(uri, ())]
            distinct = {(str(each.range), each.message, str(each.code)): each for each in whole}
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, list(distinct.values())))

    def ask(self, feature: Feature, params: Any) -> Any:
        """What a feature answers; nothing where it fails, which is written to the log."""
        document = self.session.documents.get(params.text_document.uri)
        if document is None or not (document.is_ours or not document.text.strip()):
            return None
        try:
            return feature(self.session, document, params)
        except JsonRpcException:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the server lives on
            self.failed(feature.__name__, error)
            return None

    def failed(self, what: str, error: Exception) -> None:
        """Tell the editor's log what went wrong here."""
        text = "".join(traceback.format_exception(error))
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, f"{what}: {text}"))


def server() -> CnnplanServer:
    """A server with every feature."""
    made = CnnplanServer()

    @made.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        text = params.capabilities.text_document
        items = text.completion.completion_item if text and text.completion else None
        made.session.snippets = bool(items and items.snippet_support)

    @made.feature(types.INITIALIZED)
    async def _initialized(params: types.InitializedParams) -> None:
        del params
        made.session.codec = PositionCodec(made.server_capabilities.position_encoding)
        await made.judge.start()

    @made.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix]))
    async def _acted(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = made.session.documents.get(params.text_document.uri)
        return await code_actions(made.session, made.judge, document, params) if document else []

    @made.feature(types.SHUTDOWN)
    def _ended(*_: Any) -> None:
        made.judge.end()

    _follow(made)
    for name, (feature, options) in FEATURES.items():
        made.feature(name, options)(_asked(made, feature))
    return made


def _follow(made: CnnplanServer) -> None:
    """Hear of what is opened, typed, closed and saved."""

    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _opened(params: types.DidOpenTextDocumentParams) -> None:
        made.changed(params.text_document.uri, params.text_document.text)

    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _changed(params: types.DidChangeTextDocumentParams) -> None:
        made.changed(params.text_document.uri, params.content_changes[-1].text)

    @made.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(params: types.DidCloseTextDocumentParams) -> None:
        made.closed(params.text_document.uri)

    @made.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _saved(params: types.DidChangeWatchedFilesParams) -> None:
        for change in params.changes:
            made.saved(change.uri)


def _asked(made: CnnplanServer, feature: Feature) -> Callable[[Any], Any]:
    """A feature as the server calls it."""

    def asked(params: Any) -> Any:
        return made.ask(feature, params)

    return asked
