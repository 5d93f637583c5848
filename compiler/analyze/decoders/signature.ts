/** The names of axes and dims in the signature of a declaration. */
import type { AxisExpr, Declaration, Name, Param } from '../../../grammar/ast.ts';
import { differOnPurpose, isSlip } from '../../diagnostics/names.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { dimNames } from '../scope/axes.ts';
import type { Site } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { unknownName } from '../scope/unknown.ts';
import { isError } from '../scope/values.ts';

export function axesOf(type: Param['type']): readonly AxisExpr[] {
  return type.kind === 'tensor' ? type.axes : [...type.out, ...type.in];
}

/** Names of axes and dims in a signature. */
function signatureNames(declaration: Declaration): Name[] {
  const types = [
    ...declaration.params.map(({ type }) => type),
    ...(declaration.generates === null ? [] : [declaration.generates.type]),
    ...(declaration.result === null
      ? []
      : declaration.result.kind === 'record'
        ? declaration.result.fields.map(({ type }) => type)
        : [declaration.result.type]),
  ];
  return types.flatMap((type) => [
    ...(type.kind === 'tensor' && type.elem.kind === 'index' ? [type.elem.of] : []),
    ...axesOf(type).flatMap((axis) => (axis.group || axis.size !== null ? [] : [axis.label])),
  ]);
}

/** Models, encoders and decoders have no formals: they have no caller whose axes could bind them. */
export function soundSignature(declaration: Declaration, here: Site): boolean {
  const free = signatureNames(declaration).filter(
    ({ text }) => here.scope.lookup(text)?.kind !== 'dim' && !declaration.statics.some((param) => param.name.text === text),
  );
  const dims = dimNames(here);
  for (const [k, name] of free.entries()) {
    if (free.findIndex(({ text }) => text === name.text) < k || isError(here.scope.lookup(name.text))) continue;
    unknownName(here, 'E0407', name, 'dim', dims);
  }
  return free.length === 0;
}

/** W0401: a formal that resembles a dim of the file, or that occurs only once and resembles another. */
export function warnFormals(declaration: Declaration, uses: (name: string) => number, here: Site): void {
  const names = signatureNames(declaration);
  const dims = dimNames(here);
  for (const [k, name] of names.entries()) {
    const { text } = name;
    if (
      names.findIndex((other) => other.text === text) < k ||
      dims.includes(text) ||
      declaration.statics.some((param) => param.name.text === text)
    )
      continue;
    const near = dims.find((dim) => isSlip(text, dim));
    if (near !== undefined) {
      report(here, 'W0401', name.span, `the axis \`${text}\` is any axis of a caller, and looks like the dim \`${near}\``, {
        severity: 'warning',
        fix: `if the dim is meant, write \`${near}\``,
      });
      continue;
    }
    const like =
      uses(text) === 1
        ? didYouMean(
            text,
            dims.filter((dim) => !differOnPurpose(text, dim)),
          )
        : null;
    if (like !== null) {
      report(here, 'W0401', name.span, `the axis \`${text}\` stands nowhere else: it is any axis of a caller`, {
        severity: 'warning',
        fix: `if the dim is meant, write \`${like}\``,
      });
    }
  }
}
