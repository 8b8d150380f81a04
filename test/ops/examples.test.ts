/** Runs every `@example` of lib/ops, and compares what its comments claim: the numbers of a result, or its shape. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { NestedArray, Tensor } from '../../lib/graph/tensor.js';
import * as ops from '../../lib/ops/index.js';
import { setDevice } from '../../lib/runtime/device.js';
import { tensor } from '../../lib/runtime/device_tensor.js';

const folder = new URL('../../lib/ops/', import.meta.url);

/** Names that examples use without making them. */
const given = {
  x: () =>
    tensor([
      [1, 2],
      [3, 4],
    ]),
  images: () => ops.ones([2, 4, 4, 3]),
  bytes: () => ops.ones([2, 3], 'uint8'),
};

interface Example {
  readonly title: string;
  readonly code: string;
}

function examplesOf(file: string): Example[] {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const blocks = [...text.matchAll(/@example\n((?: \*.*\n)+?) \*\/\nexport (?:async )?(?:function|const|class) (\w+)/g)];
  return blocks.map(([, lines, name]) => ({ title: `${name} (${file})`, code: (lines as string).replace(/^ \* ?/gm, '') }));
}

const examples = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .flatMap(examplesOf);

/** What a line claims about the variable it declares: JSON, as numbers or as a shape. */
function claims(code: string): { name: string; claimed: NestedArray }[] {
  return [...code.matchAll(/^const (\w+) = .*; \/\/ (\[.*\]|-?[\d.]+)$/gm)].map(([, name, json]) => ({
    name: name as string,
    claimed: JSON.parse(json as string) as NestedArray,
  }));
}

const rounded = (values: NestedArray): NestedArray =>
  Array.isArray(values) ? values.map(rounded) : Math.round(values * 1000) / 1000;

async function agrees(result: Tensor, claimed: NestedArray): Promise<boolean> {
  const wanted = JSON.stringify(rounded(claimed));
  return JSON.stringify(result.shape) === wanted || JSON.stringify(rounded(await result.array())) === wanted;
}

describe('examples', () => {
  test('there are many', () => expect(examples.length).toBeGreaterThan(60));

  for (const { title, code } of examples) {
    test(title, async () => {
      setDevice('reference');
      const declared = [...code.matchAll(/^const (?:(\w+)|[[{](.*)[\]}]) =/gm)].flatMap(([, single, several]) =>
        single === undefined ? (several as string).trim().split(', ') : [single],
      );
      const scope: Record<string, unknown> = { ...ops, tensor };
      for (const [name, make] of Object.entries(given)) if (!declared.includes(name)) scope[name] = make();
      for (const name of declared) delete scope[name];
      const run = new Function(...Object.keys(scope), `${code}; return { ${declared.join(', ')} };`);
      const results = run(...Object.values(scope)) as Record<string, Tensor>;
      for (const { name, claimed } of claims(code)) {
        expect(await agrees(results[name] as Tensor, claimed), `${name} is ${JSON.stringify(await results[name]?.array())}`).toBe(
          true,
        );
      }
    });
  }
});
