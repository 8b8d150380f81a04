/** @file The stages of a pipeline that make other elements: from generators, by a function, into batches and out of them. */

import { DataError } from '../../core/errors.js';
import { type Batched, countsOf, readBatch, stackElements, stageError, takeElement, type Unbatched } from './elements.js';

/** What `make` gives; errors of the user's code get their place. */
export async function* generate<T>(make: () => Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  let index = 0;
  const attempt = async <R>(body: () => R | Promise<R>): Promise<R> => {
    try {
      return await body();
    } catch (error) {
      throw stageError('fromGenerator', index, error);
    }
  };
  const source = await attempt(make);
  const iterator = await attempt(() =>
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator](),
  );
  let isOpen = false;
  try {
    while (true) {
      isOpen = false; // one that throws, or ends, has closed itself
      const { done, value } = await attempt(() => iterator.next());
      if (done === true) return;
      isOpen = true;
      yield value;
      index++;
    }
  } finally {
    if (isOpen) await iterator.return?.();
  }
}

/** `fn` of each element, in order; up to `parallel` calls run at a time. */
export async function* map<T, U>(
  source: AsyncIterable<T>,
  fn: (element: T, index: number) => U | Promise<U>,
  parallel: number,
): AsyncGenerator<U> {
  const running: Promise<U>[] = [];
  const call = async (element: T, index: number): Promise<U> => {
    try {
      return await fn(element, index);
    } catch (error) {
      throw stageError('map', index, error);
    }
  };
  let index = 0;
  try {
    for await (const element of source) {
      const result = call(element, index++);
      result.catch(() => {}); // thrown where it is awaited
      running.push(result);
      if (running.length === parallel) yield await (running.shift() as Promise<U>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<U>);
  } finally {
    await Promise.allSettled(running);
  }
}

/** Batches of `size` elements; the last one may be smaller, or is left out. */
export async function* batch<T>(source: AsyncIterable<T>, size: number, dropRemainder: boolean): AsyncGenerator<Batched<T>> {
  let elements: T[] = [];
  let first = 0;
  for await (const element of source) {
    elements.push(element);
    if (elements.length < size) continue;
    yield await stackElements(elements, first);
    first += size;
    elements = [];
  }
  if (elements.length > 0 && !dropRemainder) yield await stackElements(elements, first);
}

/** The elements of batches, one by one. */
export async function* unbatch<T>(source: AsyncIterable<T>): AsyncGenerator<Unbatched<T>> {
  let index = 0;
  for await (const element of source) {
    const read = await readCounted(element, index++);
    for (let i = 0; i < read.count; i++) yield takeElement(read.arrays, i) as Unbatched<T>;
  }
}

async function readCounted(element: unknown, index: number): Promise<{ arrays: unknown; count: number }> {
  try {
    const arrays = await readBatch('the batch', element);
    const [count = 0, ...others] = countsOf('the batch', arrays);
    if (others.some((other) => other !== count))
      throw new DataError(`the arrays have ${[count, ...others].join(', ')} samples; expected as many of each`);
    return { arrays, count };
  } catch (error) {
    throw stageError('unbatch', index, error);
  }
}
