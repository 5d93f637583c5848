/** The files of an editor: open ones as they stand there, others as they are on disk. */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Library } from '../../index.ts';
import { join } from 'node:path';
import { nodeLibrary, packageRoot, type NodeLibrary } from '../io/library.ts';

export class EditorFiles implements Library {
  readonly root: string;
  readonly standard: readonly string[];
  readonly parsed: NonNullable<Library['parsed']> = new Map();
  #disk: NodeLibrary;
  readonly #open: () => Iterable<TextDocument>;
  readonly #paths = new Map<string, string>();

  constructor(root: string, open: () => Iterable<TextDocument>) {
    this.root = root;
    this.#disk = nodeLibrary(root);
    this.#open = open;
    this.standard = this.#disk.standard;
  }

  /** Files changed on disk. */
  refresh(): void {
    this.#disk = nodeLibrary(this.root);
  }

  read(path: string): string | null {
    for (const document of this.#open()) if (this.pathOf(document.uri) === path) return document.getText();
    return this.#disk.read(path);
  }

  pathOf(uri: string): string {
    const known = this.#paths.get(uri);
    if (known !== undefined) return known;
    const path = this.#named(uri);
    this.#paths.set(uri, path);
    return path;
  }

  #named(uri: string): string {
    if (!uri.startsWith('file:')) return uri;
    const file = fileURLToPath(uri);
    const standard = this.standard.find((path) => this.#fileOf(path) === file);
    return standard ?? this.#disk.nameOf(file);
  }

  uriOf(path: string): string {
    return path.includes('://') || path.startsWith('untitled:') ? path : pathToFileURL(this.#fileOf(path)).href;
  }

  #fileOf(path: string): string {
    return this.standard.includes(path) ? join(packageRoot(), 'models', path) : resolve(this.root, path);
  }
}
