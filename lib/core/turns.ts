/** @file Turns: asynchronous calls that must not mix run one after the other. */

/**
 * Lets calls run one after the other, in the order they came. Calls made while `during` runs hooks of the call whose turn it is come inside
 * it: before it goes on.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #inHooks = false;
  #inner: Turns | undefined;

  /**
   * Runs `body` when its turn has come.
   *
   * @param wait - waits for that; may reject, which gives the turn up
   */
  async take<T>(body: () => Promise<T>, wait: (turn: Promise<void>) => Promise<void> = (turn) => turn): Promise<T> {
    if (this.#inHooks) {
      this.#inner ??= new Turns();
      return this.#inner.take(body, wait);
    }
    const before = this.#last;
    let end: () => void = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    try {
      await wait(before);
      return await body();
    } finally {
      void before.then(end);
    }
  }

  /** Runs hooks of the current turn, and what they start. */
  async during(hooks: () => Promise<void>): Promise<void> {
    if (this.#inHooks) {
      this.#inner ??= new Turns();
      return this.#inner.during(hooks);
    }
    this.#inHooks = true;
    try {
      await hooks();
    } finally {
      const started = this.#inner;
      if (started !== undefined) await started.#last;
      this.#inHooks = false;
      this.#inner = undefined;
    }
  }
}
