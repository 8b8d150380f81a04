/** Runs every `@example` of the folders that training is made of, and compares the numbers that its comments claim. */

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chdir, cwd } from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { imageDatasetFromDirectory } from '../../dist/index.js';
import * as laminet from '../../lib/index.js';
import { classifier, labels, numbers } from '../harness/training.js';

const folders = ['autodiff', 'callbacks', 'core', 'data', 'runtime', 'training'];
const root = new URL('../../lib/', import.meta.url);

/** A network whose input has one feature, and data for it. */
function line(): laminet.Sequential {
  const net = laminet.sequential([laminet.layers.dense({ units: 1, inputShape: [1] })]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  return net;
}

/** A network whose input is a picture. */
function pictures(): laminet.Sequential {
  const { flatten, dense } = laminet.layers;
  const net = laminet.sequential([flatten({ inputShape: [64, 64, 3] }), dense({ units: 2, activation: 'softmax' })]);
  net.compile({ loss: 'sparseCategoricalCrossentropy' });
  return net;
}

/** The files that examples read. */
function makeFiles(): void {
  const picture = new URL('../data/images/colour.jpg', import.meta.url);
  copyFileSync(picture, 'cat.jpg');
  for (const kind of ['rose', 'tulip']) {
    mkdirSync(`flowers/${kind}`, { recursive: true });
    for (let i = 0; i < 5; i++) copyFileSync(picture, `flowers/${kind}/${i}.jpg`);
  }
}

/** What examples use without making it, where the usual classifier does not fit. */
const own: Record<string, () => Record<string, unknown>> = {
  Sequence: () => ({ net: line() }),
  // Of the build (npm run build): its worker threads load JavaScript.
  imageDatasetFromDirectory: () => ({ net: pictures(), imageDatasetFromDirectory }),
  variableGrads: () => ({ net: line(), x: laminet.tensor([[1], [2]]), y: laminet.tensor([[3], [5]]) }),
};

function given(): Record<string, unknown> {
  const data = { x: numbers(40, 3), y: labels(40) };
  return { net: classifier(), ...data, train: data, test: data };
}

const examples = folders.flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root))
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(new URL(`${folder}/${file}`, root), 'utf8');
      const blocks = text.matchAll(
        /@example\n((?: *\*(?: .*)?\n)+?) *\*\/\n *(?:export )?(?:abstract )?(?:async )?(?:function |const |class )?(\w+)/g,
      );
      return [...blocks].map(([, lines = '', name = '']) => ({
        title: `${folder}/${file} ${name}`,
        name,
        code: lines.replace(/^ *\* ?/gm, ''),
      }));
    }),
);

const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (...values: unknown[]) => Promise<Record<string, unknown>>;

describe('examples', () => {
  const before = cwd();
  const folder = mkdtempSync(join(tmpdir(), 'laminet-examples-'));
  beforeAll(() => {
    chdir(folder);
    makeFiles();
    vi.spyOn(console, 'log').mockReturnValue();
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(console, 'error').mockReturnValue();
  });
  afterAll(() => {
    vi.restoreAllMocks();
    chdir(before);
    rmSync(folder, { recursive: true });
    laminet.setFloatx('float32');
    laminet.setDevice('auto');
  });

  it('are many', () => expect(examples.length).toBeGreaterThan(20));

  it.each(examples)('$title', async ({ name, code }) => {
    const declared = [...code.matchAll(/^const (?:(\w+)|[[{](.*)[\]}]) =/gm)].flatMap(([, one, several]) =>
      several === undefined ? [one as string] : several.trim().split(', '),
    );
    const scope: Record<string, unknown> = { ...laminet, ...given(), ...own[name]?.() };
    for (const word of declared) delete scope[word];
    const results = await new AsyncFunction(...Object.keys(scope), `${code}\nreturn { ${declared.join(', ')} };`)(
      ...Object.values(scope),
    );
    for (const [, variable = '', claimed = ''] of code.matchAll(/^const (\w+) = .*; \/\/ (\[.*\])$/gm)) {
      expect(await (results[variable] as laminet.Tensor).array(), variable).toEqual(JSON.parse(claimed));
    }
  });
});
