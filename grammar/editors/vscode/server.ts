import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { serveInPage } from '../../../compiler/lsp/page.ts';
// Put in by the build: path to text.
import standard from 'attnc:standard';

const here = self as unknown as Worker;
serveInPage(createConnection(new BrowserMessageReader(here), new BrowserMessageWriter(here)), new Map(Object.entries(standard)));
