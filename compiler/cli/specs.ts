/** The options of each command; its implementation is loaded only when it runs. */
import type { CommandSpec, OptionSpec } from './arguments.ts';

const SET: OptionSpec = { value: 'NAME=VALUE', many: true, about: 'another value for a dim or an option of the program' };
const SET_TRAINED: OptionSpec = { ...SET, about: 'another value for an option of the program; sizes belong to the checkpoint and stay' };
const EXECUTION = { value: 'WAY', about: 'on tensorflow: eager (operation by operation), graph, xla or auto' };
const BACKEND: OptionSpec = { value: 'NAME', about: 'auto (default), tensorflow, webgpu, wasm or cpu' };
const CHECKPOINT: OptionSpec = {
  value: 'FILE',
  about:
    'default: best.safetensors of the output folder, else last.safetensors, else, for the first configuration, the checkpoint.safetensors that the task ships',
};
const RUN: OptionSpec = {
  value: 'NAME',
  about: 'takes the run of this configuration; default: the first one; not with --out or --checkpoint',
};
const OUT: OptionSpec = {
  value: 'DIR',
  about: 'the output folder; default: out/ beside task.ts, and out/NAME for a configuration NAME that is not the first',
};
const CONFIG: OptionSpec = { value: 'NAME', about: "one of the task's configurations" };

const many = Number.POSITIVE_INFINITY;

export const SPECS = {
  init: {
    name: 'init',
    operands: '[DIR]',
    least: 0,
    most: 1,
    about: 'Begins a project: a model, a task that trains it, a package.json. Replaces no file.',
    options: {},
    examples: ['attnc init', 'attnc init largest'],
  },
  check: {
    name: 'check',
    operands: 'FILE…',
    least: 1,
    most: many,
    about:
      'Checks programs and says what is wrong with them; writes nothing. Of a folder all .attn files in and below it; `-` is standard input.',
    options: { json: { about: 'the problems as JSON, for tools' }, set: SET },
    examples: ['attnc check model.attn', 'attnc check .', 'attnc check --json models/*/model.attn', 'attnc check --set heads=3 model.attn'],
    notes: 'Exit status: 0 without errors, 1 with errors, 2 for a command line that makes no sense.',
  },
  compile: {
    name: 'compile',
    operands: 'FILE…',
    least: 1,
    most: many,
    about:
      'Compiles programs to TypeScript: model.attn to model.ts. A program with errors leaves its old module as it was; the other programs are written. Of a folder all programs in and below it that declare a model; `-` is standard input, and goes to standard output.',
    options: {
      out: { value: 'DIR', about: 'where to write; default: beside the source' },
      set: SET,
      stdout: { about: 'writes the module to standard output instead' },
      watch: { about: 'compiles again whenever a source changes, until Ctrl-C' },
    },
    examples: ['attnc compile model.attn', 'attnc compile --out src/generated model.attn', 'attnc compile --watch model.attn'],
  },
  fmt: {
    name: 'fmt',
    operands: 'FILE…',
    least: 1,
    most: many,
    about:
      'Gives programs their canonical layout. Of a folder all .attn files in and below it; `-` is standard input, and goes to standard output.',
    options: {
      check: { about: 'changes nothing; status 1 where a file would change' },
      stdout: { about: 'writes the result to standard output instead' },
    },
    examples: ['attnc fmt model.attn', 'attnc fmt --check models/*/*.attn'],
    notes:
      'Lines have at most 120 characters where they can be broken. `=` signs, and the braces of arms, that stand in one column on lines one under the other stay so.',
  },
  lsp: {
    name: 'lsp',
    operands: '',
    least: 0,
    most: 0,
    about: 'Speaks the Language Server Protocol over standard input and output: what editors start to show problems, types and names.',
    options: { stdio: { about: 'for editors that say so; there is no other way' } },
    examples: ['attnc lsp'],
  },
  explain: {
    name: 'explain',
    operands: '[CODE|WORD]',
    least: 0,
    most: 1,
    about:
      'Explains the code of a problem, with a wrong and a right example, or a word of the language: a construct, a built-in, a block of the standard library. Lists both where none is given.',
    options: {},
    examples: ['attnc explain E0302', 'attnc explain 302', 'attnc explain dropout', 'attnc explain'],
  },
  doctor: {
    name: 'doctor',
    operands: '',
    least: 0,
    most: 0,
    about: 'Says which backends work on this machine, and how to get the others.',
    options: { json: { about: 'as JSON' } },
    examples: ['attnc doctor'],
  },
  train: {
    name: 'train',
    operands: 'DIR',
    least: 1,
    most: 1,
    about: 'Trains the model of a task (DIR/task.ts, or the path of such a file). Ctrl-C saves; --resume goes on.',
    options: {
      config: CONFIG,
      quick: { about: 'short for --config quick' },
      backend: BACKEND,
      execution: EXECUTION,
      steps: { value: 'N', about: "another number of steps than the configuration's" },
      batch: { value: 'N', about: "examples of a step, instead of the configuration's" },
      'validate-every': { value: 'N', about: "steps between validations, instead of the configuration's" },
      patience: { value: 'N', about: 'ends the run after so many validations without a better one' },
      seed: { value: 'N', about: 'first parameters, order of examples and dropout follow from it' },
      set: SET,
      out: OUT,
      resume: {
        about:
          "goes on from the output folder's last checkpoint, with the settings it began with; --steps and the options of --set may be given anew, sizes and the seed not",
      },
      fresh: { about: 'begins anew where the output folder already holds a run, which is lost' },
      keep: { value: 'N', about: 'also keeps the last N checkpoints, as step-400.safetensors: to take the mean of, for one' },
    },
    examples: [
      'attnc train models/bahdanau --quick',
      'attnc train models/bahdanau --backend tensorflow --out out/one',
      'attnc train models/bahdanau --quick --resume',
    ],
    notes:
      'Writes last.safetensors (to go on from), best.safetensors (the best on validation), run.json (the settings) and log.jsonl (every event, which `attnc runs` compares).',
  },
  generate: {
    name: 'generate',
    operands: 'DIR [TEXT…]',
    least: 1,
    most: many,
    about: 'Answers each TEXT, or each line of standard input, with the trained model of a task.',
    options: {
      config: RUN,
      checkpoint: CHECKPOINT,
      backend: BACKEND,
      execution: EXECUTION,
      beam: { value: 'N', about: 'beam search with N hypotheses' },
      sample: { about: 'draws from the distribution instead of taking the likeliest' },
      temperature: { value: 'T', about: 'with --sample: below 1 sharper, above 1 flatter' },
      'top-k': { value: 'N', about: 'with --sample: only the N likeliest choices' },
      'top-p': { value: 'P', about: 'with --sample: only the likeliest choices that together reach P' },
      seed: { value: 'N', about: 'with --sample: other draws' },
      picture: { value: 'FILE', about: 'draws what the model looked at, to a .svg or .png file' },
      set: SET_TRAINED,
      out: OUT,
    },
    examples: [
      "attnc generate models/bahdanau 'de-AT: 9. April 2031'",
      'attnc generate models/bahdanau --beam 4 < lines.txt',
      "attnc generate models/bahdanau --picture look.png 'fr-FR: 9 avril 2031'",
    ],
    notes: 'On a terminal each answer stands behind its text; elsewhere the answers stand alone, one a line.',
  },
  evaluate: {
    name: 'evaluate',
    operands: 'DIR',
    least: 1,
    most: 1,
    about: 'Measures the trained model of a task on its test set.',
    options: {
      config: RUN,
      checkpoint: CHECKPOINT,
      backend: BACKEND,
      execution: EXECUTION,
      limit: { value: 'N', about: 'only N examples, taken evenly over the test set' },
      set: SET_TRAINED,
      out: OUT,
    },
    examples: ['attnc evaluate models/bahdanau', 'attnc evaluate models/bahdanau --config quick --limit 500'],
  },
  runs: {
    name: 'runs',
    operands: '[DIR…]',
    least: 0,
    most: many,
    about: 'Compares training runs by their logs: those in and below the folders, by default here.',
    options: {
      json: { about: 'the table as JSON, for tools' },
      svg: { value: 'FILE', about: 'also draws their curves: a panel for each measure, a line for each run' },
    },
    examples: ['attnc runs models/ntm', 'attnc runs out/one out/two --svg curves.svg'],
  },
  export: {
    name: 'export',
    operands: 'FORMAT DIR',
    least: 2,
    most: 2,
    about:
      'Writes the trained model of a task in a form that others load without attnc. The format: savedmodel, a folder for TensorFlow (Python, Serving, C++).',
    options: {
      out: { value: 'FOLDER', about: 'the folder to write; it is new or empty' },
      force: { about: 'replaces a folder that an export wrote' },
      config: { ...RUN, about: 'takes the run of this configuration; default: the first one; not with --checkpoint' },
      checkpoint: CHECKPOINT,
      set: SET_TRAINED,
    },
    examples: [
      'attnc export savedmodel models/bahdanau --out exported',
      'attnc export savedmodel models/bahdanau --checkpoint out/best.safetensors --out exported --force',
    ],
    notes:
      'savedmodel writes saved_model.pb, with the parameters as constants, and assets.extra/signature.json, which tells what the inputs, outputs and axes are called. docs/export.md tells more.',
  },
  summary: {
    name: 'summary',
    operands: 'FILE|DIR',
    least: 1,
    most: 1,
    about: 'Lists the parameters of a program, what one example costs and how much memory it takes. For DIR with the sizes of its task.',
    options: {
      set: SET,
      at: { value: 'NAME=LENGTH', many: true, about: 'length of a ragged dim; default: 16, or one near it that the program allows' },
      config: CONFIG,
    },
    examples: ['attnc summary model.attn', 'attnc summary model.attn --set hidden=512 --at source=20 --at target=12'],
  },
  graph: {
    name: 'graph',
    operands: 'FILE',
    least: 1,
    most: 1,
    about: 'Prints the graph of a program, for those who work on the compiler.',
    options: { set: SET, final: { about: 'after all passes instead of before them' } },
    examples: ['attnc graph model.attn', 'attnc graph --final model.attn'],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandName = keyof typeof SPECS;

/** For work on the compiler: not in the list that is shown to everybody. */
const ADVANCED: readonly CommandSpec[] = [SPECS.graph];

/** `backend` has actions of its own and parses its own arguments. */
export const COMMANDS: readonly { readonly name: string; readonly operands: string; readonly about: string }[] = [
  ...Object.values<CommandSpec>(SPECS).filter((spec) => !ADVANCED.includes(spec)),
  {
    name: 'backend',
    operands: 'install tensorflow|webgpu | list',
    about: 'Installs native TensorFlow, or WebGPU for Node, or lists the backends.',
  },
];
