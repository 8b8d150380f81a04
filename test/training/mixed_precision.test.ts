/** Ten steps under mixed policies against Keras, from the weights and on the data of trainings.json. */

import { afterEach, describe, expect, it } from 'vitest';
import { setDevice, setDtypePolicy } from '../../lib/index.js';
import { testedDevice } from '../harness/device.js';
import { goldenValues, loadGolden } from '../harness/golden.js';
import { arrays, build, type Training } from '../harness/trainings.js';

interface Mixed {
  readonly name: string;
  readonly policy: 'mixed_bfloat16' | 'mixed_float16';
  readonly losses: number[];
  readonly iterations: number;
  readonly scale?: number;
}

const { trainings: recorded } = loadGolden<{ trainings: Mixed[] }>('mixed');
const { trainings } = loadGolden<{ trainings: Training[] }>('trainings');

/** Largest difference of a loss: sums of products of 8 and of 11 digits, rounded in another order. */
const tolerance = { mixed_bfloat16: 3e-2, mixed_float16: 4e-3 } as const;

afterEach(() => {
  setDtypePolicy(null);
  setDevice('auto');
});

describe.each(['reference', testedDevice] as const)('ten steps on %s follow Keras', (device) => {
  it.each(recorded)('$name in $policy', async ({ name, policy, losses, iterations, scale }) => {
    setDevice(device);
    setDtypePolicy(policy);
    const training = trainings.find((other) => other.name === name) as Training;
    const net = build(training);
    net.setWeights(training.initialWeights.map((weight) => goldenValues(weight)));
    const { batchSize } = training;
    const found: number[] = [];
    for (const step of losses.keys()) {
      const [begin, end] = [step * batchSize, (step + 1) * batchSize];
      const { loss } = await net.trainOnBatch(arrays(training.x, begin, end, false), arrays(training.y, begin, end, true));
      found.push(loss as number);
    }
    const distances = found.map((loss, step) => Math.abs(loss - (losses[step] as number)));
    expect(Math.max(...distances), `${found} and ${losses}`).toBeLessThan(tolerance[policy]);
    expect(net.optimizer.iterations).toBe(iterations);
    if (scale === undefined) return;
    expect(
      'dynamicScale' in net.optimizer && (await (net.optimizer.dynamicScale as { data(): Promise<unknown> }).data()),
    ).toEqual(Float32Array.of(scale));
  });
});
