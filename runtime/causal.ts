import { requireExamples } from './batch.ts';
import { Streaming } from './decode/streaming.ts';
import type { Definition, StreamDefinition } from './definition.ts';
import { InputError } from './errors.ts';
import { drawOptions, Model, type DrawOptions, type ModelOptions } from './model.ts';
import { requireOptions } from './names.ts';

/**
 * A `causal` program: its output at a position depends only on the positions up to it, so it can also run position by position.
 *
 * `Place` is one position of the inputs along that axis; `Output` is what `forward` returns for a whole example, and a step for
 * one position of it.
 */
export class CausalModel<Dims, Input extends object, Target extends object, Output, Place extends object> extends Model<
  Dims,
  Input,
  Target,
  Output
> {
  private readonly placewise: StreamDefinition;

  constructor(definition: Definition, options: ModelOptions<Dims> = {}) {
    super(definition, options);
    const { stream } = definition;
    if (stream === undefined || stream === null) {
      this.dispose();
      throw new InputError(`\`${definition.name}\` cannot run position by position: its program does not say \`causal\``);
    }
    this.placewise = stream;
  }

  /**
   * Begins a run position by position, with the parameters as they are now. Dispose of it at the end.
   *
   * @param examples the inputs that do not have the axis of the positions; `{}` for each example if there are none
   * @throws InputError for examples that do not fit the inputs
   */
  stream(examples: readonly Omit<Input, keyof Place>[], options: DrawOptions = {}): Streaming<Place, Output> {
    requireOptions(options, drawOptions, '`stream`');
    requireExamples(examples);
    return new Streaming(
      this.definition,
      this.placewise,
      this.sizes,
      this.weights.tree,
      examples,
      this.randomFor(examples.length, options),
    );
  }
}
