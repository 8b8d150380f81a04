// Classes that the tests of `workerSequence` make in worker threads.

import { threadId } from 'node:worker_threads';
import { Sequence, tensor } from '../../dist/index.js';

const one = (value) => ({ data: Float32Array.of(value), shape: [1, 1] });

/** Batches of one sample: its number; the target says which thread made it. */
export default class Numbers extends Sequence {
  constructor(length = 6) {
    super();
    this.count = length;
  }
  get length() {
    return this.count;
  }
  getItem(index) {
    return [one(index), one(threadId)];
  }
}

/** Waits, blocking its thread, until the main thread has raised `flag` to the batch's number. */
export class Blocking extends Numbers {
  constructor(flag, length) {
    super(length);
    this.flag = new Int32Array(flag);
  }
  getItem(index) {
    while (Atomics.load(this.flag, 0) < index) Atomics.wait(this.flag, 0, Atomics.load(this.flag, 0), 10);
    return super.getItem(index);
  }
}

/** One batch, and then a loop without end. */
export class Endless extends Numbers {
  getItem(index) {
    while (index > 0);
    return super.getItem(index);
  }
}

/** Waits until a batch is not needed any more, and raises `flag` then. */
export class Waiting extends Numbers {
  constructor(flag) {
    super();
    this.flag = new Int32Array(flag);
  }
  async getItem(index, signal) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    Atomics.store(this.flag, 0, 1);
    return super.getItem(index);
  }
}

/** Batches of other forms: what can be handed over, what is copied, and what is read first. */
export class Forms extends Numbers {
  all = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  getItem(index) {
    const part = { data: this.all.subarray(index, index + 1), shape: [1, 1] };
    return [
      [part, () => [[index]], () => tensor([[index]]), () => ({ data: Buffer.from([index]), shape: [1, 1] })][index % 4],
    ].map((form) => (typeof form === 'function' ? form() : form));
  }
}

/** Grows, and says how often an epoch has ended. */
export class Growing extends Numbers {
  ends = 0;
  getItem(index) {
    return [one(index), one(this.ends)];
  }
  onEpochEnd() {
    this.ends++;
    this.count++;
  }
}

export class Failing extends Numbers {
  getItem(index) {
    if (index === 3) throw new RangeError('number 3 is missing');
    return super.getItem(index);
  }
}

export class Exiting extends Numbers {
  getItem(index) {
    if (index === 2) process.exit(9);
    return super.getItem(index);
  }
}

/** Fails outside of `getItem`. */
export class Crashing extends Numbers {
  getItem(index) {
    if (index === 2) {
      setImmediate(() => {
        throw new Error('thrown in a timer');
      });
      return new Promise(() => {});
    }
    return super.getItem(index);
  }
}

export class Broken extends Numbers {
  constructor() {
    super();
    throw new TypeError('no settings');
  }
}
