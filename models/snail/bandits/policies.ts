/**
 * The table of reference policies: `npx tsx models/snail/bandits/policies.ts [pulls] [trials]`.
 * The trials are those that the task tests on.
 */
import { chance } from '../chance.ts';
import { meanOf } from '../playing.ts';
import { heldTrials } from './bandits.ts';
import { play, references } from './references.ts';

const [pulls = 100, count = 4096] = process.argv.slice(2).map(Number);
const trials = heldTrials('test', count, 5, pulls);
for (const policy of references()) {
  const { mean, error } = meanOf(play(policy, trials, chance(policy.name)));
  process.stdout.write(`${policy.name.padEnd(24)} ${mean.toFixed(2).padStart(6)} ± ${error.toFixed(2)}\n`);
}
