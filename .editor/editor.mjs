// The editor of the playground: CodeMirror with what a spec needs. Bundled to editor.min.js, see package.json.
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { EditorView, Decoration, WidgetType, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { yaml } from "@codemirror/lang-yaml";
import { tags } from "@lezer/highlight";

const putNotes = StateEffect.define();

/** What a line makes, behind its end. */
class Note extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }

  eq(other) {
    return other.text === this.text;
  }

  toDOM() {
    const made = document.createElement("span");
    made.className = "cm-note";
    made.textContent = this.text;
    return made;
  }
}

const notes = StateField.define({
  create: () => Decoration.none,
  update(shown, change) {
    const put = change.effects.find((effect) => effect.is(putNotes));
    return put ? Decoration.set(put.value) : shown.map(change.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colors = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--soft)" },
]);

/** A text with marks. Asks: place, label, changed(text), moved(line). */
export class Editor {
  constructor(place, { label, changed }) {
    this.silent = false;
    const told = EditorView.updateListener.of((update) => {
      if (update.docChanged && !this.silent) changed(this.text);
    });
    this.view = new EditorView({
      parent: place,
      state: EditorState.create({
        extensions: [
          lineNumbers(), foldGutter(), lintGutter(), highlightActiveLine(), highlightActiveLineGutter(), history(), drawSelection(), dropCursor(),
          indentOnInput(), indentUnit.of("  "), bracketMatching(), closeBrackets(), highlightSelectionMatches(), search({ top: true }), yaml(),
          syntaxHighlighting(colors), notes, told,
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off", tabindex: "0" }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
        ],
      }),
    });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  set text(text) {
    this.silent = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, effects: putNotes.of([]) });
    this.silent = false;
  }

  /** Findings with line, column, severity, message; and what lines make, as pairs of line and text. */
  mark(findings, lines) {
    const { doc } = this.view.state;
    const known = (line) => line >= 1 && line <= doc.lines;
    const diagnostics = findings.filter((each) => known(each.line)).map((each) => {
      const line = doc.line(each.line);
      const from = Math.min(line.from + each.column - 1, line.to);
      const token = /^[\w./*-]+/.exec(doc.sliceString(from, line.to));
      const severity = { error: "error", warning: "warning", note: "info" }[each.severity];
      return { from, to: Math.min(from + (token ? token[0].length : 1), doc.length), severity, source: each.rule, message: each.message + (each.hint ? `\n${each.hint}` : "") };
    });
    const shown = lines.filter(([line]) => known(line)).map(([line, text]) =>
      Decoration.widget({ widget: new Note(text), side: 1 }).range(doc.line(line).to));
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics), { effects: putNotes.of(shown) });
  }

  /** Put the cursor there. */
  go(number, column = 1) {
    const { doc } = this.view.state;
    if (number < 1 || number > doc.lines) return;
    const line = doc.line(number);
    const at = Math.min(line.from + column - 1, line.to);
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.view.focus();
  }
}
