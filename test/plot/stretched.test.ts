import { describe, expect, it } from 'vitest';
import { layers, ShapeError, StateError, tensor, ValueError } from '../../lib/index.js';
import { featureMaps, filters } from '../../lib/plot/index.js';
import { drawn, imageBoxes, texts } from './picture.js';

const note = 'each tile from its own minimum to its own maximum';

/** The gray of every pixel of every tile, in order. */
async function grays(figure: Parameters<typeof drawn>[0], columns: number, rows: number): Promise<number[][]> {
  const picture = await drawn(figure);
  return (await imageBoxes(figure)).map(({ x, y, width, height }) =>
    Array.from({ length: rows * columns }, (_, i) => {
      const [column, row] = [i % columns, Math.floor(i / columns)];
      return picture.at(Math.floor(x + ((column + 0.5) * width) / columns), Math.floor(y + ((row + 0.5) * height) / rows))[0];
    }),
  );
}

describe('plot.featureMaps', () => {
  it('stretches every channel from its own minimum to its own maximum, and says so', async () => {
    // One row, two columns, two channels: -1 and 3, 10 and 10.5.
    const figure = featureMaps([
      [
        [-1, 10],
        [3, 10.5],
      ],
    ]);
    expect(await grays(figure, 2, 1)).toEqual([
      [0, 255],
      [0, 255],
    ]);
    expect(await texts(figure)).toEqual(['map 0', '-1 to 3', 'map 1', '10 to 10.5', note]);
  });

  it('takes tensors, colour maps, columns and titles', async () => {
    const figure = featureMaps(tensor(new Float32Array(2 * 2 * 6), [2, 2, 6]), {
      colormap: 'viridis',
      columns: 3,
      title: 'conv2d',
    });
    expect(new Set((await imageBoxes(figure)).map(({ x }) => x)).size).toBe(3);
    expect((await texts(figure))[0]).toBe('conv2d');
    const [box] = await imageBoxes(figure);
    expect((await drawn(figure)).at((box?.x ?? 0) + 3, (box?.y ?? 0) + 3)).toEqual([68, 1, 84]);
  });

  it('writes the range in three digits, in two below small tiles', async () => {
    const range = async (cellSize: number) => (await texts(featureMaps([[[0.12345], [-1234.5]]], { cellSize })))[1];
    expect([await range(96), await range(95)]).toEqual(['-1230 to 0.123', '-1200 to 0.12']);
  });

  it('writes one range for all below tiles that have no room for their own', async () => {
    const found = await texts(
      featureMaps(
        [
          [
            [1, 7],
            [2, -3],
          ],
        ],
        { cellSize: 32 },
      ),
    );
    expect(found).toEqual(['0', '1', `${note}, all within -3 to 7`]);
  });

  it('says where nothing is finite', async () => {
    expect(await texts(featureMaps([[[Number.NaN]]]))).toContain('not finite');
  });

  it.each<[unknown, object, typeof ShapeError | typeof ValueError, string]>([
    [[[1]], {}, ShapeError, 'plot.featureMaps: received the shape [1, 1]; expected [height, width, channels]'],
    [{ data: new Float32Array(4), shape: [1, 2, 2, 1] }, {}, ShapeError, '; take one sample of the batch'],
    [{ data: new Float32Array(0), shape: [2, 2, 0] }, {}, ShapeError, 'expected [height, width, channels]'],
    [[[[1]]], { captions: [] }, ValueError, "plot.featureMaps: unknown option 'captions'"],
    [[[[1]]], { colormap: 'grey' }, ValueError, "plot.featureMaps: unknown colormap 'grey'; did you mean 'gray'?"],
  ])('refuses %j with %j', (array, options, type, words) => {
    expect(() => featureMaps(array as never, options)).toThrow(type);
    expect(() => featureMaps(array as never, options)).toThrow(words);
  });
});

describe('plot.filters', () => {
  // Height 1, width 2, 2 channels, 2 filters.
  const kernel = { data: Float32Array.of(0, 4, 10, 1, 2, 3, 20, 0), shape: [1, 2, 2, 2] };

  it('draws each filter over one input channel', async () => {
    const figure = filters(kernel);
    expect(await grays(figure, 2, 1)).toEqual([
      [0, 255],
      [255, 0],
    ]);
    expect(await texts(figure)).toEqual(['filter 0', '0 to 2', 'filter 1', '3 to 4', `input channel 0 of 2; ${note}`]);
    expect(await texts(filters(kernel, { channel: 1 }))).toEqual([
      'filter 0',
      '10 to 20',
      'filter 1',
      '0 to 1',
      `input channel 1 of 2; ${note}`,
    ]);
  });

  it('draws filters over three channels in colour, or one of them in gray', async () => {
    const colors = { data: Float32Array.of(-1, 0, 1), shape: [1, 1, 3, 1] };
    const pixel = async (figure: ReturnType<typeof filters>) => {
      const [box] = await imageBoxes(figure);
      return (await drawn(figure)).at((box?.x ?? 0) + 9, (box?.y ?? 0) + 9);
    };
    expect(await pixel(filters(colors))).toEqual([0, 128, 255]);
    expect(await texts(filters(colors))).toEqual(['filter 0', '-1 to 1', note]);
    expect(await texts(filters(colors, { channel: 2 }))).toEqual(['filter 0', '1 to 1', `input channel 2 of 3; ${note}`]);
  });

  it('finds the filters of layers', async () => {
    const count = async (layer: layers.Layer) => {
      layer.build([null, 8, 8, 3]);
      return (await imageBoxes(filters(layer))).length;
    };
    expect(await count(layers.conv2d({ filters: 5, kernelSize: 3 }))).toBe(5);
    expect(await count(layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }))).toBe(6);
    expect(await count(layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 1 }))).toBe(3);
    expect(await count(layers.conv2dTranspose({ filters: 5, kernelSize: 3 }))).toBe(5);
  });

  it('reads the axes of depthwise and transposed kernels', async () => {
    const depthwise = layers.depthwiseConv2d({ kernelSize: [1, 2], depthMultiplier: 2, useBias: false });
    depthwise.build([null, 8, 8, 2]);
    depthwise.setWeights([tensor(Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13), [1, 2, 2, 2])]);
    const ranges = (await texts(filters(depthwise))).filter((text) => text.includes(' to '));
    expect(ranges).toEqual(['0 to 10', '1 to 11', '2 to 12', '3 to 13', note]);
    const transposed = layers.conv2dTranspose({ filters: 2, kernelSize: [1, 2], useBias: false });
    transposed.build([null, 8, 8, 2]);
    transposed.setWeights([tensor(Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13), [1, 2, 2, 2])]);
    expect((await texts(filters(transposed, { channel: 1 }))).filter((text) => / to 1/.test(text))).toEqual([
      '1 to 11',
      '3 to 13',
    ]);
  });

  it.each<[unknown, object, typeof ShapeError | typeof ValueError | typeof StateError, string]>([
    [[[1]], {}, ShapeError, 'plot.filters: received a kernel of the shape [1, 1]; expected [height, width, channels, filters]'],
    [kernel, { channel: 2 }, ValueError, 'plot.filters: channel is 2; the filters have 2 channels; expected 0 to 1'],
    [kernel, { cmap: 'gray' }, ValueError, "plot.filters: unknown option 'cmap'; expected one of colormap, channel,"],
    [
      layers.conv2d({ filters: 2, kernelSize: 3, name: 'c' }),
      {},
      StateError,
      "plot.filters: Layer 'c' (Conv2D) is not built; apply it",
    ],
    [
      layers.flatten({ name: 'f' }),
      {},
      ValueError,
      "plot.filters: Layer 'f' (Flatten) has no filters; expected a layer of 2-D convolution",
    ],
  ])('refuses %o with %j', (value, options, type, words) => {
    expect(() => filters(value as never, options)).toThrow(type);
    expect(() => filters(value as never, options)).toThrow(words);
  });

  it('refuses layers whose kernel has other axes', () => {
    const dense = layers.dense({ units: 2, name: 'd' });
    dense.build([null, 3]);
    expect(() => filters(dense)).toThrow("plot.filters: Layer 'd' (Dense): received a kernel of the shape [3, 2]");
  });
});
