/** @file The stages of a pipeline that pass elements on as they are: some of them, in another order, ahead of time. */

import { hostGenerator } from '../../core/random.js';

/** The first `count` elements. */
export async function* take<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count === 0) return;
  let taken = 0;
  for await (const element of source) {
    yield element;
    if (++taken === count) return;
  }
}

/** All but the first `count` elements. */
export async function* skip<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let seen = 0;
  for await (const element of source) if (seen++ >= count) yield element;
}

/** All elements, `count` times; ends when a pass is empty. */
export async function* repeat<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  for (let pass = 0; pass < count; pass++) {
    let isEmpty = true;
    for await (const element of source) {
      isEmpty = false;
      yield element;
    }
    if (isEmpty) return;
  }
}

/** The elements of one data set, then those of the other. */
export async function* concatenate<A, B>(first: AsyncIterable<A>, second: AsyncIterable<B>): AsyncGenerator<A | B> {
  yield* first;
  yield* second;
}

/** Pairs of elements, until one data set ends. */
export async function* zip<A, B>(first: AsyncIterable<A>, second: AsyncIterable<B>): AsyncGenerator<readonly [A, B]> {
  const others = second[Symbol.asyncIterator]();
  try {
    for await (const element of first) {
      const other = await others.next();
      if (other.done === true) return;
      yield [element, other.value];
    }
  } finally {
    await others.return?.();
  }
}

/** The elements in an order drawn from a buffer of `size`, as tf.data does it: each is taken from a random place, which the next one fills. */
export async function* shuffle<T>(source: AsyncIterable<T>, size: number, seed: number): AsyncGenerator<T> {
  const random = hostGenerator(seed);
  const draw = (count: number): number => Math.floor((random() / 2 ** 32) * count);
  const buffer: T[] = [];
  for await (const element of source) {
    if (buffer.length < size) {
      buffer.push(element);
      continue;
    }
    const place = draw(size);
    const chosen = buffer[place] as T;
    buffer[place] = element;
    yield chosen;
  }
  while (buffer.length > 0) {
    const place = draw(buffer.length);
    const chosen = buffer[place] as T;
    buffer[place] = buffer.at(-1) as T;
    buffer.pop();
    yield chosen;
  }
}

/** Asks for up to `count` elements before they are wanted. */
export async function* prefetch<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const ahead: Promise<IteratorResult<T>>[] = [];
  try {
    while (true) {
      while (ahead.length <= count) {
        const next = iterator.next();
        next.catch(() => {}); // thrown where it is awaited
        ahead.push(next);
      }
      const { done, value } = await (ahead.shift() as Promise<IteratorResult<T>>);
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Keeps the elements of the first complete pass in `store`, and gives those from then on. */
export async function* cache<T>(source: AsyncIterable<T>, store: { elements?: readonly T[] }): AsyncGenerator<T> {
  if (store.elements !== undefined) {
    yield* store.elements;
    return;
  }
  const elements: T[] = [];
  for await (const element of source) {
    elements.push(element);
    yield element;
  }
  store.elements = elements;
}
