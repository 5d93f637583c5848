/** `attnc export`: a folder that is whole or not there, and nothing of the user's lost. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { signaturesIn } from '../export/read.ts';
import { attnc, requireBuilt, scratch, type Ran } from './support.ts';

const folder = scratch();
const exported = (...words: readonly string[]): Promise<Ran> => attnc(folder, 'export', ...words);

beforeAll(async () => {
  requireBuilt();
  await attnc(folder, 'init', 'project');
  expect((await attnc(folder, 'train', 'project', '--backend', 'cpu', '--steps', '2')).status).toBe(0);
});

describe('export', () => {
  it('writes a SavedModel of the trained model', async () => {
    const { status, out } = await exported('savedmodel', 'project', '--out', join('new', 'made'));
    expect({ status, out }).toEqual({ status: 0, out: `saved_model.pb, assets.extra/signature.json in ${join('new', 'made')}\n` });
    const made = join(folder, 'new', 'made');
    expect(readdirSync(join(folder, 'new'))).toEqual(['made']);
    expect(readdirSync(made).sort()).toEqual(['assets.extra', 'saved_model.pb']);
    expect(Object.keys(signaturesIn(readFileSync(join(made, 'saved_model.pb'))))).toContain('serving_default');
    expect(JSON.parse(readFileSync(join(made, 'assets.extra', 'signature.json'), 'utf8'))).toMatchObject({ source: 'model.attn' });
  });

  it('writes over nothing but an export, and only if told', async () => {
    await exported('savedmodel', 'project', '--out', 'twice');
    const file = join(folder, 'twice', 'saved_model.pb');
    const before = readFileSync(file);
    expect(await exported('savedmodel', 'project', '--out', 'twice')).toMatchObject({
      status: 1,
      err: 'attnc: twice already has saved_model.pb: nothing was written\n  fix: give the name of a new folder, or --force to replace it\n',
    });
    writeFileSync(file, 'old');
    expect((await exported('savedmodel', 'project', '--out', 'twice', '--force')).status).toBe(0);
    expect(readFileSync(file).equals(before)).toBe(true);
    mkdirSync(join(folder, 'own'));
    writeFileSync(join(folder, 'own', 'letter.txt'), 'dear');
    for (const words of [[], ['--force']])
      expect(await exported('savedmodel', 'project', '--out', 'own', ...words)).toMatchObject({
        status: 1,
        err: 'attnc: own is not empty, and has no saved_model.pb: nothing was written\n  fix: give the name of a new folder\n',
      });
    expect(readdirSync(join(folder, 'own'))).toEqual(['letter.txt']);
    expect(readdirSync(folder).filter((name) => /\.(part|old)$/u.test(name))).toEqual([]);
  });

  it.each([
    [
      ['savedmodle', 'project', '--out', 'x'],
      'attnc export: there is no format savedmodle: choose savedmodel\n  did you mean savedmodel?\n',
    ],
    [
      ['project', 'savedmodel', '--out', 'x'],
      'attnc export: there is no format project: choose savedmodel\n  fix: attnc export savedmodel DIR --out FOLDER\n',
    ],
    [['savedmodel', '--out', 'x'], 'attnc export: FORMAT DIR is missing\n  usage: attnc export [OPTIONS] FORMAT DIR\n'],
    [['savedmodel', 'project'], 'attnc export: --out is missing\n  fix: for example attnc export savedmodel project --out exported\n'],
  ])('refuses %j', async (words, err) => {
    expect(await exported(...words)).toEqual({ status: 2, out: '', err });
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('writes nothing where there is no checkpoint', async () => {
    const { status, err } = await exported('savedmodel', 'project', '--checkpoint', 'none.safetensors', '--out', 'none');
    expect(status).toBe(1);
    expect(err).toContain('there is no checkpoint none.safetensors');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('lists its formats', async () => {
    expect((await attnc(folder, 'export', '--help')).out).toContain('savedmodel, a folder for TensorFlow');
  });
});
