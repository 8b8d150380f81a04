/** @file Shapes: `null` is a size that is not known yet (the batch of a model, the side of a fully convolutional net). */

import { ShapeError, ValueError } from './errors.js';

export type Dimension = number | null;
export type Shape = readonly Dimension[];

/** `[32, 28, 28, 1]` */
export const formatShape = (shape: Shape): string => `[${shape.map((size) => size ?? 'null').join(', ')}]`;

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);

/** Sizes that agree where both are known. */
export const compatible = (a: Dimension, b: Dimension): boolean => a === null || b === null || a === b;

/** Number of elements; null when a size is unknown. */
export function sizeOf(shape: Shape): Dimension {
  let size = 1;
  for (const dimension of shape) {
    if (dimension === null) return null;
    size *= dimension;
  }
  return size;
}

export const isStatic = (shape: Shape): shape is readonly number[] => !shape.includes(null);

/** The shape as plain numbers. @throws ShapeError when a size is unknown. */
export function staticShape(where: string, shape: Shape): readonly number[] {
  if (isStatic(shape)) return shape;
  throw new ShapeError(`${where}: the shape ${formatShape(shape)} must be fully known here`);
}

/**
 * The shape of two operands side by side by NumPy's rule: aligned from the last axis, equal sizes or 1.
 *
 * @throws ShapeError when the sizes of an axis differ and neither is 1.
 */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = axis < rank - a.length ? 1 : (a[axis - rank + a.length] as Dimension);
    const right = axis < rank - b.length ? 1 : (b[axis - rank + b.length] as Dimension);
    if (left === right || right === 1) result.push(left);
    else if (left === 1) result.push(right);
    else if (left === null || right === null) result.push(left ?? right);
    else {
      throw new ShapeError(
        `${where}: the shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
          `${left} and ${right} on axis ${axis} of the result; expected equal sizes or 1`,
      );
    }
  }
  return result;
}

/** `axis` counted from the front. @throws ValueError when it is outside [-rank, rank). */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new ValueError(
    `${where}: axis ${axis} is out of range for ${rank} dimensions; expected an integer in [${-rank}, ${rank})`,
  );
}

/** Axes counted from the front, ascending, without repeats; all axes when undefined. */
export function normalizeAxes(where: string, axes: number | readonly number[] | undefined | null, rank: number): number[] {
  if (axes === undefined || axes === null) return Array.from({ length: rank }, (_, axis) => axis);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(where, axis, rank));
  if (new Set(list).size !== list.length) throw new ValueError(`${where}: axes [${list.join(', ')}] name an axis twice`);
  return list.sort((a, b) => a - b);
}
