import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Pixels, resizeInto } from '../../lib/data/image_resize.js';
import { ops, tensor } from '../../lib/index.js';
import { golden, pattern } from './image_golden.js';

const image: Pixels = { data: pattern(9, 12, 3), height: 9, width: 12, channels: 3 };

describe('resizing decoded images', () => {
  for (const { data, ...resizing } of golden.resized) {
    it(`is Keras's: ${resizing.interpolation} to ${resizing.height} x ${resizing.width}, ${resizing.fit}`, async () => {
      const into = new Float32Array(data.length);
      await resizeInto(into, image, resizing);
      into.forEach((value, i) => {
        expect(Math.abs(value - (data[i] as number))).toBeLessThan(1e-3);
      });
    });
  }

  it('is that of ops.resizeImages', async () => {
    for (const interpolation of ['bilinear', 'nearest'] as const) {
      const into = new Float32Array(17 * 7 * 3);
      await resizeInto(into, image, { height: 17, width: 7, interpolation, fit: 'distort' });
      const x = ops.reshape(tensor(Float32Array.from(image.data)), [1, 9, 12, 3]);
      const same = await ops.resizeImages(x, [17, 7], { interpolation }).data();
      into.forEach((value, i) => {
        expect(Math.abs(value - (same[i] as number))).toBeLessThan(1e-3);
      });
    }
  });

  it('lets the event loop turn', async () => {
    let isDone = false;
    let turns = 0;
    const into = new Float32Array(3000 * 2000 * 3);
    const large: Pixels = { data: pattern(500, 500, 3), height: 500, width: 500, channels: 3 };
    const resized = resizeInto(into, large, { height: 3000, width: 2000, interpolation: 'bilinear', fit: 'distort' });
    const watched = resized.then(() => {
      isDone = true;
    });
    while (!isDone) {
      await setImmediate();
      turns++;
    }
    await watched;
    expect(turns).toBeGreaterThan(5);
  });
});
