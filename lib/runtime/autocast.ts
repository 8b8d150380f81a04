/** @file The type in which variables are read: layers of mixed precision keep float32 weights and compute with 16-bit copies of them. */

import type { FloatDType } from '../core/dtype.js';

/** Scopes in force, innermost last; null: variables are read as they are. Calls are synchronous, so a stack is enough. */
const scopes: (FloatDType | null)[] = [];

/** Undefined outside all scopes. */
export const currentAutocast = (): FloatDType | null | undefined => scopes.at(-1);

/** Runs `body` with variables of float types read as `dtype` (keras/src/backend/common/variables.py, AutocastScope). */
export function inAutocast<T>(dtype: FloatDType | null, body: () => T): T {
  scopes.push(dtype);
  try {
    return body();
  } finally {
    scopes.pop();
  }
}
