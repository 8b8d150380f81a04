import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DataError, loadImage, ShapeError, saveImage, tensor, ValueError } from '../../lib/index.js';
import { golden, pattern } from './image_golden.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-save-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('saveImage', () => {
  it('writes PNG files that hold the same values', async () => {
    const path = join(folder, 'same.png');
    for (const channels of [1, 3, 4] as const) {
      const data = pattern(9, 12, channels);
      await saveImage(path, { data, shape: [9, 12, channels] }, { scale: false });
      const colorMode = ({ 1: 'grayscale', 3: 'rgb', 4: 'rgba' } as const)[channels];
      expect((await loadImage(path, { colorMode })).data).toEqual(data);
    }
  });

  it('writes gray pictures as gray', async () => {
    const path = join(folder, 'gray.png');
    await saveImage(path, { data: pattern(2, 2, 1), shape: [2, 2, 1] });
    expect((await readFile(path))[25]).toBe(0); // the colour type in the header
  });

  for (const { values, scale, bytes } of golden.saved) {
    it(`scales as Keras: ${values}, scale ${scale}`, async () => {
      const path = join(folder, 'scaled.png');
      await saveImage(path, tensor(values, [2, 2, 1]), { scale });
      expect(Array.from((await loadImage(path, { colorMode: 'grayscale' })).data)).toEqual(bytes);
      if (scale) {
        await saveImage(path, { data: Float32Array.from(values), shape: [2, 2, 1] });
        expect(Array.from((await loadImage(path, { colorMode: 'grayscale' })).data)).toEqual(bytes);
      }
    });
  }

  it('writes JPEG files, without transparency', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (const name of ['a.jpg', 'b.JPEG']) {
      const path = join(folder, name);
      await saveImage(path, { data: pattern(9, 12, 3), shape: [9, 12, 3] });
      expect((await readFile(path)).subarray(0, 2).toString('hex')).toBe('ffd8');
      expect(warn).not.toHaveBeenCalled();
    }
    const path = join(folder, 'c.jpg');
    await saveImage(path, { data: pattern(9, 12, 4), shape: [9, 12, 4] });
    expect(warn.mock.calls.flat()).toEqual([`saveImage: JPEG has no transparency: the fourth channel of ${path} is left out`]);
    warn.mockRestore();
  });

  it('refuses what is no picture, and writes nothing', async () => {
    const before = await readdir(folder);
    const path = join(folder, 'refused.png');
    const gray = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2, 1] };
    await expect(saveImage(join(folder, 'a.tiff'), gray)).rejects.toBeInstanceOf(ValueError);
    await expect(saveImage(join(folder, 'a.tiff'), gray)).rejects.toThrow(
      'a.tiff has an unknown ending; expected .png, .jpg or .jpeg',
    );
    await expect(saveImage(path, { ...gray, shape: [2, 2] })).rejects.toBeInstanceOf(ShapeError);
    await expect(saveImage(path, { ...gray, shape: [2, 1, 2] })).rejects.toThrow(
      'saveImage: array has shape [2, 1, 2]; expected [height, width, channels] of 1, 3 or 4 channels',
    );
    await expect(saveImage(path, { data: Float32Array.of(1, Number.NaN), shape: [1, 2, 1] })).rejects.toThrow(
      'saveImage: array holds NaN at element 1; expected finite numbers',
    );
    await expect(saveImage(path, { data: Float32Array.of(-1, 300), shape: [1, 2, 1] }, { scale: false })).rejects.toThrow(
      'saveImage: array holds values from -1 to 300; expected 0 to 255; give scale: true to stretch them',
    );
    const elsewhere = saveImage(join(folder, 'none', 'a.png'), gray);
    await expect(elsewhere).rejects.toBeInstanceOf(DataError);
    await expect(elsewhere).rejects.toThrow('a.png cannot be written: ENOENT');
    await expect(saveImage(path, gray, { quality: 3 } as object)).rejects.toThrow("saveImage: unknown option 'quality'");
    expect(await readdir(folder)).toEqual(before);
  });
});
