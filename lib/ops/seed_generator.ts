/** @file The state behind random tensors: a seed and a counter, as in Keras. */

import { StateError, ValueError } from '../core/errors.js';
import { hostGenerator, resetShuffle } from '../core/random.js';
import { currentGraph, type Graph, outsideTrace } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { currentDevice } from '../runtime/device.js';
import { tensor } from '../runtime/device_tensor.js';
import { Variable } from '../runtime/variable.js';
import { add } from './binary.js';
import { iota } from './create.js';

/** Keras's name of the variable. */
const stateName = 'seed_generator_state';

let nextSeed = hostGenerator(Date.now());
let globalSeed = nextSeed();
const globals = new Map<string, SeedGenerator>();

/** A seed for what was given none: reproducible after `setRandomSeed`. */
export const drawSeed = (): number => nextSeed() | 0;

/**
 * Starts everything that draws random numbers without a seed anew: the global generator, the seeds of layers and initializers made from now
 * on, the orders of shuffled samples.
 *
 * @throws ValueError unless `seed` is an integer.
 * @example
 * setRandomSeed(7);
 */
export function setRandomSeed(seed: number): void {
  if (!Number.isInteger(seed)) throw new ValueError(`setRandomSeed: received ${seed}; expected an integer`);
  nextSeed = hostGenerator(seed);
  globalSeed = seed;
  for (const generator of globals.values()) generator.state.assign([seed | 0, 0]);
  resetShuffle(seed);
}

/** What random numbers without a seed depend on: a backup of a training holds it. */
export interface RandomState {
  /** Of the seeds to be drawn. */
  readonly seeds: number;
  readonly globalSeed: number;
  /** Of the generator of ops without a seed on the current device; null when it has not been used. */
  readonly global: readonly number[] | null;
}

export async function randomState(): Promise<RandomState> {
  const generator = globals.get(currentDevice().name);
  return { seeds: nextSeed.state, globalSeed, global: generator === undefined ? null : [...(await generator.state.data())] };
}

export function restoreRandomState({ seeds, globalSeed: seed, global }: RandomState): void {
  nextSeed.state = seeds;
  globalSeed = seed;
  if (global !== null) globalGenerator().state.assign([...global]);
}

/** The generator of ops without a seed: one a device. */
export function globalGenerator(): SeedGenerator {
  const { name } = currentDevice();
  let generator = globals.get(name);
  if (generator === undefined) {
    generator = new SeedGenerator(globalSeed);
    globals.set(name, generator);
  }
  return generator;
}

/**
 * A source of random numbers with a state of its own: a seed and a counter that moves on with every program that draws. Two generators
 * with the same seed give the same sequence. A layer that draws owns one.
 *
 * @example
 * const generator = new SeedGenerator(7);
 * const first = randomUniform([2], { seed: generator });
 * const second = randomUniform([2], { seed: generator }); // other numbers
 */
export class SeedGenerator {
  /** int32 `[seed, counter]`; not trained. */
  readonly state: Variable;
  readonly #starts = new WeakMap<Graph, Tensor>();

  /** @throws ValueError unless `seed` is an integer; null draws one. */
  constructor(seed: number | null = null) {
    if (seed !== null && !Number.isInteger(seed))
      throw new ValueError(`SeedGenerator: seed is ${seed}; expected an integer or null`);
    const initial = outsideTrace(() => tensor([(seed ?? drawSeed()) | 0, 0], [2], 'int32'));
    this.state = new Variable(initial, { name: stateName, trainable: false });
  }

  /**
   * The state for one draw in the current trace and the number of that draw; the counter moves by one a run of the trace.
   *
   * @throws StateError outside a trace.
   */
  next(): { state: Tensor; stream: number } {
    const graph = currentGraph();
    if (graph === undefined)
      throw new StateError('SeedGenerator.next: called outside a trace; pass the generator to an op as its seed');
    let start = this.#starts.get(graph);
    if (start === undefined) {
      start = this.state.inGraph(graph);
      this.#starts.set(graph, start);
      this.state.assign(add(start, iota([2], 0)));
    }
    return { state: start, stream: graph.nextStream(this.state) };
  }
}
