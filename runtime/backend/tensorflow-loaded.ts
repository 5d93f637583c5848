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

/** Graphs compiled by XLA, if no others are held: for each, TensorFlow starts 10 threads, and aborts where it may start no more. */
const MOST_COMPILED = 64;

/** What may be held. */
export interface Room {
  readonly bytes: number;
  readonly compiled: number;
}

export interface LoadedGraph {
  readonly bytes: Uint8Array;
  /** Of the room there is. */
  readonly share: number;
  /** Null: freed to make room. */
  id: number | null;
}

export class LoadedGraphs {
  readonly #library: Library;
  /** Of a SavedModel with these bytes. */
  readonly #folder: (bytes: Uint8Array) => string;
  readonly #room: Room;
  /** In the order of their last use. */
  readonly #held = new Set<LoadedGraph>();

  constructor(library: Library, folder: (bytes: Uint8Array) => string, room: Room = { bytes: MOST_BYTES, compiled: MOST_COMPILED }) {
    this.#library = library;
    this.#folder = folder;
    this.#room = room;
  }

  /** @throws Error if the library refuses it, or it cannot be written to disk */
  load(bytes: Uint8Array, xla = false): LoadedGraph {
    const share = Math.max(bytes.length / this.#room.bytes, xla ? 1 / this.#room.compiled : 0);
    const graph: LoadedGraph = { bytes, share, id: null };
    this.id(graph);
    return graph;
  }

  /** By which the library knows the graph, loaded again where it was freed. */
  id(graph: LoadedGraph): number {
    if (!this.#held.delete(graph)) {
      this.#makeRoom(graph.share);
      graph.id = this.#library.loadSavedModel(`${this.#folder(graph.bytes)}/`, 'serve');
    }
    this.#held.add(graph);
    return graph.id!;
  }

  free(graph: LoadedGraph): void {
    if (!this.#held.delete(graph)) return;
    this.#library.deleteSavedModel(graph.id!);
    graph.id = null;
  }

  #makeRoom(share: number): void {
    let taken = share;
    for (const each of this.#held) taken += each.share;
    for (const each of this.#held) {
      if (taken <= 1) break;
      taken -= each.share;
      this.free(each);
    }
  }
}
