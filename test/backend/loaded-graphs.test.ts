/** Which graphs native TensorFlow holds in memory. */
import { expect, it } from 'vitest';
import { LoadedGraphs } from '../../runtime/backend/tensorflow-loaded.ts';

/** Room for 30 bytes, or 2 compiled graphs; a graph is a letter for its name, repeated. `held` lists the names of those in memory. */
function library(): { readonly graphs: LoadedGraphs; readonly held: () => string } {
  const folders = new Map<number, string>();
  let next = 0;
  const binding = {
    loadSavedModel: (folder: string): number => {
      if (folder === '!/') throw new Error('no such operation');
      folders.set(next, folder[0]!);
      return next++;
    },
    deleteSavedModel: (id: number): void => {
      if (!folders.delete(id)) throw new Error(`there is no ${id}`);
    },
  };
  const name = (bytes: Uint8Array): string => String.fromCharCode(bytes[0]!);
  return { graphs: new LoadedGraphs(binding, name, { bytes: 30, compiled: 2 }), held: () => [...folders.values()].join('') };
}

const bytes = (name: string, length = 10): Uint8Array => new Uint8Array(length).fill(name.charCodeAt(0));

it('frees what has not run for longest, and loads it again when it runs', () => {
  const { graphs, held } = library();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => graphs.load(bytes(name)));
  const first = graphs.id(a!);
  const d = graphs.load(bytes('d'));
  expect(held()).toBe('acd');
  expect(graphs.id(a!)).toBe(first);
  graphs.id(b!);
  expect(held()).toBe('adb');
  for (const each of [a!, b!, c!, d]) graphs.free(each);
  expect(held()).toBe('');
});

it('frees no more than makes room, and holds one that is larger than all the room', () => {
  const { graphs, held } = library();
  const [a] = ['a', 'b', 'c'].map((name) => graphs.load(bytes(name)));
  graphs.load(bytes('d', 15));
  expect(held()).toBe('cd');
  graphs.load(bytes('e', 40));
  expect(held()).toBe('e');
  graphs.id(a!);
  expect(held()).toBe('a');
});

it('counts nothing for a graph that the library refuses', () => {
  const { graphs, held } = library();
  expect(() => graphs.load(bytes('!', 25))).toThrow('no such operation');
  for (const name of ['a', 'b', 'c']) graphs.load(bytes(name));
  expect(held()).toBe('abc');
});

it('counts what is compiled by its threads, if it is small', () => {
  const { graphs, held } = library();
  graphs.load(bytes('a', 5));
  for (const name of ['b', 'c']) graphs.load(bytes(name, 5), true);
  expect(held()).toBe('bc');
  graphs.load(bytes('d', 20), true);
  expect(held()).toBe('d');
  graphs.load(bytes('e', 10));
  expect(held()).toBe('de');
});
