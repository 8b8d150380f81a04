/** @file MNIST: 70,000 handwritten digits. */

import type { DatasetOptions } from './files.js';
import { type ImageDataset, loadIdx } from './idx.js';

/**
 * 60,000 training and 10,000 test images of the digits 0 to 9.
 *
 * @returns `x` uint8 `[n, 28, 28]` in 0..255, `y` uint8 `[n]`, as Keras gives them
 * @throws DataError offline, naming the file, its checksum and the folder to put it in.
 * @example
 * const { train, test } = await datasets.mnist.load();
 */
export function load(options: DatasetOptions = {}): Promise<ImageDataset> {
  return loadIdx(
    {
      name: 'mnist',
      url: 'https://storage.googleapis.com/cvdf-datasets/mnist/',
      classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      md5: [
        '6bbc9ace898e44ae57da46a324031adb',
        'a25bea736e30d166cdddb491f175f624',
        '2646ac647ad5339dbf082846283269ea',
        '27ae3e4e09519cfbb04c329615203637',
      ],
    },
    options,
  );
}
