import type { Definition, ParameterSpec, Sizes } from './definition.ts';
import { InputError } from './errors.ts';
import { Learner } from './model.ts';
import { listed, requireOptions, suggestion } from './names.ts';
import { requireSeed, show } from './values.ts';
import { Weights } from './weights.ts';

export interface JointOptions {
  /** Dropout and sampling follow from it. Default 0. */
  readonly seed?: number;
}

/** What an objective needs of each of its models. */
type Part = Pick<Learner<never>, 'definition' | 'dims' | 'sizes' | 'weights'>;

/**
 * An objective over several models. It shares their parameters, under paths `D.…` after the model's name in it: training it
 * trains the models.
 */
export class Joint<Models extends { readonly [Name in keyof Models]: object }, Example extends object> extends Learner<Example> {
  readonly models: Models;

  /** @throws InputError if the models are not those of the program, or differ in a dim that they share */
  constructor(definition: Definition, models: Models, options: JointOptions = {}) {
    requireOptions(options, ['seed'] satisfies readonly (keyof JointOptions)[], `\`${definition.name}\``);
    const { seed = 0 } = options;
    requireSeed(seed);
    const parts = partsOf(definition, models);
    const dims = sharedDims(definition, parts);
    const sizes = definition.sizes(dims);
    requireEqual(definition, parts, sizes);
    const parameters = definition.parameters(sizes);
    requireAlike(definition, parts, parameters);
    const own = parameters.filter(({ path }) => !parts.some(({ name }) => path.startsWith(`${name}.`)));
    super(definition, {
      seed,
      dims,
      sizes,
      weights: new Weights(own, seed, new Map(parts.map(({ name, model }) => [name, model.weights]))),
    });
    this.models = models;
  }

  /** One example may serve the objective and each of the models. */
  override exampleNames(): ReadonlySet<string> {
    const parts = Object.values<unknown>(this.models).filter((model) => model instanceof Learner);
    return new Set([super.exampleNames(), ...parts.map((model) => model.exampleNames())].flatMap((names) => [...names]));
  }
}

interface NamedPart {
  readonly name: string;
  readonly model: Part;
}

function partsOf(definition: Definition, models: object): NamedPart[] {
  const parts = Object.entries(definition.parts ?? {});
  const names = parts.map(([name]) => name);
  const unknown = Object.keys(models).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new InputError(`\`${definition.name}\` has no model \`${unknown}\`: ${listed(names)}${suggestion(unknown, names)}`);
  return parts.map(([name, program]) => {
    const model: unknown = (models as Readonly<Record<string, unknown>>)[name];
    if (!(model instanceof Learner) || model.definition.name !== program) {
      throw new InputError(
        `\`${definition.name}\`: expected a \`${program}\` as \`${name}\`, given ${model instanceof Learner ? `a \`${model.definition.name}\`` : show(model)}`,
      );
    }
    return { name, model };
  });
}

/** The dims for the constructor of the objective's program, taken from the models. */
function sharedDims(definition: Definition, parts: readonly NamedPart[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(definition.hyperparameters).map(([label, value]) => [
      label,
      parts.find(({ model }) => label in model.sizes)?.model.sizes[label] ?? value,
    ]),
  );
}

/** The layouts of a model's parameters, chosen by its own module, must be those that the objective's functions read. */
function requireAlike(definition: Definition, parts: readonly NamedPart[], parameters: readonly ParameterSpec[]): void {
  for (const { name, model } of parts) {
    const wanted = new Map(parameters.map((spec) => [spec.path, spec]));
    const other = model.weights.specs.find(({ path, stored }) => {
      const spec = wanted.get(`${name}.${path}`);
      return spec !== undefined && JSON.stringify(spec.stored) !== JSON.stringify(stored);
    });
    if (other !== undefined)
      throw new InputError(
        `\`${definition.name}\`: \`${name}\` is of another module, in which its parameter \`${other.path}\` lies otherwise: take the class from the module of \`${definition.name}\``,
      );
  }
}

function requireEqual(definition: Definition, parts: readonly NamedPart[], sizes: Sizes): void {
  for (const { name, model } of parts) {
    for (const [label, size] of Object.entries(sizes)) {
      const own = model.sizes[label];
      if (own !== undefined && own !== size) {
        const other = parts.find((each) => each.model.sizes[label] === size);
        throw new InputError(
          `\`${definition.name}\`: the dim \`${label}\` is ${own} in \`${name}\`, ${size} ${other === undefined ? 'in the program' : `in \`${other.name}\``}`,
        );
      }
    }
  }
}
