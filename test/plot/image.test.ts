import { describe, expect, it } from 'vitest';
import { ShapeError, tensor, ValueError } from '../../lib/index.js';
import { type Colormap, image } from '../../lib/plot/index.js';
import { decode, drawn, imageBoxes, texts } from './picture.js';

const margin = 12;

/** The colours of an image's pixels, from the middle of each square. */
async function squares(array: Parameters<typeof image>[0], options: Parameters<typeof image>[1], columns: number, rows: number) {
  const picture = await drawn(image(array, { scale: 10, ...options }));
  return Array.from({ length: rows * columns }, (_, i) =>
    picture.at(margin + (i % columns) * 10 + 5, margin + Math.floor(i / columns) * 10 + 5),
  );
}

const gray = (value: number): number[] => [value, value, value];

describe('plot.image', () => {
  it('draws every pixel as a square of exactly its colour, to the last row and column', async () => {
    const picture = await drawn(
      image({ data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7), shape: [2, 2, 3] }, { scale: 10 }),
    );
    expect([picture.width, picture.height]).toEqual([20 + 2 * margin, 20 + 2 * margin]);
    const colors = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [9, 8, 7],
    ];
    for (let y = 0; y < 20; y++) {
      for (let x = 0; x < 20; x++) {
        expect(picture.at(margin + x, margin + y)).toEqual(colors[Math.floor(y / 10) * 2 + Math.floor(x / 10)]);
      }
    }
  });

  it('keeps squares sharp in a picture of twice the density', async () => {
    const picture = await decode(await image([[0, 1]], { colormap: 'gray', scale: 10 }).toPNG());
    expect([picture.width, picture.height]).toEqual([88, 68]);
    expect(picture.at(2 * (margin + 10) - 1, 2 * margin + 10)).toEqual(gray(0));
    expect(picture.at(2 * (margin + 10), 2 * margin + 10)).toEqual(gray(255));
  });

  // First, middle (index 128) and last colours of matplotlib's tables.
  it.each<[Colormap, string, string, string]>([
    ['gray', '000000', '808080', 'ffffff'],
    ['binary', 'ffffff', '7f7f7f', '000000'],
    ['viridis', '440154', '21918c', 'fde725'],
    ['magma', '000004', 'b73779', 'fcfdbf'],
    ['inferno', '000004', 'bc3754', 'fcffa4'],
    ['plasma', '0d0887', 'cc4778', 'f0f921'],
    ['bwr', '0000ff', 'fffefe', 'ff0000'],
  ])('has the colours of %s', async (colormap, first, middle, last) => {
    const colors = await squares([[0, 0.5, 1]], { colormap }, 3, 1);
    expect(colors.map((color) => Buffer.from(color).toString('hex'))).toEqual([first, middle, last]);
  });

  it('runs images with one channel from their smallest to their largest value, by viridis', async () => {
    const expected = [
      [68, 1, 84],
      [253, 231, 37],
    ];
    expect(await squares([[-5, 7]], {}, 2, 1)).toEqual(expected);
    expect(await squares({ data: Uint8Array.of(3, 4), shape: [1, 2, 1] }, {}, 2, 1)).toEqual(expected);
    expect(await squares(tensor([[100, 1e6]]), {}, 2, 1)).toEqual(expected);
  });

  it('takes min and max, and clips what is outside', async () => {
    expect(await squares([[-1, 0, 5, 10, 11]], { colormap: 'gray', min: 0, max: 10 }, 5, 1)).toEqual(
      [0, 0, 128, 255, 255].map(gray),
    );
    expect(await squares([[2, 4]], { colormap: 'gray', min: 0 }, 2, 1)).toEqual([128, 255].map(gray));
    expect(await squares([[2, 4]], { colormap: 'gray', min: 9 }, 2, 1)).toEqual([0, 0].map(gray));
  });

  it('draws an image of one value in the first colour', async () => {
    expect(await squares([[7, 7]], { colormap: 'gray' }, 2, 1)).toEqual([0, 0].map(gray));
  });

  it('takes colours as 0..255 in integers and as 0..1 in floats, clipped', async () => {
    const white = { data: Float32Array.of(1, 1, 1, 0.5, -3, 7), shape: [1, 2, 3] };
    expect(await squares(white, {}, 2, 1)).toEqual([
      [255, 255, 255],
      [128, 0, 255],
    ]);
    expect(await squares({ data: Int32Array.of(300, -4, 128), shape: [1, 1, 3] }, {}, 1, 1)).toEqual([[255, 0, 128]]);
    expect(await squares({ data: Float32Array.of(-1, 0, 1), shape: [1, 1, 3] }, { min: -1, max: 1 }, 1, 1)).toEqual([
      [0, 128, 255],
    ]);
  });

  it('mixes the fourth channel with the white ground', async () => {
    expect(await squares({ data: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255), shape: [1, 2, 4] }, {}, 2, 1)).toEqual(
      [255, 0].map(gray),
    );
  });

  it('leaves pixels white that are not finite, and does not count them', async () => {
    const one = [[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1]];
    expect(await squares(one, { colormap: 'gray' }, 5, 1)).toEqual([255, 255, 255, 0, 255].map(gray));
    const color = { data: Float32Array.of(0, Number.NaN, 0, 0, 0, 0), shape: [1, 2, 3] };
    expect(await squares(color, {}, 2, 1)).toEqual([255, 0].map(gray));
    expect(await squares([[Number.NaN]], { colormap: 'gray' }, 1, 1)).toEqual([gray(255)]);
  });

  it('draws the image as it was at the call', async () => {
    const data = Float32Array.of(0, 1);
    const figure = image({ data, shape: [1, 2] }, { colormap: 'gray', scale: 10 });
    data.fill(0.5);
    expect((await drawn(figure)).at(margin + 15, margin + 5)).toEqual([255, 255, 255]);
  });

  it('makes small images about 320 wide, and leaves large ones', async () => {
    expect((await imageBoxes(image([[0, 1]])))[0]).toMatchObject({ width: 320, height: 160 });
    expect((await imageBoxes(image({ data: new Uint8Array(28 * 28), shape: [28, 28] })))[0]).toMatchObject({
      width: 308,
      height: 308,
    });
    expect((await imageBoxes(image({ data: new Uint8Array(500), shape: [1, 500] })))[0]).toMatchObject({ width: 500, height: 1 });
  });

  it('saves a photograph in its own pixels, and small images at twice the density', async () => {
    const width = async (columns: number) =>
      (await decode(await image({ data: new Uint8Array(columns), shape: [1, columns] }).toPNG())).width;
    expect([await width(500), await width(10)]).toEqual([524, 2 * 344]);
  });

  it('draws a colour bar from the last colour down to the first, with round values', async () => {
    const figure = image([[-1, 3]], { colormap: 'gray', colorbar: true });
    const bar = (await imageBoxes(figure))[1];
    expect(bar).toMatchObject({ y: margin, width: 16, height: 160 });
    const picture = await drawn(figure);
    const middle = (bar?.x ?? 0) + 8;
    expect([picture.at(middle, margin), picture.at(middle, margin + 79), picture.at(middle, margin + 159)]).toEqual(
      [255, 128, 0].map(gray),
    );
    expect(await texts(figure)).toEqual(['-1', '0', '1', '2', '3']);
    expect(await texts(image([[4, 4]], { colorbar: true }))).toEqual(['4']);
  });

  it('writes the title, escaped, into the SVG and as dark pixels', async () => {
    const figure = image([[1]], { title: '<b> & "c"', colormap: 'binary' });
    expect(await texts(figure)).toEqual(['&lt;b&gt; &amp; &quot;c&quot;']);
    expect((await drawn(figure)).dark(0, 0, 344, 32)).toBeGreaterThan(20);
  });

  it.each<[unknown, object, typeof ValueError | typeof ShapeError, string]>([
    [
      [1, 2],
      {},
      ShapeError,
      'plot.image: received the shape [2]; expected [height, width] or [height, width, channels] with 1, 3 or 4 channels',
    ],
    [{ data: new Uint8Array(8), shape: [2, 2, 2] }, {}, ShapeError, '; draw feature maps with plot.featureMaps'],
    [{ data: new Uint8Array(8), shape: [2, 2, 2, 1] }, {}, ShapeError, '; draw a batch with plot.images'],
    [{ data: new Uint8Array(0), shape: [0, 4] }, {}, ShapeError, 'plot.image: the image is empty: received the shape [0, 4]'],
    [
      { data: new Uint8Array(3), shape: [2, 2] },
      {},
      ShapeError,
      'plot.image: 3 values do not fill the shape [2, 2] of 4 elements',
    ],
    [[[1]], { colormap: 'viridi' }, ValueError, "plot.image: unknown colormap 'viridi'; did you mean 'viridis'?"],
    [[[1]], { cmap: 'gray' }, ValueError, "plot.image: unknown option 'cmap'; did you mean "],
    [[[1]], { scale: 0 }, ValueError, 'plot.image: scale is 0; expected a number above 0'],
    [[[1]], { min: 2, max: 1 }, ValueError, 'plot.image: min 2 is above max 1; swap them'],
    [[[1]], { max: Number.NaN }, ValueError, 'plot.image: max is NaN; expected a finite number'],
    [
      [[[1, 2, 3]]],
      { colormap: 'gray' },
      ValueError,
      'plot.image: colormap applies to images with one channel; received 3 channels; leave it out',
    ],
    [
      [[[1, 2, 3]]],
      { colorbar: true },
      ValueError,
      'plot.image: colorbar applies to images with one channel; received 3 channels; leave it out',
    ],
  ])('refuses %j with %j', (array, options, type, words) => {
    expect(() => image(array as never, options)).toThrow(type);
    expect(() => image(array as never, options)).toThrow(words);
  });

  it('refuses what is no array', () => {
    expect(() => image('cat.png' as never)).toThrow(
      "plot.image: received 'cat.png'; expected a tensor, { data, shape } or nested arrays",
    );
    expect(() => image({ data: new Int16Array(1), shape: [1, 1] } as never)).toThrow(
      'plot.image: received an Int16Array of 1; expected a Float32Array',
    );
  });
});
