/** The files of a new project: a small model with attention, and a task that trains in seconds. */
import type { Manager } from './origin.ts';

const MODEL = `/// Which digit of a list is the largest? The model looks at every digit and attends to the one that matters.

dim source: ragged
dim digits = 10, width = 16

model Largest(tokens: index(digits)[source]) -> { logits: [digits], weights: [source] } {
  param table: [digits, width] = normal(0.5), v: [width], W: [digits <- width]
  x = table[tokens]
  weights = softmax[source](v @ tanh(x))
  { logits = W @ sum[source](weights * x), weights = weights }
}

objective Choose for Largest given answer: index(digits) {
  loss = cross_entropy[digits](logits, answer)
  metric right = if argmax[digits](logits) == answer then 1 else 0
  optimizer adam(rate = 1e-2)
}
`;

const TASK = `import { alignmentSvg, inParts, tabulate, type Ints, type ModelOptions, type OpenTask, type Task, type TaskExample, type Value } from 'attnc/runtime';
import type { Largest } from './model.ts';

interface Input { readonly tokens: Ints }
interface Target { readonly answer: number }
interface Output { readonly logits: Value; readonly weights: Value }
type Example = TaskExample<Input, Target>;

function example(digits: readonly number[]): Example {
  const answer = Math.max(...digits);
  return { input: { tokens: digits }, target: { answer }, shown: digits.join(' '), answer: String(answer), group: \`\${digits.length} digits\` };
}

function draw(random: () => number): Example {
  const length = 2 + Math.floor(7 * random());
  return example(Array.from({ length }, () => Math.floor(10 * random())));
}

/** Examples that are the same in every run. */
function held(count: number, seed: number): Example[] {
  let state = seed;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return Array.from({ length: count }, () => draw(random));
}

function best({ logits }: Output): string {
  return String(logits.data.indexOf(Math.max(...logits.data)));
}

function open(): OpenTask<Input, Target, Output, Largest> {
  const answer = async (model: Largest, inputs: readonly Input[]): Promise<Output[]> => inParts(inputs, 256, (part) => model.forward(part) as Promise<Output[]>);
  return {
    dims: {},
    train: draw,
    validation: held(200, 1),
    test: held(500, 2),
    parse: (line) => {
      const words = line.trim().split(/[\\s,]+/);
      if (!words.every((word) => /^\\d$/.test(word))) throw new RangeError(\`expected digits such as 3 1 4, given \${JSON.stringify(line)}\`);
      const digits = words.map(Number);
      return { input: { tokens: digits }, shown: digits.join(' ') };
    },
    samples: ['3 1 4 1 5', '2 7'],
    answer,
    show: best,
    evaluate: async (model, examples) => {
      const answers = await answer(model, examples.map(({ input }) => input));
      return tabulate('right', examples.map(({ group }) => group), answers.map((output, k) => (best(output) === examples[k]!.answer ? 1 : 0)));
    },
    pictures: async (model, inputs) => {
      const answers = await answer(model, inputs.map(({ input }) => input));
      return answers.map((output, k) => {
        const columns = Array.from(inputs[k]!.input.tokens, String);
        return { name: columns.join('-'), svg: alignmentSvg({ title: inputs[k]!.shown, rows: [best(output)], columns, weights: [Array.from(output.weights.data)] }) };
      });
    },
  };
}

export const task: Task<Input, Target, Output, Largest, { readonly Largest: typeof Largest }> = {
  name: 'largest',
  about: 'the largest digit of a list',
  source: 'model.attn',
  configurations: {
    small: { about: 'seconds on any machine', dims: {}, seed: 1, batchSize: 64, steps: 400, validateEvery: 100 },
    quick: { about: 'a few steps: shows that everything runs', dims: {}, seed: 1, batchSize: 64, steps: 50, validateEvery: 50 },
  },
  open: async () => open(),
  create: (emitted, options: ModelOptions<Record<string, number>>) => new emitted.Largest(options),
};
`;

const README = `# NAME

\`model.attn\` says what the model computes, \`task.ts\` what it is trained on.

\`\`\`
npm install
npx attnc check model.attn        # says what is wrong with the model
npx attnc compile model.attn      # writes model.ts, for programs of your own and the types in task.ts
npx tsc                           # checks the types
npx attnc train . --quick         # a few steps, too few: some answers are still wrong; saved in out/quick/, --config quick takes that run
npx attnc train .                 # trains it, saves it in out/
npx attnc generate . '3 1 4 1 5'  # tries it; --picture a.png shows what it attends to
npx attnc evaluate .              # measures it on the test set
npx attnc summary model.attn      # lists its parameters
\`\`\`

\`npx attnc doctor\` says which backends work on this machine.
`;

export interface ProjectPackages {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const COMPILER_OPTIONS = {
  target: 'ES2023',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  types: ['node'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
};

/** By name. */
export function projectFiles(
  name: string,
  { dependencies, devDependencies }: ProjectPackages,
  manager: Manager,
): Readonly<Record<string, string>> {
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: { check: 'attnc check model.attn', train: 'attnc train .', evaluate: 'attnc evaluate .' },
    dependencies,
    devDependencies,
  };
  return {
    'model.attn': MODEL,
    'task.ts': TASK,
    'tsconfig.json': `${JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] }, null, 2)}\n`,
    'README.md': README.replace('NAME', name).replace('npm install', `${manager.name} install`),
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    '.gitignore': 'node_modules/\nout/\n',
    // Where `npx attnc` looks; and the mark of a project of its own.
    ...(manager.modernYarn ? { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' } : {}),
  };
}
