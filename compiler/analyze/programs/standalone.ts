/** Declarations checked by themselves: formals are axes equal to nothing else, so that every call is right. */
import type { Declaration, Param } from '../../../grammar/ast.ts';
import type { Space } from '../../graph/graph.ts';
import { reachOf } from '../expressions/across.ts';
import { bodyValue, defaultArgument } from '../calls/result.ts';
import { laterNames } from '../scope/collected.ts';
import { elaborateDecoder } from '../decoders/decoder.ts';
import { standsInside } from '../types/inner-dims.ts';
import type { LoadedModule } from '../modules/modules.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR } from '../scope/values.ts';
import { origin } from '../scope/report.ts';
import { dimSpace } from '../../graph/spaces.ts';
import { Scope } from '../scope/scope.ts';
import { size } from '../../size/size.ts';
import { reportTwice } from '../scope/taken.ts';
import { axesOf, soundSignature } from '../decoders/signature.ts';
import { mapTypeOfExpr, numberOfExpr, sizeOfExpr, tensorTypeOfExpr } from '../types/types.ts';

export function checkBlock(declaration: Declaration, module: LoadedModule, here: Site): void {
  const scope = new Scope(here.scope);
  const { text } = declaration.name;
  const inside: Site = {
    ...here,
    module,
    scope,
    frame: here.ctx.frame(`${text}#`),
    path: text,
    reach: reachOf(declaration.body),
    later: laterNames(declaration.body),
    taps: [],
    alignments: new Map(),
  };
  if (declaration.what === 'encoder' && !soundSignature(declaration, inside)) return;
  standsInside(declaration, inside);
  defineFormals(declaration, inside);
  for (const param of declaration.params) {
    if (param.value !== null) defaultArgument(param, inside);
    defineParam(param, inside);
  }
  bodyValue(declaration, inside);
}

export function checkDecoder(declaration: Declaration, module: LoadedModule, here: Site): void {
  if (!soundSignature(declaration, here)) return;
  const given = [];
  for (const param of declaration.params) {
    const value = argumentOf(param, here);
    if (value === null) return;
    given.push({ param, node: value.node, ...(value.kind === 'map' ? { sides: value } : {}), span: param.span });
  }
  elaborateDecoder({ kind: 'declaration', declaration, module }, given, declaration.name.span, here);
}

// ---------------------------------------------------------------- formals

function formalDim(label: string, here: Site): Space {
  const id = `${here.path}.${label}`;
  here.ctx.formals.add(id);
  return dimSpace({ id, label, size: size.atom(id), ragged: false, origin: size.int(0), mayBeEmpty: false });
}

function defineFormals(declaration: Declaration, here: Site): void {
  const { scope } = here;
  const define = (label: string, bracket: boolean): void => {
    if (scope.own(label) !== null || (!bracket && scope.lookup(label)?.kind === 'dim')) return;
    scope.define(label, { kind: 'dim', space: formalDim(label, here), span: null, file: here.module.path });
  };
  const group = (label: string): void => {
    if (scope.own(`${label}..`) !== null) return;
    scope.define(`${label}..`, { kind: 'group', axes: [here.frame.axis(`${label}.0`, formalDim(`${label}.0`, here))] });
  };
  for (const param of declaration.statics) {
    const literal = param.value === null ? null : numberOfExpr(param.value);
    const first = scope.own(param.name.text) ?? scope.own(`${param.name.text}..`);
    if (first !== null) reportTwice(param.name, first, here);
    else if (param.group) group(param.name.text);
    else if (literal !== null && !Number.isInteger(literal))
      scope.define(param.name.text, { kind: 'option', value: literal, choices: null });
    else if (param.value === null || sizeOfExpr(param.value, here) !== null) define(param.name.text, true);
    else scope.define(param.name.text, { kind: 'value', value: ERROR, span: param.name.span });
  }
  for (const { type } of declaration.params) {
    if (type.kind === 'tensor' && type.elem.kind === 'index') define(type.elem.of.text, false);
    for (const axis of axesOf(type)) {
      if (axis.group) group(axis.label.text);
      else if (axis.size === null) define(axis.label.text, false);
    }
  }
}

function defineParam(param: Param, here: Site): void {
  const first = here.scope.own(param.name.text);
  const twice = first?.kind === 'value';
  if (twice) reportTwice(param.name, first, here);
  here.scope.define(param.name.text, { kind: 'value', value: twice ? ERROR : (argumentOf(param, here) ?? ERROR), span: param.span });
}

/** A stand-in for an argument of the declared type. */
function argumentOf({ type, name, span }: Param, here: Site): Extract<Value, { kind: 'tensor' | 'map' }> | null {
  const builder = here.ctx.builder.at(origin(here, span, name.text));
  if (type.kind === 'map') {
    const sides = mapTypeOfExpr(type, here);
    return sides === null
      ? null
      : { kind: 'map', ...sides, node: builder.argument({ elem: { kind: 'float' }, axes: [...sides.outs, ...sides.ins], masks: [] }) };
  }
  const declared = tensorTypeOfExpr(type, here);
  return declared === null ? null : { kind: 'tensor', node: builder.argument(declared) };
}
