/** Every row of the notebooks' checklist has a test that is titled by it. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** How many rows each notebook has; X are those of all notebooks. */
const counts = { X: 9, 'N0-': 24, 'N1-': 19, 'N2-': 17, 'N3-': 12, 'N4-': 15 };

const expected = Object.entries(counts).flatMap(([prefix, count]) =>
  Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`),
);

/** The row ids at the start of the titles of the tests of a file: `it('N3-1 a title', ...)`, also for several: `'N0-1, N0-2 a title'`. */
function titledRows(text: string): string[] {
  const titles = text.matchAll(/\b(?:it|describe)(?:\.each\([^)]*\))?\(\s*(['"`])((?:(?!\1).)*)\1/g);
  return [...titles].flatMap(([, , title = '']) => {
    const ids = /^(?:(?:X\d+|N\d-\d+)[, ]+)+/.exec(title)?.[0] ?? '';
    return ids.match(/X\d+|N\d-\d+/g) ?? [];
  });
}

it('has a test for every row', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
  const found = files.flatMap((name) => titledRows(readFileSync(`${import.meta.dirname}/${name}`, 'utf8')));
  expect({
    missing: expected.filter((id) => !found.includes(id)),
    unknown: found.filter((id) => !expected.includes(id)),
  }).toEqual({
    missing: [],
    unknown: [],
  });
});
