/** @file `cast`, the one op that joins two element types: variables use it when they are read and assigned. */

import { type DType, isFloat } from '../core/dtype.js';
import type { Op, Value, ValueType } from './graph.js';

export const castOp: Op = {
  name: 'cast',
  infer: ([x], { dtype }) => [{ dtype: dtype as DType, shape: (x as ValueType).shape }],
  gradient({ operands: [x], gradients: [g] }) {
    const { dtype, node } = x as Value;
    return [isFloat(dtype) && g ? castValue(g.inGraph(node.graph), dtype) : null];
  },
};

/** `x` with elements of `dtype`; itself when it has that type already. */
export const castValue = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : (x.node.graph.append(castOp, [x], { dtype })[0] as Value);
