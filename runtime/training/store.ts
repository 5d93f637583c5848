/** Where a training run keeps its checkpoints. `save` replaces the whole or leaves the old one. */
export interface CheckpointStore {
  save(name: 'last' | 'best', bytes: Uint8Array): Promise<void>;
  /** Null where nothing was saved under the name. */
  load(name: 'last' | 'best'): Promise<Uint8Array | null>;
}

/** Keeps checkpoints in memory, for browsers and tests. */
export function memoryStore(): CheckpointStore {
  const saved = new Map<string, Uint8Array>();
  return {
    save: async (name, bytes) => {
      saved.set(name, bytes.slice());
    },
    load: async (name) => saved.get(name)?.slice() ?? null,
  };
}
