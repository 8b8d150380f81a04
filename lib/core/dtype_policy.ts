/** @file What layers compute in and what their weights are kept in. */

import { floatx } from './config.js';
import { type DType, dtypes } from './dtype.js';
import { ValueError } from './errors.js';

/** The name of a policy: a dtype for both, or one of the mixed policies. */
export type DTypePolicyName = DType | 'mixed_bfloat16' | 'mixed_float16';

/**
 * What a layer computes in (`computeDtype`), and what it keeps its weights in (`variableDtype`). A dtype names both;
 * `mixed_bfloat16` and `mixed_float16` compute in 16 bits and keep float32 weights.
 *
 * @example
 * const head = layers.dense({ units: 10, dtype: new DTypePolicy('float32') });
 */
export class DTypePolicy {
  readonly name: DTypePolicyName;
  readonly computeDtype: DType;
  readonly variableDtype: DType;

  /** @throws ValueError for a name that is none of the policies. */
  constructor(name: DTypePolicyName) {
    this.name = checkPolicyName('DTypePolicy', name);
    const isMixed = this.name === 'mixed_bfloat16' || this.name === 'mixed_float16';
    this.computeDtype = (isMixed ? this.name.slice('mixed_'.length) : this.name) as DType;
    this.variableDtype = isMixed ? 'float32' : this.computeDtype;
  }

  getConfig(): Record<string, unknown> {
    return { name: this.name };
  }
}

function checkPolicyName(where: string, name: unknown): DTypePolicyName {
  const names = [...dtypes, 'mixed_bfloat16', 'mixed_float16'];
  if (names.includes(name as string)) return name as DTypePolicyName;
  throw new ValueError(`${where}: unknown dtype or policy ${JSON.stringify(name)}; expected one of ${names.join(', ')}`);
}

/** A policy or its name as a policy. @throws ValueError for a name that is none of the policies. */
export const getDTypePolicy = (where: string, given: DTypePolicyName | DTypePolicy): DTypePolicy =>
  given instanceof DTypePolicy ? given : new DTypePolicy(checkPolicyName(where, given));

let chosen: DTypePolicy | undefined;

/** The policy of layers that are made without one: what `setDtypePolicy` chose, else `floatx()`. */
export const dtypePolicy = (): DTypePolicy => chosen ?? new DTypePolicy(floatx());

/**
 * The policy of the layers made from now on; layers that exist keep theirs. Null goes back to `floatx()`.
 *
 * Under `mixed_float16` `compile` wraps the optimizer, so that small gradients do not vanish (`optimizers.lossScaleOptimizer`).
 *
 * @throws ValueError for a name that is none of the policies.
 * @example
 * setDtypePolicy('mixed_bfloat16');
 */
export function setDtypePolicy(policy: DTypePolicyName | DTypePolicy | null): void {
  chosen = policy === null ? undefined : getDTypePolicy('setDtypePolicy', policy);
}
