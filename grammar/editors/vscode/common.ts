/** What the extension does alike in the desktop and in a page. */
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';

export const documentSelector = [{ language: 'attn' }];

/** Commands that show what a program becomes, in a document beside it. */
export function commands(client: () => BaseLanguageClient | null): vscode.Disposable[] {
  const show = (request: string, language: string) => async (): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    const running = client();
    if (document?.languageId !== 'attn' || running === null) return;
    const text = await running.sendRequest<string | null>(request, { textDocument: { uri: document.uri.toString() } });
    if (text === null) void vscode.window.showWarningMessage('The program has errors: nothing is made of it.');
    else {
      const shown = await vscode.workspace.openTextDocument({ language, content: text });
      await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preview: true });
    }
  };
  return [
    vscode.commands.registerCommand('attnc.showTypeScript', show('attnc/typescript', 'typescript')),
    vscode.commands.registerCommand('attnc.showGraph', show('attnc/graph', 'plaintext')),
  ];
}
