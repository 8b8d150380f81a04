import { describe, expect, it, vi } from 'vitest';
import { callbacks, layers, optimizers, sequential, type Tensor } from '../../lib/index.js';
import { loadGolden } from '../harness/golden.js';

type Series = (number | 'NaN' | null)[];

interface Callbacks {
  earlyStopping: { options: Record<string, unknown>; valLoss: Series; stopped: boolean; lastEpoch: number; weight: number }[];
  reduceLROnPlateau: { options: Record<string, unknown>; valLoss: Series; rates: number[]; logged: number[] }[];
}

const golden = loadGolden<Callbacks>('callbacks');

/** One weight, and a rate of 0.1. */
function makeModel() {
  const net = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
  return net;
}

/** Feeds a callback with logs; the weight is the epoch's number meanwhile. */
async function feed(callback: callbacks.Callback, series: Series, afterEpoch: (logs: callbacks.Logs) => void): Promise<number> {
  const net = makeModel();
  callback.model = net;
  await callback.onTrainBegin({});
  let last = 0;
  for (const [epoch, value] of series.entries()) {
    net.setWeights([[[epoch]]]);
    await callback.onEpochBegin(epoch, {});
    const logs: callbacks.Logs = value === null ? { loss: 2 } : { loss: 2, val_loss: Number(value) };
    await callback.onEpochEnd(epoch, logs);
    last = epoch;
    afterEpoch(logs);
    if (net.stopTraining) break;
  }
  await callback.onTrainEnd({});
  return last;
}

describe('EarlyStopping does what Keras does', () => {
  it.each(golden.earlyStopping)('$options', async ({ options, valLoss, stopped, lastEpoch, weight }) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const callback = new callbacks.EarlyStopping(options);
    expect(await feed(callback, valLoss, () => {})).toBe(lastEpoch);
    expect(callback.model.stopTraining).toBe(stopped);
    expect((await (callback.model.weights[0] as Tensor).data())[0]).toBe(weight);
    expect(warned).toHaveBeenCalledTimes(valLoss.slice(0, lastEpoch + 1).filter((value) => value === null).length);
    warned.mockRestore();
  });
});

describe('ReduceLROnPlateau does what Keras does', () => {
  it.each(golden.reduceLROnPlateau)('$options', async ({ options, valLoss, rates, logged }) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { minLr, ...rest } = options as { minLr?: number };
    const callback = new callbacks.ReduceLROnPlateau({ ...rest, ...(minLr !== undefined && { minLearningRate: minLr }) });
    const seen: [number, number | undefined][] = [];
    await feed(callback, valLoss, (logs) => seen.push([callback.model.optimizer.learningRate, logs.learning_rate]));
    // Keras keeps the rate as float32.
    for (const [i, [rate, log]] of seen.entries()) {
      expect(rate).toBeCloseTo(rates[i] as number, 7);
      expect(log).toBeCloseTo(logged[i] as number, 7);
    }
    expect(seen).toHaveLength(rates.length);
    warned.mockRestore();
  });
});
