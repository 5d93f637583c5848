/** Starts the language server of the workspace's own attnc, so that an editor and `attnc check` always agree. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, type ServerOptions } from 'vscode-languageclient/node';
import { commands, documentSelector } from './common.ts';

let client: LanguageClient | null = null;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const restart = async (): Promise<void> => {
    await client?.stop();
    client = await started();
  };
  context.subscriptions.push(...commands(() => client), vscode.commands.registerCommand('attnc.restart', restart));
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('attnc.path') && void restart()),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function started(): Promise<LanguageClient | null> {
  const server = serverOf();
  if (server === null) {
    const chosen = await vscode.window.showWarningMessage(
      'There is no attnc in this folder: names, types and problems of .attn programs are not shown. `npm install attnc` adds it.',
      'Settings',
    );
    if (chosen !== undefined) void vscode.commands.executeCommand('workbench.action.openSettings', 'attnc.path');
    return null;
  }
  const made = new LanguageClient('attnc', 'attn', server, {
    documentSelector,
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.attn') },
  });
  await made.start();
  return made;
}

function serverOf(): ServerOptions | null {
  const given = vscode.workspace.getConfiguration('attnc').get('path', '').trim();
  if (given !== '') return { command: given, args: ['lsp', '--stdio'], options: { shell: process.platform === 'win32' } };
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    // The package itself, too: its own folder is a workspace for those who work on it.
    for (const module of [
      join(uri.fsPath, 'node_modules', 'attnc', 'compiler', 'cli', 'attnc.mjs'),
      join(uri.fsPath, 'compiler', 'cli', 'attnc.mjs'),
    ])
      if (existsSync(module)) return { module, args: ['lsp', '--stdio'] };
  }
  return null;
}
