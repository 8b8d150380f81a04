/** @file Random tensors: Philox, counter based, the same numbers on every device (native/runtime/philox.h). */

import { type DType, type FloatDType, isFloat } from '../core/dtype.js';
import { DTypeError, ValueError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { normalizeAxis, type Shape } from '../core/shape.js';
import { currentGraph, type Op, type ValueType } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { TracedFunction } from '../runtime/function.js';
import { apply1, castTo, convert, type TensorLike } from './apply.js';
import { add, equal, less, logicalAnd, logicalOr, mul } from './binary.js';
import { iota } from './create.js';
import { gather } from './gather.js';
import { clipByValue } from './rectifiers.js';
import { sum } from './reduce.js';
import { expandDims } from './reshape.js';
import { globalGenerator, SeedGenerator } from './seed_generator.js';
import { erfInv, floor } from './unary.js';

/** A generator (new numbers each time), an integer (always the same numbers), or null for the global generator. */
export type Seed = SeedGenerator | number | null;

export interface RandomOptions {
  /** `float32` by default. */
  readonly dtype?: FloatDType;
  readonly seed?: Seed;
}

const source = (name: string): Op => ({
  name,
  infer(_, { shape, dtype }) {
    if (!isFloat(dtype as DType)) throw new DTypeError(`${name}: received ${dtype}; expected a float type`);
    return [{ shape: shape as Shape, dtype: dtype as DType } satisfies ValueType];
  },
});

const uniformOp = source('random_uniform');
const normalOp = source('random_normal');

interface Draw {
  readonly state: Tensor;
  readonly stream: number;
}

/** What an op draws from: the state and the number of this draw in the trace. An integer is a state that never moves. */
function nextDraw(where: string, seed: Seed | undefined): Draw {
  if (seed == null) return globalGenerator().next();
  if (seed instanceof SeedGenerator) return seed.next();
  if (!Number.isInteger(seed)) throw new ValueError(`${where}: seed is ${seed}; expected an integer, a SeedGenerator or null`);
  return { state: constantState(seed), stream: 0 };
}

/** `[seed, 0]`, made of instructions so that equal programs have equal listings. */
const constantState = (seed: number): Tensor => mul(add(mul(iota([2], 0), -1), 1), seed | 0);

/** Runs `body` in the current trace, or as a program of its own. */
function inTrace(body: () => Tensor): Tensor {
  if (currentGraph() !== undefined) return body();
  return new TracedFunction(() => [body()]).run([])[0] as Tensor;
}

/**
 * Numbers in `[min, max)`, evenly distributed.
 *
 * @param options - `min` 0, `max` 1, `dtype` float32 and the global generator by default
 * @throws ValueError unless `min <= max`, or for a seed that is not an integer.
 * @example
 * const noise = randomUniform([2, 3], { min: -1, max: 1, seed: 7 });
 */
export function randomUniform(
  shape: Shape,
  options: RandomOptions & { readonly min?: number; readonly max?: number } = {},
): Tensor {
  const where = 'randomUniform';
  checkOptions(where, options, ['min', 'max', 'dtype', 'seed']);
  const { min: low = 0, max: high = 1, dtype = 'float32' } = options;
  if (!(low <= high)) throw new ValueError(`${where}: min is ${low} and max is ${high}; expected min <= max`);
  return inTrace(() => {
    const { state, stream } = nextDraw(where, options.seed);
    return apply1(uniformOp, [state], { stream, low, high, shape, dtype });
  });
}

/**
 * Numbers of the normal distribution.
 *
 * @param options - `mean` 0, `stdDev` 1, `dtype` float32 and the global generator by default
 * @throws ValueError for a negative deviation, or a seed that is not an integer.
 * @example
 * const weights = randomNormal([3, 3], { stdDev: 0.05, seed: 7 });
 */
export function randomNormal(
  shape: Shape,
  options: RandomOptions & { readonly mean?: number; readonly stdDev?: number } = {},
): Tensor {
  const where = 'randomNormal';
  const { mean, deviation } = checkNormal(where, options);
  return inTrace(() => {
    const { state, stream } = nextDraw(where, options.seed);
    return scaled(apply1(normalOp, [state], { stream, shape, dtype: options.dtype ?? 'float32' }), mean, deviation);
  });
}

function checkNormal(
  where: string,
  options: RandomOptions & { mean?: number; stdDev?: number },
): { mean: number; deviation: number } {
  checkOptions(where, options, ['mean', 'stdDev', 'dtype', 'seed']);
  const { mean = 0, stdDev: deviation = 1 } = options;
  if (!(deviation >= 0)) throw new ValueError(`${where}: stdDev is ${deviation}; expected a number of at least 0`);
  return { mean, deviation };
}

const scaled = (standard: Tensor, mean: number, deviation: number): Tensor => add(mul(standard, deviation), mean);

/** `erf(2 / sqrt(2))`: the share of the normal distribution within two deviations. */
const withinTwo = 0.9544997361036416;

/**
 * Numbers of the normal distribution without those further than two deviations from the mean, drawn through the inverse of its
 * distribution function.
 *
 * @param options - as of `randomNormal`; the deviation is that of the distribution before the cut
 * @throws ValueError for a negative deviation, or a seed that is not an integer.
 * @example
 * const weights = truncatedNormal([3, 3], { stdDev: 0.05, seed: 7 }); // all in [-0.1, 0.1]
 */
export function truncatedNormal(
  shape: Shape,
  options: RandomOptions & { readonly mean?: number; readonly stdDev?: number } = {},
): Tensor {
  const { mean, deviation } = checkNormal('truncatedNormal', options);
  return inTrace(() => {
    const { dtype = 'float32', seed = null } = options;
    const share = randomUniform(shape, { min: -withinTwo, max: withinTwo, dtype, seed });
    return scaled(clipByValue(mul(erfInv(share), Math.SQRT2), -2, 2), mean, deviation);
  });
}

/**
 * True (1) with the given probability, else 0.
 *
 * @throws ValueError for a probability outside [0, 1], or a seed that is not an integer.
 * @example
 * const coins = bernoulli([8], { probability: 0.5, dtype: 'int32', seed: 7 });
 */
export function bernoulli(
  shape: Shape,
  options: { readonly probability?: number; readonly dtype?: DType; readonly seed?: Seed } = {},
): Tensor {
  checkOptions('bernoulli', options, ['probability', 'dtype', 'seed']);
  const { probability = 0.5, dtype = 'float32', seed = null } = options;
  if (!(probability >= 0 && probability <= 1))
    throw new ValueError(`bernoulli: probability is ${probability}; expected a number in [0, 1]`);
  return inTrace(() => castTo(less(randomUniform(shape, { seed }), probability), dtype));
}

/** Uniform numbers are multiples of 2^-24, so a larger range could not be hit everywhere. */
const largestRange = 2 ** 24;

/**
 * Integers in `[min, max)`, evenly distributed.
 *
 * @throws ValueError unless `min < max` are integers at most 2^24 apart, or for a seed that is not an integer.
 * @example
 * const dice = randomInt([2], { min: 1, max: 7, seed: 7 });
 */
export function randomInt(
  shape: Shape,
  options: {
    readonly min: number;
    readonly max: number;
    readonly dtype?: 'int32' | 'uint8' | FloatDType;
    readonly seed?: Seed;
  },
): Tensor {
  checkOptions('randomInt', options, ['min', 'max', 'dtype', 'seed']);
  const { min: low, max: high, dtype = 'int32', seed = null } = options;
  if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high || high - low > largestRange) {
    throw new ValueError(
      `randomInt: min is ${low} and max is ${high}; expected integers min < max at most ${largestRange} apart`,
    );
  }
  return inTrace(() => {
    const steps = castTo(floor(mul(randomUniform(shape, { dtype: 'float64', seed }), high - low)), 'int32');
    return castTo(add(steps, low), dtype);
  });
}

/**
 * The numbers 0 to `count - 1` in random order, as int32: what `gather` takes to shuffle. Its work grows with the square of `count`.
 *
 * @throws ValueError for a seed that is not an integer.
 * @example
 * const order = randomPermutation(4, { seed: 7 });
 */
export function randomPermutation(count: number, options: { readonly seed?: Seed } = {}): Tensor {
  checkOptions('randomPermutation', options, ['seed']);
  return inTrace(() => {
    const keys = randomUniform([count], { seed: options.seed ?? null });
    const [row, column] = [expandDims(keys, 0), expandDims(keys, 1)];
    // The rank of each key is a permutation; equal keys keep their order.
    const earlier = less(iota([1, count], 1), iota([count, 1], 0));
    const before = logicalOr(less(row, column), logicalAnd(equal(row, column), earlier));
    return sum(castTo(before, 'int32'), 1);
  });
}

/**
 * `x` with its parts along `axis` in random order.
 *
 * @throws ValueError for an axis out of range, or a seed that is not an integer.
 * @example
 * const mixed = shuffle(tensor([1, 2, 3]), { seed: 7 });
 */
export function shuffle(x: TensorLike, options: { readonly axis?: number; readonly seed?: Seed } = {}): Tensor {
  checkOptions('shuffle', options, ['axis', 'seed']);
  const operand = convert('shuffle', x);
  const axis = normalizeAxis('shuffle', options.axis ?? 0, operand.rank);
  return gather(operand, randomPermutation(operand.shape[axis] as number, { seed: options.seed ?? null }), axis);
}
