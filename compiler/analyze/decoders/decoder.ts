/** Decoders: what those written for one step and those written over the whole axis have in common. */
import type { Span } from '../../../grammar/ast.ts';
import { declaresState } from '../bodies/round.ts';
import { laterNames } from '../scope/collected.ts';
import { declarationScope } from '../calls/call.ts';
import { elaborateParallel } from './parallel.ts';
import { bindArguments, type Decoded, type DecoderSetting } from './parts.ts';
import { elaborateRecurrent } from './recurrent.ts';
import type { Site } from '../scope/context.ts';
import type { DeclarationEntry, Given } from '../scope/values.ts';
import { placeOf } from '../scope/context.ts';
import { callFrame, report } from '../scope/report.ts';
import { Scope } from '../scope/scope.ts';
import { soundSignature } from './signature.ts';
import { axesOfExprs, elemOfExpr } from '../types/types.ts';

export function elaborateDecoder(entry: DeclarationEntry, given: readonly Given[], span: Span, here: Site): Decoded | null {
  const { declaration } = entry;
  const { generates } = declaration;
  const { ctx } = here;
  const name = declaration.name.text;
  if (generates === null) {
    report(here, 'E0606', declaration.name.span, `the decoder \`${name}\` does not say what it generates`, {
      fix: 'add `generates y: index(words)[target] start 1 end 2`',
    });
    return null;
  }
  const base: Site = {
    ...here,
    module: entry.module,
    scope: new Scope(declarationScope(entry, here)),
    frame: ctx.frame(`${name}#`),
    path: name,
    called: callFrame(name, name, here),
    target: null,
    ordinals: new Map(),
    steps: new Map(),
    loops: [],
    taps: [],
    alignments: new Map(),
    decode: null,
    stepping: null,
    decoding: null,
    next: false,
    filled: false,
    given: new Map(),
    later: laterNames(declaration.body),
    // A decoder that is checked by itself has no caller.
    calls: span === declaration.name.span ? [] : [...here.calls, { name, place: placeOf(here, span) }],
  };
  if (!soundSignature(declaration, base) || !bindArguments(given, base, here, name)) return null;
  if (generates.type.kind !== 'tensor' || generates.type.elem.kind !== 'index' || generates.type.axes.length !== 1) {
    report(base, 'E0606', generates.span, 'a decoder generates positions along one axis', { expected: '`y: index(words)[target]`' });
    return null;
  }
  const elem = elemOfExpr(generates.type.elem, base);
  const axes = axesOfExprs(generates.type.axes, base);
  if (elem?.kind !== 'index' || axes === null) return null;
  const setting: DecoderSetting = { declaration, generates, axis: axes[0]!, elem, given, base, here, span };
  return declaresState(declaration.body) ? elaborateRecurrent(setting) : elaborateParallel(setting);
}
