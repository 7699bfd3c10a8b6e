"""Whole sessions: a broken spec is opened, told what is wrong, mended by a code action, and shows its shapes."""

from __future__ import annotations

from lsprotocol import types

from tests.lsp.editor import edited

BROKEN = """\
cnnplan: 1
name: small
symbols:
  N: 1
  H: {default: 64, min: 32}
  W: {default: 96, min: 32}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 16, kernal_size: 3, padding: 1}
    name: stem
  - max_pool: {kernel_size: 2}
  - conv: {out_channels: 24, kernel_size: 3, padding: 1}
  - relu
  - conv: {out_channels: 10, kernel_size: 1}
"""


def actions(editor, name, found):
    context = types.CodeActionContext(diagnostics=[found])
    params = types.CodeActionParams(types.TextDocumentIdentifier(editor.uri(name)), found.range, context)
    return editor.ask("text_document_code_action_async", params) or ()


def told(diagnostics):
    for each in diagnostics:
        start, end = each.range.start, each.range.end
        where = f"{start.line + 1}:{start.character + 1}-{end.character + 1}"
        yield f"  {where} {each.severity.name.lower()} {each.code}: " + each.message.replace("\n", "\n      ")


def test_a_broken_spec_is_mended(editor, expected):
    said = ["open small.yaml"]
    editor.open("small.yaml", BROKEN)
    (fault,) = editor.settled("small.yaml", bool)
    said += [*told([fault]), "shapes"]
    said += [f"  {line}: {text}" for line, text in editor.hints("small.yaml").items()]
    said.append("code actions")
    found = actions(editor, "small.yaml", fault)
    said += [f"  {each.title}{' (preferred)' if each.is_preferred else ''}" for each in found]
    edits = found[0].edit.changes[editor.uri("small.yaml")]
    said += [f"apply: line {each.range.start.line + 1}: {each.new_text}" for each in edits]
    mended = edited(BROKEN, list(edits))
    editor.published.clear()
    editor.type("small.yaml", mended)
    said += [
        "diagnostics",
        *(list(told(editor.settled("small.yaml", lambda found: not found))) or ["  none"]),
        "shapes",
    ]
    said += [f"  {line}: {text}" for line, text in editor.hints("small.yaml").items()]
    said += ["totals"]
    said += [f"  {each.command.title}" for each in editor.of("code_lens", types.CodeLensParams, "small.yaml")]
    expected("\n".join(said) + "\n", "session.txt")


BLOCKS = """\
cnnplan: 1
blocks:
  unit:
    args: {width: required, stride: 1}
    layers:
      - conv: {out_channels: width, kernel_size: 3, stride: stride, padding: 1, bias: false}
      - relu
"""
NET = """\
cnnplan: 1
symbols: {N: 2, H: 34, W: 40}
input: [N, 3, H, W]
include: [parts/blocks.yaml]
layers:
  - unit: {width: 8}
  - unit: {width: 16, stride: 2}
"""


def test_an_included_file_is_seen_as_it_is_open(editor):
    (editor.folder / "parts").mkdir()
    (editor.folder / "parts/blocks.yaml").write_text(BLOCKS, encoding="utf-8")
    editor.open("net.yaml", NET)
    assert editor.diagnostics("net.yaml") == []
    assert editor.hints("net.yaml")[7].startswith("2 x 16 x 17 x 20 ")
    editor.open("parts/blocks.yaml", BLOCKS)
    assert editor.hints("parts/blocks.yaml")[6].startswith("2 times: 2 x 8 x 34 x 40 ... 2 x 16 x 17 x 20 ")

    editor.type("parts/blocks.yaml", BLOCKS.replace("padding: 1", "padding: 0"))
    assert editor.hints("net.yaml")[7].startswith("2 x 16 x 15 x 18 ")

    editor.published.clear()
    editor.type("parts/blocks.yaml", BLOCKS.replace("stride: stride", "stride: strid"))
    found = editor.settled("parts/blocks.yaml", bool)
    assert {(each.range.start.line, each.code) for each in found} == {(5, "CNN015")}

    editor.shut("parts/blocks.yaml")
    assert editor.hints("net.yaml")[7].startswith("2 x 16 x 17 x 20 ")


def test_an_included_file_that_is_saved_is_read_again(editor):
    blocks = editor.folder / "parts/blocks.yaml"
    blocks.parent.mkdir()
    editor.open("net.yaml", NET)
    assert {each.code for each in editor.settled("net.yaml", bool)} == {"CNN005", "CNN010"}
    blocks.write_text(BLOCKS, encoding="utf-8")
    event = types.FileEvent(blocks.as_uri(), types.FileChangeType.Created)
    editor.say("workspace_did_change_watched_files", types.DidChangeWatchedFilesParams([event]))
    assert editor.settled("net.yaml", lambda told: not told) == []
    assert editor.hints("net.yaml")[7].startswith("2 x 16 x 17 x 20 ")


def test_names_lead_through_the_files(editor):
    (editor.folder / "parts").mkdir()
    (editor.folder / "parts/blocks.yaml").write_text(BLOCKS, encoding="utf-8")
    editor.open("net.yaml", NET)
    blocks = editor.uri("parts/blocks.yaml")

    (found,) = editor.at("definition", types.DefinitionParams, "net.yaml", 5, 6)
    assert (found.uri, found.range.start.line) == (blocks, 2)
    (argument,) = editor.at("definition", types.DefinitionParams, "net.yaml", 6, 24)
    assert (argument.uri, argument.range.start.line) == (blocks, 3)
    (file,) = editor.at("definition", types.DefinitionParams, "net.yaml", 3, 14)
    assert file.uri == blocks
    (link,) = editor.of("document_link", types.DocumentLinkParams, "net.yaml")
    assert (link.target, link.range.start.character, link.range.end.character) == (blocks, 10, 27)

    renamed = editor.at("rename", types.RenameParams, "net.yaml", 5, 6, new_name="part").changes
    assert {uri: len(edits) for uri, edits in renamed.items()} == {editor.uri("net.yaml"): 2, blocks: 1}
    renamed = editor.at("rename", types.RenameParams, "net.yaml", 6, 24, new_name="by").changes
    assert {uri: len(edits) for uri, edits in renamed.items()} == {editor.uri("net.yaml"): 1, blocks: 2}
    items = editor.at("completion", types.CompletionParams, "net.yaml", 6, 11).items
    assert {"width", "stride"} <= {item.label for item in items} or items == ()


def test_what_check_says_comes_after_a_pause_and_stays_while_one_types(editor):
    text = (
        "cnnplan: 1\nsymbols: {N: 2, H: 34, W: 40, unused: 3}\ninput: [N, 3, H, W]\n"
        "layers:\n  - conv: {out_channels: 4, kernel_size: 3}\n  - batch_norm\n"
    )
    editor.open("net.yaml", text)
    found = editor.settled("net.yaml", bool)
    assert editor.published[editor.uri("net.yaml")][0] == []
    assert {each.code for each in found} == {"CNN207", "CNN210"}
    faded = next(each for each in found if each.code == "CNN207")
    assert faded.tags == (types.DiagnosticTag.Unnecessary,)

    editor.published.clear()
    editor.type("net.yaml", text.replace("layers:", "\n\nlayers:"))
    assert editor.diagnostics("net.yaml")
    first = editor.published[editor.uri("net.yaml")][0]
    assert {(each.code, each.range.start.line) for each in first} == {("CNN207", 1), ("CNN210", 6)}


def test_of_other_yaml_nothing_is_said(editor):
    editor.open("compose.yaml", "services:\n  web: {image: nginx}\nlayers: [conv]\n")
    editor.open("net.yaml", NET.replace("include", "inclde"))
    assert editor.diagnostics("net.yaml")
    assert editor.uri("compose.yaml") not in editor.published
    assert editor.hints("compose.yaml") == {}


def test_the_architecture_files_of_others_are_read(editor):
    text = (
        "nc: 10\nscales:\n  n: [0.33, 0.25, 1024]\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\n"
        "  - [-1, 1, Conv, [128, 3, 2]]\nhead:\n  - [[-1], 1, Detect, [nc]]\n"
    )
    editor.open("yolo.yaml", text)
    assert editor.diagnostics("yolo.yaml") == []
    hints = editor.hints("yolo.yaml")
    assert hints[5].startswith("1 x 16 x 320 x 320 · 464 params")
    assert hints[6].startswith("1 x 32 x 160 x 160 ")
    assert "1 x 32 x 160 x 160" in editor.at("hover", types.HoverParams, "yolo.yaml", 5, 14).contents.value
    assert editor.at("completion", types.CompletionParams, "yolo.yaml", 5, 14).items == ()
    editor.type("yolo.yaml", text.replace("128, 3, 2]]", "128, 3, 2]"))
    assert editor.settled("yolo.yaml", bool)
    editor.type("yolo.yaml", text.replace("[-1, 1, Conv, [128", "[-1, 1, Konv, [128"))
    found = editor.settled("yolo.yaml", lambda told: any("Konv" in each.message for each in told))
    assert found[0].range.start.line == 5


def test_without_pygls_it_says_what_to_install(python):
    code = "import sys; sys.modules['pygls'] = None; sys.argv[1:] = ['lsp']; from cnnplan.cli import main; main()"
    ended = python("-c", code)
    assert ended.returncode == 2
    assert ended.stderr == "cnnplan: cnnplan lsp needs the package pygls: pip install 'cnnplan[lsp]'\n"
    assert ended.stdout == ""
