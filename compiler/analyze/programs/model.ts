/** Models: their inputs, their outputs, and what an objective may name. */
import type { Declaration, Expr, Generates } from '../../../grammar/ast.ts';
import type { Axis, Clocked, DecoderGraph, Input, Node, TensorType } from '../../graph/graph.ts';
import { countsIn, hasAxis, originOf, sameSpace, sizeOf } from '../../graph/spaces.ts';
import { reachOf } from '../expressions/across.ts';
import { tensorsOf } from '../bodies/body.ts';
import { bodyValue } from '../calls/result.ts';
import { laterNames } from '../scope/collected.ts';
import { openClock, closeClock } from '../decoders/causal.ts';
import { elaborateDecoder } from '../decoders/decoder.ts';
import type { Decoded } from '../decoders/parts.ts';
import { noMap } from '../expressions/maps.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { callFrame, origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import { Scope } from '../scope/scope.ts';
import { soundSignature } from '../decoders/signature.ts';
import { elemName } from '../scope/describe.ts';
import { refuseOrder } from '../types/inner-dims.ts';
import { isOfLengths } from '../types/length.ts';
import { constantOf, size } from '../../size/size.ts';
import { isTaken } from '../scope/taken.ts';
import { numberOfExpr, tensorTypeOfExpr } from '../types/types.ts';

export interface Model {
  readonly inputs: readonly Input[];
  readonly outputs: ReadonlyMap<string, Node>;
  readonly decoded: Decoded | null;
  /** For a `causal` model. */
  readonly causal: Clocked | null;
  /** Its scope has everything an objective may name. */
  readonly here: Site;
}

export function elaborateModel(declaration: Declaration, root: Site): Model | null {
  const { problems } = root.ctx;
  const errors = problems.errors;
  if (!soundSignature(declaration, root)) return null;
  const scope = new Scope(root.scope);
  const decoded: Decoded[] = [];
  const here: Site = {
    ...root,
    scope,
    called: callFrame(declaration.name.text, '', root),
    reach: reachOf(declaration.body),
    clocked: declaration.causal !== null,
    later: laterNames(declaration.body),
    taps: [],
    alignments: new Map(),
    decode: (entry, given, span, at) => {
      if (decoded.length > 0) return report(at, 'E0606', span, 'a model generates with one decoder');
      const { generates } = declaration;
      if (generates === null)
        return report(at, 'E0606', span, `the model \`${declaration.name.text}\` does not say that it generates`, {
          fix: 'add `generates …` to it, as the decoder has it',
        });
      const made = elaborateDecoder(entry, given, span, at);
      if (made === null || !generatesAlike(generates, made, at)) return ERROR;
      decoded.push(made);
      return tensor(made.named.get('logits')!);
    },
  };
  const inputs = modelInputs(declaration, here);
  if (problems.errors > errors) return null;
  const clock = openClock(declaration, inputs, here);
  if (problems.errors > errors) return null;
  const value = bodyValue(declaration.generates === null ? declaration : { ...declaration, result: null }, here);
  if (value.kind === 'error' || problems.errors > errors) return null;
  const result = decoded[0] ?? null;
  if (declaration.generates !== null && (result === null || value.kind !== 'tensor' || value.node !== result.named.get('logits'))) {
    report(
      here,
      'E0606',
      declaration.name.span,
      `the model \`${declaration.name.text}\` generates, but its body does not end in a decoder's call`,
    );
    return null;
  }
  const main = declaration.result?.kind === 'named' ? declaration.result.name.text : 'result';
  const found = result === null ? resultsOf(value, main, clock?.axis ?? null, here) : new Map([['logits', result.logits]]);
  const closed = clock === null ? { outputs: found, causal: null } : closeClock(clock, found, here);
  if (closed === null) return null;
  const { outputs, causal } = closed;
  const define = (name: string, node: Node): void => {
    const known = scope.own(name);
    const fields = new Map([...(result?.fields.get(name) ?? [])].map(([field, key]) => [field, tensor(result!.named.get(key)!)]));
    if (known === null)
      scope.define(name, {
        kind: 'value',
        value: fields.size === 0 ? tensor(node) : { kind: 'record', fields, main: tensor(node) },
        span: null,
      });
  };
  // The model's results take precedence over names in its body: `y` is the result `y`.
  for (const [name, node] of outputs) scope.define(name, { kind: 'value', value: tensor(node), span: null });
  if (result !== null) {
    for (const name of tapsOf(result.graph)) outputs.set(name, result.named.get(name)!);
    // Weights computed from the inputs alone: no step has them, but `forward` returns them.
    for (const [name, value] of scope.values()) {
      const weights = value.kind === 'record' ? value.fields.get('weights') : undefined;
      if (weights?.kind === 'tensor' && typeOf(weights.node).masks.length === 0) outputs.set(`${name}.weights`, weights.node);
    }
    // An objective sees where the logits are absent.
    scope.define('logits', { kind: 'value', value: tensor(result.named.get('logits')!), span: null });
    for (const [name, node] of result.named) define(name, node);
    define(`${result.graph.output}'`, result.targetNode);
    define(result.graph.output, result.previousNode);
  }
  for (const [name, node] of outputs) define(name, node);
  return { inputs, outputs, decoded: result, causal, here };
}

/** The results of a model: its value, and the weights of its only attention; for a causal model those that belong to a position. */
function resultsOf(value: Value, main: string, clock: Axis | null, here: Site): Map<string, Node> {
  const results = tensorsOf(value, main);
  const [tap] = here.taps;
  if (tap === undefined || here.taps.length > 1 || results.has('weights')) return results;
  const { axes, masks } = typeOf(tap.node);
  return masks.length > 0 || (clock !== null && (!hasAxis(axes, clock.id) || axes.some(({ space }) => countsIn(space, clock.space))))
    ? results
    : results.set('weights', tap.node);
}

function tapsOf(decoder: DecoderGraph): readonly string[] {
  if (decoder.kind === 'recurrent') return [...decoder.taps.keys()];
  return [...decoder.clocked.outputs.keys()].flatMap((name) => (name.startsWith('tap.') ? [name.slice('tap.'.length)] : []));
}

function modelInputs(declaration: Declaration, here: Site): Input[] {
  const inputs: Input[] = [];
  for (const param of declaration.params) {
    const { name, span } = param;
    if (param.type.kind === 'map') {
      noMap('an input of a model', param.type.span, here);
      continue;
    }
    const type = tensorTypeOfExpr(param.type, here);
    isTaken(name, here);
    if (type === null || refuseOrder(type.axes, param.type.span, here)) continue;
    const otherwise = param.value === null ? null : defaultOf(param.value, name.text, type, here);
    inputs.push({ name: name.text, type, doc: null, ...(otherwise === null ? {} : { otherwise }) });
    here.scope.define(name.text, {
      kind: 'value',
      value: tensor(here.ctx.builder.input(name.text, type, origin(here, span, name.text))),
      span,
    });
  }
  return inputs;
}

/** The default of an optional input is one number or truth value for all elements. */
function defaultOf(value: Expr, name: string, { elem }: TensorType, here: Site): number | null {
  const number = value.kind === 'bool' ? (value.value ? 1 : 0) : numberOfExpr(value);
  const known = elem.kind === 'index' ? constantOf(sizeOf(elem.space)) : null;
  const first = elem.kind === 'index' ? constantOf(originOf(elem.space)) : 0;
  const fits =
    number !== null &&
    (value.kind === 'bool') === (elem.kind === 'bool') &&
    (elem.kind === 'float' || Number.isInteger(number)) &&
    (elem.kind !== 'index' || (first !== null && number >= first && (known === null || number < first + known)));
  if (fits) {
    // For a dim that is a symbol, the position is known when the model is made.
    if (elem.kind === 'index' && first !== null && known === null && !isOfLengths(sizeOf(elem.space), here)) {
      here.ctx.requirements.push({
        kind: 'atMost',
        a: size.int(number - first + 1),
        b: sizeOf(elem.space),
        origin: origin(here, value.span),
        why: `position ${number} of \`${elemName(elem)}\` is the default of \`${name}\``,
      });
    }
    return number;
  }
  report(here, 'E0305', value.span, `this is not a default of the input \`${name}\``, {
    expected:
      elem.kind === 'bool'
        ? '`true` or `false`'
        : elem.kind === 'float'
          ? 'a number'
          : elem.kind === 'int'
            ? 'a whole number'
            : `a position of \`${elemName(elem)}\`, as a number`,
    why: 'an example that leaves the input out has it everywhere',
    fix: 'compute what depends on other inputs in the body',
  });
  return null;
}

/** A model generates what its decoder does, under the same name. */
function generatesAlike(generates: Generates, made: Decoded, here: Site): boolean {
  const { graph } = made;
  const type = generates.type.kind === 'tensor' ? tensorTypeOfExpr(generates.type, here) : null;
  if (type === null && generates.type.kind === 'tensor') return false;
  const alike =
    type !== null &&
    generates.name.text === graph.output &&
    type.elem.kind === 'index' &&
    sameSpace(type.elem.space, graph.vocabulary) &&
    type.axes.length === 1 &&
    sameSpace(type.axes[0]!.space, graph.axis.space);
  if (!alike) {
    report(here, 'E0307', generates.span, `the model does not generate what its decoder \`${graph.name}\` does`, {
      fix: `write \`generates ${graph.output}: …\` in both, with one type`,
    });
  }
  return alike;
}
