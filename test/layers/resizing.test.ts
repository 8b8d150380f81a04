import { describe, expect, it } from 'vitest';
import { layers, tensor } from '../../lib/index.js';

describe('resizing with borders', () => {
  // keras.layers.Resizing(height, width, pad_to_aspect_ratio=True), Keras 3.15.1
  it.each([
    [20, 5, 2371.44, [42, 47, 52, 57], [171.2001, 116.99993, 107.60005, 142.99998]],
    [7, 30, 8243.125, [100, 101, 102, 103], [192.00005, 23.466665, 70.33332, 117.20001]],
  ])('has margins of the same size on both sides, as Keras: %i x %i', async (height, width, sum, places, values) => {
    const x = tensor(
      Float32Array.from({ length: 108 }, (_, i) => (i * 37) % 256),
      [1, 9, 12, 1],
    );
    const y = await layers.resizing({ height, width, padToAspectRatio: true }).apply(x).data();
    expect(Array.from(y).reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 2);
    places.forEach((place, i) => {
      expect(y[place]).toBeCloseTo(values[i] as number, 3);
    });
  });
});
