/** Graphs that native TensorFlow holds in memory, of which there are no more than fit. */

export interface Library {
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
}

/**
 * Bytes of graphs that are held. In memory a graph takes 150 times its bytes, or 270 times compiled by XLA, so that this is one
 * or two gigabytes. JavaScript knows nothing of that memory: what nothing refers to any more waits for the garbage collector.
 */
const MOST_BYTES = 8 * 1024 * 1024;

export interface LoadedGraph {
  readonly bytes: Uint8Array;
  /** Null: freed to make room. */
  id: number | null;
}

export class LoadedGraphs {
  readonly #library: Library;
  /** Of a SavedModel with these bytes. */
  readonly #folder: (bytes: Uint8Array) => string;
  readonly #most: number;
  /** In the order of their last use. */
  readonly #held = new Set<LoadedGraph>();
  #bytes = 0;

  constructor(library: Library, folder: (bytes: Uint8Array) => string, most = MOST_BYTES) {
    this.#library = library;
    this.#folder = folder;
    this.#most = most;
  }

  /** @throws Error if the library refuses it, or it cannot be written to disk */
  load(bytes: Uint8Array): LoadedGraph {
    const graph: LoadedGraph = { bytes, id: null };
    this.id(graph);
    return graph;
  }

  /** By which the library knows the graph, loaded again where it was freed. */
  id(graph: LoadedGraph): number {
    const { bytes } = graph;
    if (!this.#held.delete(graph)) {
      for (const each of this.#held) if (this.#bytes + bytes.length > this.#most) this.free(each);
      graph.id = this.#library.loadSavedModel(`${this.#folder(bytes)}/`, 'serve');
      this.#bytes += bytes.length;
    }
    this.#held.add(graph);
    return graph.id!;
  }

  free(graph: LoadedGraph): void {
    if (!this.#held.delete(graph)) return;
    this.#library.deleteSavedModel(graph.id!);
    this.#bytes -= graph.bytes.length;
    graph.id = null;
  }
}
