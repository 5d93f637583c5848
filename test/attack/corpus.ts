/** Texts to be spoilt: the zoo, the standard library, the goldens, the documentation's examples. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Source {
  readonly name: string;
  /** As the compiler is told. */
  readonly path: string;
  readonly text: string;
  /** What it imports, by path. */
  readonly files: Readonly<Record<string, string>>;
}

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.attn'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const read = (path: string): string => readFileSync(path, 'utf8');

function fromFiles(folder: string): readonly Source[] {
  return filesUnder(join(repository, folder)).map((file) => {
    const beside = readdirSync(dirname(file)).filter((name) => name.endsWith('.attn'));
    const path = `mutant/${relative(repository, file).replaceAll('\\', '/')}`;
    return {
      name: relative(repository, file),
      path,
      text: read(file),
      files: Object.fromEntries(beside.map((name) => [join(dirname(path), name).replaceAll('\\', '/'), read(join(dirname(file), name))])),
    };
  });
}

/** The examples of `docs/language.md`, those of a body in its frame. */
function fromDocs(): readonly Source[] {
  const text = read(join(repository, 'docs', 'language.md'));
  const blocks = [...text.matchAll(/^```attn([^\n]*)\n(.*?)^```$/gmsu)].map((match) => ({ marks: match[1]!.trim(), text: match[2]! }));
  const frame = blocks.find(({ marks }) => marks === 'frame')?.text ?? '…';
  return blocks
    .filter(({ marks }) => !marks.includes('frame'))
    .map(({ marks, text: own }, k) => ({
      name: `docs/language.md ${k}`,
      path: 'mutant/example.attn',
      files: {},
      text: marks.includes('body') ? frame.replace('…', own.trimEnd().replaceAll('\n', '\n  ')) : own,
    }));
}

export function corpus(): readonly Source[] {
  const goldens = existsSync(join(repository, 'test', 'golden')) ? fromFiles('test/golden') : [];
  return [...fromFiles('models'), ...fromFiles('test/grammar/programs'), ...goldens, ...fromDocs()];
}
