/** @file One way to train every net of this example, so that their results can be compared. */

import { type callbacks, clearSession, type Model, setRandomSeed, type Tensor } from 'laminet';
import { heading, seed, timed } from '../common.js';
import type { Parts } from './data.js';
import { compileNet } from './nets.js';

export interface Trained {
  readonly net: Model<Tensor>;
  /** Loss and accuracy of each epoch, of training and validation. */
  readonly history: callbacks.History;
  /** Accuracy on the images that were kept back for the end. */
  readonly testAccuracy: number;
}

/** Makes a net, the same one for the same seed, and trains it on batches of 128 images. */
export async function trainNet(title: string, make: () => Model<Tensor>, parts: Parts, epochs: number): Promise<Trained> {
  heading(title);
  clearSession();
  setRandomSeed(seed);
  const net = make();
  net.summary();
  compileNet(net);
  const { train, validation, test } = parts;
  // Labels may be integers or floats: the loss takes both.
  const validationLabels = { ...validation.y, data: Float32Array.from(validation.y.data), dtype: 'float32' } as const;
  const { result: history } = await timed('training', () =>
    net.fit(train.x, train.y, { batchSize: 128, epochs, validationData: [validation.x, validationLabels], verbose: 2 }),
  );
  console.log('final test performance');
  const scores = await net.evaluate(test.x, test.y, { verbose: 0 });
  for (const name of net.metricsNames) console.log(`  ${name}: ${(scores[name] as number).toFixed(4)}`);
  return { net, history, testAccuracy: scores.accuracy as number };
}
