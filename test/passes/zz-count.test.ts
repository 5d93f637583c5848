import { it } from 'vitest';
import { reachable } from '/work/main/compiler/graph/walk.ts';
import { batch } from '/work/main/compiler/passes/batch.ts';
import { simplify } from '/work/main/compiler/passes/simplify.ts';
import { vectorise } from '/work/main/compiler/passes/vectorise.ts';
import { differentiate } from '/work/main/compiler/passes/differentiate.ts';
import { layout } from '/work/main/compiler/passes/layout.ts';
import { printGraph as print } from '/work/main/compiler/graph/print.ts';
import { Dependence } from '/work/main/compiler/graph/walk.ts';
import { bahdanau } from '/work/main/test/passes/graphs.ts';
import { averaged, leaves } from '/work/main/test/passes/support.ts';
it('counts', () => {
  const { roots } = bahdanau();
  const a = simplify(vectorise(simplify(batch(roots))));
  const d = simplify(differentiate(averaged(a), 'loss', leaves(roots).parameters).roots);
  const dep = new Dependence();
  for (const [what, g] of [['batched', d], ['laid', layout(d)]] as const) {
  const nodes = reachable([...g.values()]);
  console.log(what, 'nodes', nodes.length);
  for (const scan of nodes) if (scan.op.kind === 'scan') {
    const { region } = scan.op;
    const own = new Set([region.position, ...region.xs, ...region.states]);
    const body = reachable([...region.nexts, ...region.emits]).filter((n) => n.op.kind !== 'argument' && [...dep.of(n)].some((x) => own.has(x)));
    const counts = new Map<string, number>();
    for (const n of body) { const k = n.op.kind === 'binary' || n.op.kind === 'unary' ? n.op.fn : n.op.kind; counts.set(k, (counts.get(k) ?? 0) + 1); }
    console.log(what, scan.op.axis.id, scan.op.reversed ? 'reversed' : 'forward', 'xs', region.xs.length, 'states', region.states.length, 'emits', region.emits.length, 'ops', body.length, JSON.stringify(Object.fromEntries(counts)));
  }
  }
  if (process.env.PRINT) console.log(print(process.env.PRINT === 'd' ? d : layout(d)));
});
