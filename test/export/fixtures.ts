/** The models of `models/` with the parameters and examples of their references. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Program } from '../../compiler/index.ts';
import type { Model } from '../../runtime/index.ts';
import { compiled } from '../models/support.ts';

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Fixture {
  readonly file?: string;
  readonly model: string | null;
  readonly options: Readonly<Record<string, string | number>>;
  readonly dims: Readonly<Record<string, number>>;
  readonly parameters: Readonly<Record<string, Stored>>;
  readonly running: Readonly<Record<string, Stored>>;
  readonly examples: readonly { readonly input: object }[];
}

export interface Referenced {
  readonly program: Program;
  readonly model: Model<Record<string, number>, object, object>;
  readonly examples: readonly object[];
}

const folder = fileURLToPath(new URL('../references/fixtures/', import.meta.url));
const read = (name: string): Fixture => JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as Fixture;

/** Those of programs under models/. */
export const referenced: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''))
  .filter((name) => read(name).file !== undefined)
  .sort();

export async function reference(name: string): Promise<Referenced> {
  const { file, model: which, options, dims, parameters, running, examples } = read(name);
  const { program, create } = await compiled<Referenced['model']>(file!, new Map(Object.entries(options)), null, which);
  const model = create({ dims });
  const stored = Object.entries({ ...parameters, ...running });
  model.weights.restore(new Map(stored.map(([path, { data, shape }]) => [path, { data: Float32Array.from(data), shape: [...shape] }])));
  return { program, model, examples: examples.map(({ input }) => input) };
}
