import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Prefetch } from '../../lib/data/prefetch.js';
import { AbortedError, type BatchLike, DataError, layers, Sequence, sequential, ValueError } from '../../lib/index.js';

/** Jobs that end when the test says so. */
class Jobs {
  readonly started: number[] = [];
  readonly stopped: number[] = [];
  readonly #ends = new Map<number, { resolve(value: string): void; reject(error: Error): void }>();

  readonly run = (key: number, signal: AbortSignal): Promise<string> => {
    this.started.push(key);
    signal.addEventListener('abort', () => this.stopped.push(key));
    return new Promise((resolve, reject) => this.#ends.set(key, { resolve, reject }));
  };

  end(key: number): void {
    this.#ends.get(key)?.resolve(`result ${key}`);
  }

  fail(key: number): void {
    this.#ends.get(key)?.reject(new Error(`job ${key} failed`));
  }
}

/** Waits until everything that can happen has happened. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}

const keys = [5, 3, 8, 1, 9, 2];

describe('prefetching', () => {
  it('runs as many jobs at a time as there are workers, and keeps the order', async () => {
    const jobs = new Jobs();
    const results = new Prefetch(keys, jobs.run, { workers: 2, maxQueueSize: 10 }).results();
    const first = results.next();
    await settle();
    expect(jobs.started).toEqual([5, 3]);
    jobs.end(3);
    await settle();
    expect(jobs.started).toEqual([5, 3, 8]);
    jobs.end(5);
    expect((await first).value).toBe('result 5');
    expect((await results.next()).value).toBe('result 3');
    for (const key of [8, 1, 9, 2]) {
      jobs.end(key);
      await settle();
    }
    const rest: string[] = [];
    for await (const result of results) rest.push(result);
    expect(rest).toEqual(['result 8', 'result 1', 'result 9', 'result 2']);
  });

  it('stops when the queue is full, and goes on when a result is taken', async () => {
    const jobs = new Jobs();
    const results = new Prefetch(keys, jobs.run, { workers: 4, maxQueueSize: 2 }).results();
    const first = results.next();
    await settle();
    jobs.end(5);
    await first;
    jobs.end(3);
    await settle();
    jobs.end(8);
    await settle();
    expect(jobs.started).toEqual([5, 3, 8]);
    await results.next();
    await settle();
    expect(jobs.started).toEqual([5, 3, 8, 1]);
  });

  it('does nothing ahead without workers', async () => {
    const jobs = new Jobs();
    const results = new Prefetch(keys, jobs.run, { workers: 0, maxQueueSize: 10 }).results();
    for (const key of [5, 3]) {
      const next = results.next();
      await settle();
      jobs.end(key);
      await next;
      await settle();
    }
    expect(jobs.started).toEqual([5, 3]);
  });

  it('gives an error in its turn, after the results before it, and starts no more jobs', async () => {
    const jobs = new Jobs();
    const results = new Prefetch(keys, jobs.run, { workers: 2, maxQueueSize: 10 }).results();
    const first = results.next();
    await settle();
    jobs.fail(3);
    await settle();
    expect(jobs.stopped).toEqual([]);
    jobs.end(5);
    expect((await first).value).toBe('result 5');
    await expect(results.next()).rejects.toThrow('job 3 failed');
    await settle();
    expect(jobs.started).toEqual([5, 3]);
    expect((await results.next()).done).toBe(true);
  });

  it('tells the running jobs when the results are no longer wanted', async () => {
    const jobs = new Jobs();
    const results = new Prefetch(keys, jobs.run, { workers: 2, maxQueueSize: 10 }).results();
    const first = results.next();
    await settle();
    jobs.end(5);
    await first;
    await settle();
    await results.return(undefined);
    expect(jobs.stopped).toContain(3);
    jobs.fail(3);
    await settle();
    expect(jobs.started).toEqual([5, 3, 8]);
  });
});

/** Batches of one sample whose feature is the batch's number; each call waits until the event loop has turned. */
class Waiting extends Sequence {
  now = 0;
  most = 0;
  calls: number[] = [];
  signals: AbortSignal[] = [];

  get length(): number {
    return 8;
  }

  override async getItem(index: number, signal: AbortSignal): Promise<BatchLike> {
    this.calls.push(index);
    this.signals.push(signal);
    this.most = Math.max(this.most, ++this.now);
    await setImmediate();
    this.now--;
    return [{ data: Float32Array.of(index), shape: [1, 1] }];
  }
}

describe('a Sequence', () => {
  const identity = () => sequential([layers.activation({ activation: 'linear', inputShape: [1] })]);

  it.each([
    [0, 10, 1],
    [1, 10, 1],
    [3, 10, 3],
    [5, 2, 2],
  ])('of %i workers and a queue of %i has %i calls at a time, and its batches in order', async (workers, maxQueueSize, most) => {
    const sequence = new Waiting({ workers, maxQueueSize });
    expect(Array.from(await (await identity().predict(sequence)).data())).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(sequence.most).toBe(most);
    expect(sequence.calls).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(sequence.signals.every((signal) => signal.aborted)).toBe(true);
  });

  it('has one worker and a queue of ten by default', () => {
    expect(new Waiting()).toMatchObject({ workers: 1, maxQueueSize: 10 });
  });

  it('refuses other options', () => {
    expect(() => new Waiting({ worker: 2 } as object)).toThrow(
      new ValueError("Sequence: unknown option 'worker'; did you mean 'workers'?"),
    );
    expect(() => new Waiting({ workers: -1 })).toThrow(
      new ValueError('Sequence: workers is -1; expected an integer of at least 0'),
    );
    expect(() => new Waiting({ maxQueueSize: 0 })).toThrow(
      new ValueError('Sequence: maxQueueSize is 0; expected an integer of at least 1'),
    );
  });

  it('names the batch that failed, after the steps before it', async () => {
    class Failing extends Waiting {
      override async getItem(index: number, signal: AbortSignal): Promise<BatchLike> {
        if (index === 3) throw new Error('no such file');
        return super.getItem(index, signal);
      }
    }
    const failed = identity().predict(new Failing({ workers: 4 }));
    await expect(failed).rejects.toBeInstanceOf(DataError);
    await expect(failed).rejects.toThrow('predict: getItem(3) of the Sequence failed: no such file');
  });

  it('is told, and not waited for, when the call is aborted while a batch hangs', async () => {
    const abort = new AbortController();
    const signals: AbortSignal[] = [];
    class Hanging extends Waiting {
      override getItem(index: number, signal: AbortSignal): Promise<BatchLike> {
        signals.push(signal);
        if (index < 2) return super.getItem(index, signal);
        abort.abort();
        return new Promise(() => {});
      }
    }
    const running = identity().predict(new Hanging(), { signal: abort.signal });
    await expect(running).rejects.toBeInstanceOf(AbortedError);
    await settle();
    expect(signals).toHaveLength(3);
    expect(signals[2]?.aborted).toBe(true);
  });
});
