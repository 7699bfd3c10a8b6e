// Loads the extension with a vscode that is not there: whatever it asks for is a class, and what it starts is real.
const Module = require("node:module");
const [, , extension, ...command] = process.argv;

class Emitter {
  constructor() { this.event = () => ({ dispose() {} }); }
  fire() {}
  dispose() {}
}
const nothing = () => ({ dispose() {} });
const registered = [];
const vscode = {
  EventEmitter: Emitter,
  Disposable: class { constructor(end) { this.dispose = end ?? (() => {}); } static from() { return new this(); } },
  CancellationTokenSource: class { token = { isCancellationRequested: false, onCancellationRequested: nothing }; dispose() {} cancel() {} },
  Uri: { parse: String, file: String },
  CodeActionKind: { Empty: { append() { return this; } } },
  version: "1.91.0",
  env: { appName: "none", language: "en" },
  commands: { registerCommand: (name) => { registered.push(name); return nothing(); } },
  languages: anything({ createDiagnosticCollection: () => ({ set() {}, delete() {}, clear() {}, dispose() {} }), match: () => 10 }),
  window: anything({
    showErrorMessage: (text) => fail(text), createOutputChannel: () => anything({}), visibleTextEditors: [], tabGroups: anything({ all: [] }),
    state: { focused: true },
  }),
  workspace: anything({
    getConfiguration: () => ({ get: (_, other) => (command.length ? command : other) }),
    textDocuments: [], workspaceFolders: undefined, notebookDocuments: [], isTrusted: true,
    createFileSystemWatcher: () => anything({}),
  }),
};
function anything(known) {
  return new Proxy(known, { get: (from, key) => (key in from ? from[key] : nothing) });
}
const world = new Proxy(vscode, { get: (from, key) => from[key] ?? class { constructor(...given) { this.given = given; } } });
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? world : load(name, ...rest));

function fail(text) { console.error(new Error(text).stack); process.exit(1); }

const loaded = require(extension);
(async () => {
  const context = { subscriptions: [] };
  await loaded.activate(context);
  console.log(JSON.stringify({ registered, subscriptions: context.subscriptions.length }));
  await loaded.deactivate();
  process.exit(0);
})().catch((error) => fail(error.stack));
