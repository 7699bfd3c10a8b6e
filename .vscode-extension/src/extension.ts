// Starts `cnnplan lsp` for the files that may be designs, and nothing more: everything that is said comes from it.

import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

const DESIGNS: LanguageClientOptions = {
  documentSelector: [
    { scheme: "file", language: "yaml" },
    { scheme: "untitled", language: "yaml" },
    { scheme: "file", pattern: "**/*.cfg" },
  ],
};
const INSTALL = "Is it installed? pip install 'cnnplan[lsp]', or name it in the setting cnnplan.command.";

let client: LanguageClient | undefined;

/** What starts the server, as the setting has it. */
function server(): ServerOptions {
  const [command, ...args] = workspace.getConfiguration("cnnplan").get<string[]>("command", ["cnnplan", "lsp"]);
  return { command: command ?? "cnnplan", args, options: { cwd: workspace.workspaceFolders?.[0]?.uri.fsPath } };
}

async function start(): Promise<void> {
  const fileEvents = workspace.createFileSystemWatcher("**/*.{yaml,yml}");
  client = new LanguageClient("cnnplan", "cnnplan", server(), { ...DESIGNS, synchronize: { fileEvents } });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    void window.showErrorMessage(`cnnplan could not be started: ${String(error)}. ${INSTALL}`);
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

export async function activate(context: ExtensionContext): Promise<void> {
  const changed = workspace.onDidChangeConfiguration(async (change) => {
    if (change.affectsConfiguration("cnnplan.command")) await restart();
  });
  context.subscriptions.push(commands.registerCommand("cnnplan.restart", restart), changed);
  await start();
}

export const deactivate = stop;
