import { describe, expect, it } from 'vitest';
import { DataError, ShapeError, tensor, ValueError } from '../../lib/index.js';
import { images } from '../../lib/plot/index.js';
import { textWidth } from '../../lib/plot/text.js';
import { decode, drawn, imageBoxes, texts } from './picture.js';

const flat = (value: number, side = 4) => ({ data: new Uint8Array(side * side * 3).fill(value), shape: [side, side, 3] });
const batch = (count: number) => ({ data: new Uint8Array(count * 48), shape: [count, 4, 4, 3] });

describe('plot.images', () => {
  it('draws a list of images, or a batch, each in its place', async () => {
    for (const value of [
      [flat(10), flat(90), flat(200)],
      { data: Uint8Array.of(10, 10, 10, 90, 90, 90, 200, 200, 200), shape: [3, 1, 1, 3] },
    ]) {
      const figure = images(value, { columns: 2 });
      const boxes = await imageBoxes(figure);
      const picture = await drawn(figure);
      expect(boxes.map(({ x, y }) => [x, y])).toEqual([
        [12, 12],
        [152, 12],
        [12, 152],
      ]);
      expect(boxes.map(({ x, y }) => picture.at(x + 60, y + 60)[0])).toEqual([10, 90, 200]);
      expect([picture.width, picture.height]).toEqual([292, 292]);
    }
  });

  it('takes a tensor, and images of one channel without their axis', async () => {
    const figure = images(tensor([[[0, 1]], [[5, 5]]]), { colormap: 'gray', min: 0, max: 1 });
    const [first] = await imageBoxes(figure);
    const picture = await drawn(figure);
    expect([picture.at((first?.x ?? 0) + 10, 30), picture.at((first?.x ?? 0) + 100, 30)]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ]);
  });

  it('lays 25 images out in 5 rows of 5 unless told otherwise', async () => {
    expect(new Set((await imageBoxes(images(batch(25)))).map(({ x }) => x)).size).toBe(5);
    expect(new Set((await imageBoxes(images(batch(10), { columns: 5 }))).map(({ y }) => y)).size).toBe(2);
  });

  it('enlarges by whole numbers up to the cell size, and shrinks larger images', async () => {
    const sides = async (side: number, cellSize: number) => (await imageBoxes(images([flat(0, side)], { cellSize })))[0]?.width;
    expect(await Promise.all([sides(28, 128), sides(32, 100), sides(300, 128)])).toEqual([112, 96, 128]);
  });

  it('embeds no more pixels of a large image than a dense screen can show', async () => {
    const svg = await images([flat(7, 600)], { cellSize: 100 }).toSVG();
    const bytes = Buffer.from(/base64,([^"]*)"/.exec(svg)?.[1] ?? '', 'base64');
    expect((await decode(bytes)).width).toBe(200);
  });

  it('writes captions below and titles above, escaped, in their colours', async () => {
    const figure = images(batch(2), {
      captions: ['cat <&>', 'two\nlines'],
      titles: ['up', ''],
      captionColors: ['green', '#ff0000'],
    });
    expect(await texts(figure)).toEqual(['up', 'cat &lt;&amp;&gt;', '', 'two', 'lines']);
    const svg = await figure.toSVG();
    expect(svg).toMatch(/fill="green"[^>]*>cat/);
    expect(svg).toMatch(/fill="#ff0000"[^>]*>two/);
    const [box] = await imageBoxes(figure);
    const picture = await drawn(figure);
    const y = Math.ceil((box?.y ?? 0) + 130);
    expect(picture.dark(12, y, 128, 20)).toBeGreaterThan(20);
    expect(picture.dark(12, 10, 128, 20)).toBeGreaterThan(10);
  });

  it('makes text smaller until it fits, then cuts it', async () => {
    const size = async (caption: string) => {
      const svg = await images(batch(1), { captions: [caption] }).toSVG();
      const [, points, text] = /font-size="([^"]*)"[^>]*>([^<]*)<\/text>/.exec(svg) as unknown as [string, string, string];
      return { points: Number(points), text };
    };
    expect(await size('automobile (0.93)')).toEqual({ points: 13, text: 'automobile (0.93)' });
    const smaller = await size('an automobile, surely (0.93)');
    expect(smaller.points).toBeLessThan(13);
    expect(textWidth(smaller.text, smaller.points)).toBeLessThanOrEqual(136);
    expect(await size('x'.repeat(60))).toEqual({ points: 9, text: `${'x'.repeat(28)}…` });
  });

  it('draws a title over all, and frames unless told not to', async () => {
    expect(await texts(images(batch(4), { title: 'CIFAR-10' }))).toEqual(['CIFAR-10']);
    expect((await images(batch(4)).toSVG()).match(/stroke="#555"/g)).toHaveLength(4);
    expect(await images(batch(4), { border: false }).toSVG()).not.toContain('stroke');
  });

  it.each<[unknown, object, typeof ValueError | typeof ShapeError | typeof DataError, string]>([
    [[], {}, DataError, 'plot.images: there are no images; expected at least 1'],
    [{ data: new Uint8Array(0), shape: [0, 4, 4, 3] }, {}, DataError, 'plot.images: there are no images; expected at least 1'],
    ['x', {}, DataError, "plot.images: received 'x'; expected a list of images"],
    [[flat(1), 'x'], {}, DataError, "plot.images: image 1: received 'x'; expected a tensor, { data, shape } or nested arrays"],
    [
      [{ data: new Uint8Array(2), shape: [2] }],
      {},
      ShapeError,
      'plot.images: image 0: received the shape [2]; expected [height, width]',
    ],
    [
      { data: new Uint8Array(4), shape: [2, 2] },
      {},
      ShapeError,
      'expected a list of images, or [images, height, width] or [images, height, width, channels]',
    ],
    [batch(2), { captions: ['a'] }, ShapeError, 'plot.images: captions has 1 entries; expected one for each of 2 images'],
    [batch(2), { titles: ['a', 3] }, ValueError, 'plot.images: titles: received 3; expected texts'],
    [batch(2), { captions: 'ab' }, ValueError, "plot.images: captions: received 'ab'; expected a list of texts"],
    [
      batch(2),
      { captionColors: ['red', 'red'] },
      ValueError,
      'plot.images: captionColors without captions; expected captions to colour',
    ],
    [batch(2), { columns: 0 }, ValueError, 'plot.images: columns is 0; expected an integer of at least 1'],
    [batch(2), { cellSize: 4 }, ValueError, 'plot.images: cellSize is 4; expected at least 8'],
    [
      batch(2),
      { colormap: 'gray' },
      ValueError,
      'plot.images: colormap applies to images with one channel; received 3 channels; leave it out',
    ],
    [batch(2), { caption: [] }, ValueError, "plot.images: unknown option 'caption'; did you mean 'captions'?"],
  ])('refuses %j with %j', (array, options, type, words) => {
    expect(() => images(array as never, options)).toThrow(type);
    expect(() => images(array as never, options)).toThrow(words);
  });
});
