/** @file Training curves: what every epoch logged. */

import type { History } from '../callbacks/history.js';
import { describeValue } from '../core/describe.js';
import { DataError, ValueError } from '../core/errors.js';
import { checkOptions, unknownName } from '../core/options.js';
import { chart } from './chart.js';
import { curvesSpec, type Facet, type Point } from './curves_chart.js';
import type { Figure } from './figure.js';

/** Values by name, one an epoch: `history.history`. */
export type Curves = Readonly<Record<string, readonly number[]>>;

export interface CurvesOptions {
  /** The metrics to draw, in this order, without `val_`; by default the loss, then all others. */
  readonly metrics?: readonly string[];
  readonly title?: string;
  /** Width of each facet in pixels, at least 50; default 320. */
  readonly width?: number;
  /** Height of each facet in pixels, at least 50; default 220. */
  readonly height?: number;
}

/**
 * Loss and metrics over the epochs, one facet each, training and validation in two colours. Epochs count from 1. Where a value is NaN or
 * infinite the line is broken and the facet says so. A `val_` list that is shorter than its training list is drawn at every k-th epoch, as
 * the `validationFreq` of `fit` measures it.
 *
 * @param history - what `fit` returned, or its `history`: lists of numbers by name
 * @throws DataError when there is nothing to draw, ValueError for a metric that was not logged and unknown options.
 * @example
 * const history = await net.fit(x, y, { epochs: 5, validationSplit: 0.1 });
 * await plot.curves(history).save('curves.png');
 */
export function curves(history: History | Curves, options: CurvesOptions = {}): Figure {
  const where = 'plot.curves';
  checkOptions(where, options, ['metrics', 'title', 'width', 'height']);
  const { width = 320, height = 220, title } = options;
  for (const [name, size] of Object.entries({ width, height })) {
    if (!(size >= 50 && Number.isFinite(size))) throw new ValueError(`${where}: ${name} is ${size}; expected at least 50`);
  }
  const { values, epochs } = readHistory(where, history);
  const names = chosenMetrics(where, values, options.metrics);
  const facets = names.map((name) => readFacet(name, values, epochs));
  return chart(where, 'curves', curvesSpec(facets, width, height, title));
}

function readHistory(where: string, history: unknown): { values: Curves; epochs: readonly number[] | undefined } {
  if (typeof history !== 'object' || history === null) {
    throw new DataError(`${where}: received ${describeValue(history)}; expected the history that fit returned`);
  }
  const isCallback = 'epoch' in history && 'history' in history && Array.isArray(history.epoch);
  const values = (isCallback ? history.history : history) as Curves;
  for (const [name, list] of Object.entries(values)) {
    if (!Array.isArray(list) || list.some((value) => typeof value !== 'number')) {
      throw new DataError(`${where}: '${name}': received ${describeValue(list)}; expected a list of numbers, one an epoch`);
    }
  }
  if (!Object.values(values).some((list) => list.length > 0)) {
    throw new DataError(`${where}: the history is empty; expected at least one epoch; call fit first`);
  }
  return { values, epochs: isCallback ? (history.epoch as number[]) : undefined };
}

const baseName = (name: string): string => name.replace(/^val_/, '');

function chosenMetrics(where: string, values: Curves, metrics: readonly string[] | undefined): string[] {
  const logged = Object.keys(values).filter((name) => (values[name] as readonly number[]).length > 0);
  const bases = new Set(logged.map(baseName));
  const known = [...(bases.has('loss') ? ['loss'] : []), ...[...bases].filter((name) => name !== 'loss')];
  if (metrics === undefined) return known;
  if (!Array.isArray(metrics) || metrics.length === 0) {
    throw new ValueError(
      `${where}: metrics: received ${describeValue(metrics)}; expected a list of names among ${known.join(', ')}`,
    );
  }
  for (const name of metrics) if (!known.includes(name)) throw unknownName(where, 'metric', name, known);
  return [...metrics];
}

/** A list that is shorter than there are epochs belongs to every k-th of them. */
function pointsOf(data: Point['data'], list: readonly number[], epochs: readonly number[]): Point[] {
  const every = Math.floor(epochs.length / Math.max(1, list.length));
  return list.map((value, i) => ({
    epoch: epochs[(i + 1) * every - 1] as number,
    value: Number.isFinite(value) ? value : null,
    data,
  }));
}

function readFacet(name: string, values: Curves, epochs: readonly number[] | undefined): Facet {
  const train = values[name] ?? [];
  const validation = values[`val_${name}`] ?? [];
  const count = Math.max(train.length, validation.length);
  const numbers = epochs?.length === count ? epochs.map((epoch) => epoch + 1) : Array.from({ length: count }, (_, i) => i + 1);
  const all = [...pointsOf('train', train, numbers), ...pointsOf('validation', validation, numbers)];
  const broken = [...new Set(all.filter(({ value }) => value === null).map(({ epoch }) => epoch))];
  return { name, points: all, epochs: numbers, broken };
}
