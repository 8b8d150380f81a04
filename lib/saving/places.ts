/** @file Where each variable of a model lies in a file of weights: Keras's rules (keras/src/saving/saving_lib.py, _save_state). */

import { toSnakeCase } from '../core/naming.js';
import { Layer } from '../layers/layer.js';
import { OperationLayer } from '../layers/operation.js';
import { SeedGenerator } from '../ops/seed_generator.js';
import type { Variable } from '../runtime/variable.js';

/** The variables of one object, which the file holds as `path/vars/0`, `path/vars/1`, ... */
export interface Place {
  readonly path: string;
  /** The object's name, kept beside its variables; undefined for generators, which have none. */
  readonly name: string | undefined;
  /** How messages name the object. */
  readonly label: string;
  readonly variables: readonly Variable[];
}

/**
 * The places of a layer or model and of everything in it, each object once: where it is met first. Properties are walked in alphabetical order
 * of their names in snake case, as Keras walks attributes; objects in lists are named by their class.
 *
 * Generators of random numbers have places of their own, `layers/dropout/seed_generator`, which Keras neither writes nor reads.
 */
export function placesOf(root: Layer): Place[] {
  const places: Place[] = [];
  const visited = new Set<object>();
  visitLayer(root, '');
  return places;

  function visitLayer(layer: Layer, path: string): void {
    if (visited.has(layer)) return;
    visited.add(layer);
    // Ops on symbolic tensors take a name, but are not saved.
    if (!(layer instanceof OperationLayer))
      places.push({ path, name: layer.name, label: layer.label, variables: layer.ownWeights });
    const parts = Object.entries(layer.savedParts()).map(([name, part]) => [attributeName(name), part] as const);
    for (const [name, part] of parts.sort(byName)) visit(part, join(path, name));
  }

  function visit(part: unknown, path: string): void {
    if (part instanceof Layer) visitLayer(part, path);
    else if (part instanceof SeedGenerator) visitGenerator(part, path);
    else if (isContainer(part)) visitList(Object.values(part), path);
  }

  function visitGenerator(generator: SeedGenerator, path: string): void {
    if (visited.has(generator)) return;
    visited.add(generator);
    places.push({ path, name: undefined, label: `the random numbers '${path}'`, variables: [generator.state] });
  }

  function visitList(parts: readonly unknown[], path: string): void {
    const counts = new Map<string, number>();
    for (const part of parts) {
      const base = baseName(part);
      if (base === undefined) continue;
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      visit(part, join(path, count === 0 ? base : `${base}_${count}`));
    }
  }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

/** `firstConv` as Python writes it. */
const attributeName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Private names come last. */
const sortKey = (name: string): string => (name.startsWith('_') ? `~${name}` : name);

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const [first, second] = [sortKey(a), sortKey(b)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function baseName(part: unknown): string | undefined {
  if (part instanceof Layer) return toSnakeCase(part.className);
  if (part instanceof SeedGenerator) return 'seed_generator';
  return isContainer(part) ? 'container' : undefined;
}

/** An array or a plain object. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
