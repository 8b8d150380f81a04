/** @file Random numbers on the host: the order of samples. The device's numbers come from Philox (lib/ops/random.ts). */

let epochs = 0;

/** A seed for the next shuffled epoch: a counter, as in Keras 3, so that runs repeat. */
export const nextShuffleSeed = (): number => epochs++;

/** The seed that the next shuffled epoch will have. */
export const upcomingShuffleSeed = (): number => epochs;

/** The next shuffled epoch has this seed: where a training goes on. */
export function continueShuffle(upcomingSeed: number): void {
  epochs = upcomingSeed;
}

/** Starts the orders of epochs anew; `clearSession` and `setRandomSeed` call it. */
export function resetShuffle(seed = 0): void {
  // Spread, so that the orders of neighbouring seeds are not the same ones an epoch later.
  epochs = Math.imul(seed, 0x9e3779b1) >>> 0;
}

/** Gives 32-bit integers; all that it depends on is its state. */
export interface HostGenerator {
  (): number;
  state: number;
}

/** A generator of 32-bit integers (mulberry32). */
export function hostGenerator(seed: number): HostGenerator {
  const next: HostGenerator = () => {
    next.state = (next.state + 0x6d2b79f5) | 0;
    const { state } = next;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  next.state = (Math.imul(seed, 0x9e3779b1) + 0x6d2b79f5) | 0;
  return next;
}

/** 0 to count - 1 in random order (Fisher-Yates). */
export function shuffledIndices(count: number, seed: number): Uint32Array {
  const next = hostGenerator(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}
