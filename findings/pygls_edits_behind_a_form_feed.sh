#!/usr/bin/env bash
# An edit behind a form feed, in pygls: which line does it land on?
#
# The Language Server Protocol ends lines with \n, \r\n and \r, and with nothing else. pygls splits a document with
# str.splitlines, which also ends lines at a form feed, a vertical tab, U+0085, U+2028 and U+2029. An editor that sends
# edits by range counts lines as the protocol does; behind such a character the server then puts every edit one line
# too high, and its text is another than the editor's from there on. cnnplan's server asks for whole texts.
#
# Seen on 2026-11-29 with pygls 2.1.1: the 2 of `b: 2` is to become 5, and a letter of the comment above it does.
# Exits with 1 if that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pygls==2.1.1
"$folder/venv/bin/python" - <<'PYTHON'
from lsprotocol import types
from pygls.workspace import TextDocument

text = "a: 1  # a form feed \x0c in a comment\nb: 2\n"
document = TextDocument("file:///x.yaml", text, language_id="yaml", version=1)
place = types.Range(types.Position(1, 3), types.Position(1, 4))
document.apply_change(types.TextDocumentContentChangePartial(range=place, text="5"))
print("before  ", repr(text))
print("wanted  ", repr(text.replace("2", "5")))
print("received", repr(document.source))
raise SystemExit(0 if document.source == "a: 1  # a form feed \x0c in5a comment\nb: 2\n" else 1)
PYTHON
