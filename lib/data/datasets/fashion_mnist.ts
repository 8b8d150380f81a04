/** @file Fashion-MNIST: 70,000 pictures of clothes (https://github.com/zalandoresearch/fashion-mnist). */

import type { DatasetOptions } from './files.js';
import { type ImageDataset, loadIdx } from './idx.js';

/**
 * 60,000 training and 10,000 test images of 10 kinds of clothes.
 *
 * @returns `x` uint8 `[n, 28, 28]` in 0..255, `y` uint8 `[n]`, as Keras gives them
 * @throws DataError offline, naming the file, its checksum and the folder to put it in.
 * @example
 * const { train, test } = await datasets.fashionMnist.load();
 */
export function load(options: DatasetOptions = {}): Promise<ImageDataset> {
  return loadIdx(
    {
      name: 'fashionMnist',
      url: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
      classNames: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
      md5: [
        'f4a8712d7a061bf5bd6d2ca38dc4d50a',
        '9018921c3c673c538a1fc5bad174d6f9',
        '8181f5470baa50b63fa0f6fddb340f0a',
        '15d484375f8d13e6eb1aabb0c3f46965',
      ],
    },
    options,
  );
}
