/** @file A loss that grows to infinity because gradients explode, a callback that stops there, and a cure. */

import { callbacks, layers, optimizers, sequential, setRandomSeed } from 'laminet';
import type { Samples } from './data.js';

/** What came of a training with a rate that is far too high. */
export interface Explosion {
  /** Epochs that were begun, of 10. */
  readonly epochs: number;
  readonly lastLoss: number;
}

/**
 * A small dense network without normalisation, whose outputs nothing bounds, with a learning rate of 100: each step overshoots further than
 * the one before, until the loss is infinite or NaN. `clipnorm` shortens a gradient that is longer than 0.001.
 */
export async function explode(samples: Samples, { clipnorm }: { clipnorm?: number } = {}): Promise<Explosion> {
  setRandomSeed(0);
  const net = sequential([
    layers.flatten({ inputShape: [32, 32, 3] }),
    layers.dense({ units: 32, activation: 'relu' }),
    layers.dense({ units: 10 }),
  ]);
  const optimizer = optimizers.sgd({ learningRate: 100, ...(clipnorm === undefined ? {} : { clipnorm }) });
  net.compile({ optimizer, loss: 'meanSquaredError' });
  const stop = new callbacks.TerminateOnNaN();
  const { epoch, history } = await net.fit(samples.x, samples.y, { epochs: 10, callbacks: [stop], verbose: 0 });
  return { epochs: epoch.length, lastLoss: history.loss?.at(-1) ?? Number.NaN };
}
