/** @file What holds while a layer is called: training or inference, the losses that layers add, and the names of the layers around. */

import type { Tensor } from '../graph/tensor.js';

export interface CallContext {
  /** Inner layers inherit it, unless their call says otherwise. */
  readonly training: boolean;
  /** Scalars from `addLoss` and from activity regularizers, for the trainer to add to its loss. */
  readonly losses: Tensor[];
}

/** Calls in progress, innermost last. Calls are synchronous, so a stack is enough. */
const contexts: CallContext[] = [];

export const currentContext = (): CallContext | undefined => contexts.at(-1);

/** Runs `body` with `context` for every layer that it calls. */
export function inContext<T>(context: CallContext, body: () => T): T {
  contexts.push(context);
  try {
    return body();
  } finally {
    contexts.pop();
  }
}

/** Names of the layers being built or called, outermost first: the path of the weights made now. */
const scopes: string[] = [];

export function inScope<T>(name: string, body: () => T): T {
  scopes.push(name);
  try {
    return body();
  } finally {
    scopes.pop();
  }
}

/** `sequential/conv2d/kernel` for a weight made while `conv2d` is built inside `sequential`. */
export function weightPath(layer: string, name: string): string {
  const inner = scopes.at(-1) === layer ? [] : [layer];
  return [...scopes, ...inner, name].join('/');
}
