/** @file What layers with random numbers share: a strength and a generator. */

import { ValueError } from '../core/errors.js';
import { SeedGenerator } from '../ops/seed_generator.js';
import { numberIn } from './check.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

export interface NoiseOptions extends LayerOptions {
  /** An integer for a reproducible sequence of random numbers; null (default) draws one. */
  readonly seed?: number | null;
}

export abstract class NoiseLayer extends Layer {
  static override readonly optionNames: readonly string[] = ['seed'];
  readonly seed: number | null;
  /** Not a weight: it belongs to the layer, and moves on with every training step. */
  readonly #generator: SeedGenerator | undefined;

  /** `strength` is the option `name`, a number in [0, 1]; nothing is drawn when it is 0. */
  constructor(options: NoiseOptions, name: string, strength: number) {
    super(options);
    const where = new.target.name;
    numberIn(where, name, strength, 0, 1);
    this.seed = options.seed ?? null;
    if (this.seed !== null && !Number.isInteger(this.seed))
      throw new ValueError(`${where}: seed is ${this.seed}; expected an integer or null`);
    if (strength > 0) this.#generator = new SeedGenerator(this.seed);
  }

  protected get generator(): SeedGenerator {
    return this.#generator as SeedGenerator;
  }

  override savedParts(): Readonly<Record<string, unknown>> {
    return { seedGenerator: this.#generator };
  }

  override dispose(): void {
    super.dispose();
    this.#generator?.state.dispose();
  }
}
