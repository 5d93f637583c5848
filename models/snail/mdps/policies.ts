/**
 * The table of reference policies: `npx tsx models/snail/mdps/policies.ts [episodes] [trials] [validation]`.
 * The trials are those that the task tests on, or, to choose what the policies are set to, others.
 */
import { chance } from '../chance.ts';
import { meanOf } from '../playing.ts';
import { heldTrials } from './mdps.ts';
import { greedy, play, posteriorSampling, references } from './references.ts';

const [episodes = '5', count = '4096', split = 'test'] = process.argv.slice(2);
const size = { states: 5, actions: 3, horizon: 10 };
const trials = heldTrials(split === 'validation' ? 'validation' : 'test', Number(count), size, Number(episodes));
const settings = [
  ...[0.5, 1, 2, 3, 4].map((bonus) => greedy({ bonus })),
  ...[0.05, 0.1, 0.2].map((epsilon) => greedy({ epsilon })),
  ...[2, 3, 5, 10].map((samples) => posteriorSampling(samples)),
];
for (const policy of split === 'validation' ? settings : references()) {
  const { mean, error } = meanOf(play(policy, trials, chance(policy.name)));
  process.stdout.write(`${policy.name.padEnd(40)} ${mean.toFixed(2).padStart(6)} ± ${error.toFixed(2)}\n`);
}
