import { describe, expect, it } from 'vitest';
import { DataError, ShapeError, tensor, ValueError } from '../../lib/index.js';
import { confusionMatrix } from '../../lib/plot/index.js';
import { textWidth } from '../../lib/plot/text.js';
import { drawn, texts } from './picture.js';

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly color: string;
}

async function cells(figure: ReturnType<typeof confusionMatrix>): Promise<Cell[]> {
  const found = (await figure.toSVG()).matchAll(
    /<rect x="([^"]*)" y="([^"]*)" width="([^"]*)" height="[^"]*" fill="rgb\(([^)]*)\)"/g,
  );
  return [...found].map(([, x, y, side, color]) => ({ x: Number(x), y: Number(y), side: Number(side), color: String(color) }));
}

describe('plot.confusionMatrix', () => {
  it('has a row for each true class and a column for each predicted one', async () => {
    const figure = confusionMatrix(
      [
        [48, 2],
        [5, 1234],
      ],
      { classNames: ['cat', 'dog'] },
    );
    expect(await texts(figure)).toEqual(['48', '2', '5', '1,234', 'cat', 'dog', 'true class', 'cat', 'dog', 'predicted class']);
    const [first, second, third] = await cells(figure);
    expect([second?.y, third?.x]).toEqual([first?.y, first?.x]);
    expect(second?.x).toBeGreaterThan(first?.x as number);
    expect(third?.y).toBeGreaterThan(first?.y as number);
  });

  it('colours cells by their share of the row: none is light, all is dark', async () => {
    const figure = confusionMatrix([
      [4, 0, 0],
      [1, 1, 2],
      [0, 0, 0],
    ]);
    const found = await cells(figure);
    expect(found[0]?.color).toBe('8,48,107');
    expect(found[1]?.color).toBe('247,251,255');
    expect(found[3]?.color).toBe(found[4]?.color);
    expect(found.slice(6).map(({ color }) => color)).toEqual(Array(3).fill('247,251,255'));
    const { x, y } = found[0] as Cell;
    expect((await drawn(figure)).at(x + 3, y + 3)).toEqual([8, 48, 107]);
  });

  it('writes shares of the row when normalised', async () => {
    const figure = confusionMatrix({ data: Int32Array.of(3, 1, 0, 0), shape: [2, 2] }, { normalize: true, title: 'Test' });
    expect(await texts(figure)).toEqual([
      '0.75',
      '0.25',
      '0.00',
      '0.00',
      '0',
      '1',
      'true class',
      '0',
      '1',
      'predicted class',
      'Test',
    ]);
  });

  it('keeps ten long names readable: slanted below, cut at 140 pixels, inside the picture', async () => {
    const classNames = Array.from({ length: 10 }, (_, i) => `class ${i} with a name that is far too long`);
    const figure = confusionMatrix(
      Array.from({ length: 10 }, () => Array(10).fill(100)),
      { classNames },
    );
    const names = (await texts(figure)).filter((text) => text.startsWith('class '));
    expect(names).toHaveLength(20);
    for (const name of names) {
      expect(name).toMatch(/…$/);
      expect(textWidth(name, 13)).toBeLessThanOrEqual(140);
    }
    expect((await figure.toSVG()).match(/rotate\(-45/g)).toHaveLength(10);
    const picture = await drawn(figure);
    expect(picture.dark(0, 0, picture.width, 8) + picture.dark(0, picture.height - 8, picture.width, 8)).toBe(0);
    expect(picture.dark(0, 0, 8, picture.height) + picture.dark(picture.width - 8, 0, 8, picture.height)).toBe(0);
  });

  it.each<[unknown, object, typeof ShapeError | typeof ValueError, string]>([
    [[[1, 2]], {}, ShapeError, 'plot.confusionMatrix: received the shape [1, 2]; expected [classes, classes]'],
    [[1], {}, ShapeError, 'plot.confusionMatrix: received the shape [1]; expected [classes, classes]'],
    [
      [[1]],
      { classNames: ['a', 'b'] },
      ShapeError,
      'plot.confusionMatrix: classNames has 2 entries; expected one for each of 1 classes',
    ],
    [
      [[1]],
      { classNames: [3] },
      ValueError,
      'plot.confusionMatrix: classNames: received an array of 1; expected a list of texts',
    ],
    [[[1]], { names: [] }, ValueError, "plot.confusionMatrix: unknown option 'names'"],
  ])('refuses %j with %j', (counts, options, type, words) => {
    expect(() => confusionMatrix(counts as never, options)).toThrow(type);
    expect(() => confusionMatrix(counts as never, options)).toThrow(words);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a count of %d', async (count) => {
    const words = `plot.confusionMatrix: received a count of ${count}; expected numbers of at least 0`;
    expect(() => confusionMatrix([[count]])).toThrow(DataError);
    expect(() => confusionMatrix([[count]])).toThrow(words);
    await expect(confusionMatrix(tensor([[count]])).toSVG()).rejects.toThrow(words);
  });
});
