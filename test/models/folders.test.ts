/** Every folder of a model has the same parts, and trains: some steps of its `quick` here, all of them in `npm run smoke`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attnc, root, scratch } from '../cli/support.ts';

/** Folders with a program and a task. */
function foldersUnder(under: string): string[] {
  return readdirSync(join(root, under), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['out', 'std'].includes(entry.name))
    .flatMap(({ name }) => {
      const folder = `${under}/${name}`;
      const own = existsSync(join(root, folder, 'model.attn')) && existsSync(join(root, folder, 'task.ts')) ? [folder] : [];
      return [...own, ...foldersUnder(folder)];
    });
}

describe.each(foldersUnder('models'))('%s', (folder) => {
  // A second model of a folder, such as a baseline, is told of in the README of the first.
  const parent =
    folder.split('/').length > 2 && !existsSync(join(root, folder, 'README.md')) ? folder.split('/').slice(0, -1).join('/') : folder;

  it('has a README with its command, no checkpoint of 2 MB or more, and a place in docs/models.md', () => {
    expect(readFileSync(join(root, parent, 'README.md'), 'utf8')).toContain(`npx attnc train ${folder}`);
    expect(statSync(join(root, folder, 'checkpoint.safetensors'), { throwIfNoEntry: false })?.size ?? 0).toBeLessThan(2e6);
    expect(readFileSync(join(root, 'docs', 'models.md'), 'utf8')).toContain(`](../${parent}/README.md`);
  });

  it('trains, measures and answers', { timeout: 300_000 }, async () => {
    const out = scratch();
    const trained = await attnc(root, 'train', folder, '--quick', '--steps', '4', '--backend', 'wasm', '--out', out);
    expect(trained.status, trained.err).toBe(0);
    const measured = await attnc(root, 'evaluate', folder, '--limit', '8', '--backend', 'wasm', '--out', out);
    expect(measured.status, measured.err).toBe(0);
    expect(measured.out).toMatch(/examples/);
  });
});
