/** A store for the checkpoints of a training run. `save` replaces a checkpoint as a whole or leaves the old one. */
export interface CheckpointStore {
  /** Keeps other runs out until the returned function is called; throws if one is running. A store without it is not shared. */
  claim?(): Promise<() => Promise<void>>;
  save(name: 'last' | 'best', bytes: Uint8Array): Promise<void>;
  /** Null if nothing was saved under that name. */
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
