/** The files of an editor: open ones as they stand there, others as they are on disk. */
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Library } from '../../index.ts';
import { CliError } from '../io/io.ts';
import { nodeLibrary, packageRoot, type NodeLibrary } from '../io/library.ts';

export class EditorFiles implements Library {
  readonly root: string;
  readonly standard: readonly string[];
  readonly parsed: NonNullable<Library['parsed']> = new Map();
  #disk: NodeLibrary;
  readonly #open: () => Iterable<TextDocument>;
  readonly #paths = new Map<string, string>();
  /** As the editor writes them: it may escape what Node does not. */
  readonly #uris = new Map<string, string>();

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
    return readable(this.#disk, path);
  }

  pathOf(uri: string): string {
    const known = this.#paths.get(uri);
    if (known !== undefined) return known;
    const path = this.#named(uri);
    this.#paths.set(uri, path);
    this.#uris.set(path, uri);
    return path;
  }

  /** What is no file of this machine goes by its URI. */
  #named(uri: string): string {
    let file: string;
    try {
      file = fileURLToPath(uri);
    } catch {
      return uri;
    }
    const standard = this.standard.find((path) => this.#fileOf(path) === file);
    return standard ?? this.#disk.nameOf(file);
  }

  uriOf(path: string): string {
    return this.#uris.get(path) ?? pathToFileURL(this.#fileOf(path)).href;
  }

  #fileOf(path: string): string {
    return this.standard.includes(path) ? join(packageRoot(), 'models', path) : resolve(this.root, path);
  }
}

/** A file that cannot be read, or is no text, is not there: an editor goes on. */
export function readable(library: Library, path: string): string | null {
  try {
    return library.read(path);
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}
