import { describe, expect, it } from 'vitest';
import { type BatchLike, DataError, LaminetError, Sequence, ShapeError, tensor, ValueError } from '../../lib/index.js';
import { classifier, expectError, expectTrains, labels, numbers, refuse } from '../harness/training.js';

const x = numbers(6, 3);
const y = labels(6);
const good: BatchLike = [x, y];
const quiet = { verbose: 0 } as const;

/** Two good batches, then whatever `value` is. */
const thirdIs = (value: unknown): Iterable<BatchLike> => ({
  *[Symbol.iterator]() {
    yield good;
    yield good;
    yield value as BatchLike;
  },
});

class Faulty extends Sequence {
  readonly #item: (index: number) => unknown;
  constructor(item: (index: number) => unknown) {
    super();
    this.#item = item;
  }
  get length(): number {
    return 3;
  }
  getItem(index: number): BatchLike {
    return index < 2 ? good : (this.#item(index) as BatchLike);
  }
}

const kinds = 'a tensor, { data, shape }, nested arrays of numbers, or a Float32Array, Float64Array, Int32Array or Uint8Array';
const tuples = 'expected [x], [x, y] or [x, y, sampleWeight]';

describe('batches that cannot be used', () => {
  refuse([
    ['undefined', (net) => net.fit(thirdIs(undefined), null, quiet), DataError, `fit: batch 2: received undefined; ${tuples}`],
    ['a string', (net) => net.fit(thirdIs('end'), null, quiet), DataError, `fit: batch 2: received 'end'; ${tuples}`],
    [
      'a record',
      (net) => net.fit(thirdIs({ xs: x, ys: y }), null, quiet),
      DataError,
      `fit: batch 2: received an object with xs, ys; ${tuples}`,
    ],
    ['an empty tuple', (net) => net.fit(thirdIs([]), null, quiet), DataError, `fit: batch 2: received an array of 0; ${tuples}`],
    [
      'four entries',
      (net) => net.fit(thirdIs([x, y, y, y]), null, quiet),
      DataError,
      `fit: batch 2: received an array of 4; ${tuples}`,
    ],
    [
      'no targets',
      (net) => net.fit(thirdIs([x]), null, quiet),
      DataError,
      'fit: batch 2: y is missing; expected targets for dense_1, since the model was compiled with a loss or metrics',
    ],
    [
      'different lengths',
      (net) => net.fit(thirdIs([x, labels(4)]), null, quiet),
      DataError,
      'fit: batch 2: the arrays have different numbers of samples: x 6, y 4; expected as many of each',
    ],
    [
      'a wrong shape',
      (net) => net.fit(thirdIs([numbers(6, 5), y]), null, quiet),
      ShapeError,
      "fit: batch 2: x has shape [6, 5]; model 'net' expects [null, 3]; reshape the data",
    ],
    [
      'a label too large',
      (net) => net.fit(thirdIs([x, [0, 1, 9, 0, 0, 0]]), null, quiet),
      DataError,
      "fit: batch 2: y holds the label 9 at element 2; expected integers in [0, 3), since the model's output has 3 classes",
    ],
    [
      'no samples',
      (net) => net.fit(thirdIs([{ data: new Float32Array(0), shape: [0, 3] }, new Int32Array(0)]), null, quiet),
      DataError,
      'fit: batch 2: the data is empty: 0 samples; expected at least 1',
    ],
    [
      'weights beside classWeight',
      (net) => net.fit(thirdIs([x, y, new Float32Array(6)]), null, { ...quiet, classWeight: { 0: 2 } }),
      DataError,
      'fit: batch 2: classWeight and sampleWeight are both given; expected one of them; multiply them yourself',
    ],
    ['in evaluate', (net) => net.evaluate(thirdIs(3), null, quiet), DataError, `evaluate: batch 2: received 3; ${tuples}`],
    ['in predict', (net) => net.predict(thirdIs(3), quiet), DataError, `predict: batch 2: received 3; ${tuples}`],
    [
      'in validation',
      (net) => net.fit(x, y, { ...quiet, validationData: thirdIs(3) }),
      DataError,
      `fit: validationData: batch 2: received 3; ${tuples}`,
    ],
    [
      'of a Sequence',
      (net) => net.fit(new Faulty(() => null), null, { ...quiet, shuffle: false }),
      DataError,
      `fit: getItem(2) of the Sequence: received null; ${tuples}`,
    ],
  ]);
});

describe('sources without batches', () => {
  refuse([
    [
      'an empty iterable',
      (net) => net.fit(new Set<BatchLike>(), null, quiet),
      DataError,
      'fit: the data is empty: no batch arrived; expected at least 1',
    ],
    [
      'an empty generator',
      (net) => net.fit((function* (): Generator<BatchLike> {})(), null, quiet),
      DataError,
      'fit: the data is empty: no batch arrived; expected at least 1',
    ],
    [
      'evaluate',
      (net) => net.evaluate(new Set<BatchLike>(), null, quiet),
      DataError,
      'evaluate: the data is empty: no batch arrived; expected at least 1',
    ],
    [
      'predict',
      (net) => net.predict(new Set<BatchLike>(), quiet),
      DataError,
      'predict: the data is empty: no batch arrived; expected at least 1',
    ],
    [
      'validation',
      (net) => net.fit(x, y, { ...quiet, validationData: new Set<BatchLike>() }),
      DataError,
      'fit: validationData: the data is empty: no batch arrived; expected at least 1',
    ],
  ]);
});

describe('options that batches do not go with', () => {
  const source = thirdIs(good);
  refuse([
    [
      'y',
      (net) => net.fit(source, y, quiet),
      DataError,
      'fit: y is given although x is batches, which hold [x, y]; expected null in its place; leave it out',
    ],
    [
      'options as y',
      (net) => net.fit(source, { epochs: 2 } as never),
      DataError,
      'fit: y is given although x is batches, which hold [x, y]; expected null in its place; leave it out',
    ],
    [
      'sampleWeight',
      (net) => net.fit(source, null, { ...quiet, sampleWeight: y }),
      DataError,
      'fit: sampleWeight is given although x is batches; put it into them: [x, y, sampleWeight]',
    ],
    [
      'batchSize',
      (net) => net.fit(source, null, { ...quiet, batchSize: 4 }),
      ValueError,
      'fit: batchSize is 4 although x is batches, which have their sizes; leave it out',
    ],
    [
      'shuffle',
      (net) => net.fit(source, null, { ...quiet, shuffle: true }),
      ValueError,
      'fit: shuffle is true although x is an iterable, whose batches come as they are; leave it out; shuffle them yourself, or use a Sequence',
    ],
    [
      'validationSplit',
      (net) => net.fit(source, null, { ...quiet, validationSplit: 0.5 }),
      DataError,
      'fit: validationSplit is given although x is batches; expected arrays; give validationData instead',
    ],
    [
      'a generator to validate on twice',
      (net) =>
        net.fit(x, y, {
          ...quiet,
          epochs: 2,
          validationData: (function* () {
            yield good;
          })(),
        }),
      DataError,
      'fit: validationData: received a generator, which gives its batches once, for 2 validations; expected a Sequence or an iterable that can start again; or give validationSteps',
    ],
    [
      'a map',
      (net) => net.fit(new Map([['x', x]]) as never, null, quiet),
      DataError,
      `fit: batch 0: x: received 'x'; expected ${kinds}`,
    ],
  ]);
});

describe('sources that fail', () => {
  const boom = new Error('disk on fire');
  const failing = {
    *[Symbol.iterator](): Generator<BatchLike> {
      yield good;
      throw boom;
    },
  };
  const rejecting = {
    async *[Symbol.asyncIterator](): AsyncGenerator<BatchLike> {
      yield good;
      await Promise.reject(boom);
    },
  };
  const cases: [string, () => Parameters<ReturnType<typeof classifier>['fit']>[0], string][] = [
    ['an iterable', () => failing, 'batch 1 failed: disk on fire'],
    ['an async iterable', () => rejecting, 'batch 1 failed: disk on fire'],
    [
      'getItem',
      () =>
        new Faulty(() => {
          throw boom;
        }),
      'getItem(2) of the Sequence failed: disk on fire',
    ],
    ['a promise of getItem', () => new Faulty(() => Promise.reject(boom)), 'getItem(2) of the Sequence failed: disk on fire'],
    [
      'onEpochEnd',
      () => Object.assign(new Faulty(() => good), { onEpochEnd: () => Promise.reject(boom) }),
      'onEpochEnd of the Sequence failed: disk on fire',
    ],
  ];
  it.each(cases)('%s: the cause is kept', async (_, make, message) => {
    const net = classifier();
    const error = await expectError(() => net.fit(make(), null, { verbose: 0 }), DataError, `fit: ${message}`);
    expect(error.cause).toBe(boom);
    await expectTrains(net);
  });

  it('with a typed error keep its type', async () => {
    const net = classifier();
    const source = new Faulty(() => [tensor([[1, 2], [3]]), y]);
    const error = await expectError(
      () => net.fit(source, null, { verbose: 0, shuffle: false }),
      ShapeError,
      'fit: getItem(2) of the Sequence: tensor: the arrays are ragged: received 1 entries at [1]; expected 2 entries as in the first array',
    );
    expect(error).toBeInstanceOf(LaminetError);
    await expectTrains(net);
  });
});

describe('the stack of an error', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['shapes', () => classifier().fit(numbers(6, 4), y, { verbose: 0 })],
    ['a batch', () => classifier().fit(thirdIs(3), null, { verbose: 0 })],
    ['options', () => classifier().fit(x, y, { batchSize: 0 })],
    [
      'a step',
      async () => {
        const net = classifier();
        net.dispose();
        return net.fit(x, y, { verbose: 0 });
      },
    ],
  ])('leads to the call: %s', async (_, action) => {
    const error = await action().catch((thrown: unknown) => thrown);
    expect((error as Error).stack).toContain(import.meta.filename);
  });
});
