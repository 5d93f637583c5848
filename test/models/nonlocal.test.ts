/** models/nonlocal: what its checkpoint does, and that it does not mind the size of the picture. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../runtime/index.ts';
import { drawScene, palette } from '../../models/nonlocal/scenes.ts';
import { task, type ColourModel } from '../../models/nonlocal/task.ts';
import { chance } from '../../models/snail/chance.ts';
import { compiled, usableBackends } from './support.ts';

const checkpoint = readFileSync(new URL('../../models/nonlocal/checkpoint.safetensors', import.meta.url));

describe('scenes', () => {
  it('have a coloured mark at the left and a grey one at the right', () => {
    for (let k = 0; k < 50; k++) {
      const { image, grey, colour, cue, target } = drawScene(chance(`scene ${k}`), 12, 0);
      expect(grey.flat().filter(Boolean)).toHaveLength(4);
      expect(cue.column).toBeLessThan(3);
      expect(target.column).toBeGreaterThan(7);
      expect(image.flat().filter((pixel) => palette[colour]!.every((value, channel) => pixel[channel] === value))).toHaveLength(4);
    }
  });
});

describe.each(await usableBackends())('the checkpoint on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each([12, 20])(
    'colours pictures of %i pixels a side',
    async (size) => {
      const { create } = await compiled<ColourModel>('nonlocal/model.attn');
      const configuration = {
        ...task.configurations.nonlocal!,
        dims: { height: size, width: size },
        settings: { validation: 1, test: 24 },
      };
      const open = await task.open(configuration);
      const model = create({ dims: open.dims });
      await model.load(checkpoint);
      const { rows } = await open.evaluate(model, open.test);
      expect(rows[0]!.values[0]).toBeGreaterThanOrEqual(0.98);
      model.dispose();
    },
    300_000,
  );
});

it('a line is the number of a picture', async () => {
  const open = await task.open(task.configurations.quick!);
  expect(open.parse(' 7 ').shown).toMatch(/^(red|yellow|green|cyan|blue|magenta) at row \d+, column \d+, grey at row/);
  expect(() => open.parse('blue')).toThrow('expected the number of a picture, such as `7`; given `blue`');
});
