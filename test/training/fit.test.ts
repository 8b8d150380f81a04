import { describe, expect, it } from 'vitest';
import { layers, sequential, tensor, currentDevice, ops } from '../../lib/index.js';

describe('fit', () => {
  it('learns', async () => {
    console.log(currentDevice().description);
    const r = ops.add(tensor([1, 2]), tensor([3, 4]));
    console.log(await r.data());
    const net = sequential([
      layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1] }),
      layers.batchNormalization(),
      layers.reLU(),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ]);
    net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const n = 60;
    const x = { data: Float32Array.from({ length: n * 64 }, (_, i) => Math.sin(i * 0.37)), shape: [n, 8, 8, 1] };
    const y = { data: Int32Array.from({ length: n }, (_, i) => i % 3), shape: [n] };
    const history = await net.fit(x, y, { epochs: 5, batchSize: 16, validationSplit: 0.1 });
    console.log(history.history);
    expect(history.history.loss).toHaveLength(5);
  });
});
