/** @file Native programs by listing: eager loops and equal models meet the same one. */

import type { NativeProgram } from './addon.js';

/** Characters of listings whose programs are kept although nobody may use them: hundreds of single ops, or the steps of a small model. */
const keptLength = 1 << 16;

/**
 * Finds the program of a listing while anybody uses it; the latest ones are kept besides. A program holds all the memory of its
 * intermediate values, so those of forgotten models must go.
 */
export class ProgramCache {
  readonly #known = new Map<string, WeakRef<NativeProgram>>();
  /** The latest, oldest first. */
  readonly #kept = new Map<string, NativeProgram>();
  #length = 0;
  readonly #collected = new FinalizationRegistry<string>((listing) => {
    if (this.#known.get(listing)?.deref() === undefined) this.#known.delete(listing);
  });

  get(listing: string): NativeProgram | undefined {
    const program = this.#known.get(listing)?.deref();
    if (program !== undefined) this.#keep(listing, program);
    return program;
  }

  set(listing: string, program: NativeProgram): void {
    this.#known.set(listing, new WeakRef(program));
    this.#collected.register(program, listing);
    this.#keep(listing, program);
  }

  #keep(listing: string, program: NativeProgram): void {
    if (this.#kept.delete(listing)) this.#length -= listing.length;
    this.#kept.set(listing, program);
    this.#length += listing.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#length <= keptLength) return;
      this.#kept.delete(oldest);
      this.#length -= oldest.length;
    }
  }
}
