/** In a page: the language server runs in a worker, with the standard library in its bundle. */
import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { commands, documentSelector } from './common.ts';

let client: LanguageClient | null = null;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const worker = new Worker(vscode.Uri.joinPath(context.extensionUri, 'out', 'server.js').toString(true));
  client = new LanguageClient('attnc', 'attn', worker, { documentSelector });
  context.subscriptions.push(...commands(() => client));
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
