/** Where a training run keeps its checkpoints. `save` replaces the whole or leaves the old one. */
export interface CheckpointStore {
  /** Keeps other runs out until what it gives is called; throws where one is at work. A store without it is not shared. */
  claim?(): Promise<() => Promise<void>>;
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
