/** @file Training curves: what every epoch logged. */

import type { History } from '../callbacks/history.js';
import { describeValue } from '../core/describe.js';
import { DataError, ShapeError, ValueError } from '../core/errors.js';
import { checkOptions, unknownName } from '../core/options.js';
import { type ChartSpec, chart } from './chart.js';
import type { Figure } from './figure.js';

/** Values by name, one an epoch: `history.history`. */
export type Curves = Readonly<Record<string, readonly number[]>>;

export interface CurvesOptions {
  /** The metrics to draw, in this order, without `val_`; by default all. */
  readonly metrics?: readonly string[];
  readonly title?: string;
  /** Width of each facet in pixels, at least 50; default 320. */
  readonly width?: number;
  /** Height of each facet in pixels, at least 50; default 220. */
  readonly height?: number;
}

interface Point {
  readonly epoch: number;
  /** JSON has no NaN: null breaks the line. */
  readonly value: number | null;
  readonly data: 'train' | 'validation';
}

/** The first two colours of matplotlib's cycle. */
const colors = { train: '#1f77b4', validation: '#ff7f0e' } as const;
const kinds = ['train', 'validation'] as const;

/** Epochs up to this many are drawn as dots on the line. */
const fewEpochs = 30;

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
  const all = facets.flatMap(({ points }) => points);
  const shown = kinds.filter((kind) => all.some(({ data }) => data === kind));
  const style = { width, height, shown, lines: Math.max(...facets.map(({ broken }) => (broken.length === 0 ? 1 : 2))) };
  return chart(where, 'curves', {
    ...(title === undefined ? {} : { title: { text: title, anchor: 'middle' } }),
    columns: Math.min(3, facets.length),
    concat: facets.map((facet) => drawFacet(facet, style)),
  });
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
  const known = [...new Set(Object.keys(values).map(baseName))];
  if (metrics === undefined) return known;
  if (!Array.isArray(metrics) || metrics.length === 0) {
    throw new ValueError(
      `${where}: metrics: received ${describeValue(metrics)}; expected a list of names among ${known.join(', ')}`,
    );
  }
  for (const name of metrics) if (!known.includes(name)) throw unknownName(where, 'metric', name, known);
  return [...metrics];
}

function pointsOf(data: Point['data'], list: readonly number[], epochs: readonly number[]): Point[] {
  if (list.length > epochs.length) {
    throw new ShapeError(
      `plot.curves: received ${list.length} values of ${data} for ${epochs.length} epochs; expected at most as many`,
    );
  }
  const every = Math.floor(epochs.length / Math.max(1, list.length));
  return list.map((value, i) => ({
    epoch: epochs[(i + 1) * every - 1] as number,
    value: Number.isFinite(value) ? value : null,
    data,
  }));
}

interface Facet {
  readonly name: string;
  readonly points: readonly Point[];
  /** The numbers of all epochs. */
  readonly epochs: readonly number[];
  /** Epochs without a finite value. */
  readonly broken: readonly number[];
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

interface FacetStyle {
  readonly width: number;
  readonly height: number;
  /** What the colours tell apart. */
  readonly shown: readonly Point['data'][];
  /** Lines of text above each facet. */
  readonly lines: number;
}

const lineHeight = 18;

function drawFacet(facet: Facet, { width, height, lines, shown }: FacetStyle): ChartSpec {
  const { name, broken } = facet;
  const above = (line: number): number => -10 - (lines - 1 - line) * lineHeight;
  const texts = [textLayer(name, width / 2, above(0), { fontSize: 15, color: '#222' })];
  if (broken.length > 0) {
    texts.push(textLayer(`not finite at ${epochList(broken)}`, width / 2, above(1), { fontSize: 12, color: '#b22222' }));
  }
  return { width, height, layer: [lineLayer(facet, shown), ...texts] };
}

/** Text at a place of the facet: Vega's own titles stand at different heights beside each other. */
const textLayer = (text: string, x: number, y: number, style: object): ChartSpec => ({
  data: { values: [{}] },
  mark: { type: 'text', text, x, y, baseline: 'alphabetic', ...style },
});

function lineLayer({ points, epochs }: Facet, shown: FacetStyle['shown']): ChartSpec {
  const [first, last] = [epochs[0] as number, epochs.at(-1) as number];
  return {
    data: { values: points },
    mark: { type: 'line', strokeWidth: 2, point: epochs.length <= fewEpochs ? { size: 30 } : false },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative',
        title: 'epoch',
        scale: { domain: first === last ? [first - 1, first + 1] : [first, last], nice: false, padding: 8 },
        axis: {
          ...epochAxis,
          ...(first === last ? { values: [first] } : { tickCount: epochs.length <= 12 ? epochs.length : 6 }),
        },
      },
      y: { field: 'value', type: 'quantitative', title: null, scale: { zero: false, padding: 8, ...flatDomain(points) } },
      color: {
        field: 'data',
        type: 'nominal',
        title: null,
        scale: { domain: shown, range: shown.map((name) => colors[name]) },
        legend: shown.length === 1 ? null : {},
      },
    },
  };
}

const epochAxis = { tickMinStep: 1, format: 'd', grid: false, labelFlush: false } as const;

/** Room around a line that is level: its scale would have no width. */
function flatDomain(points: readonly Point[]): { domain?: [number, number] } {
  const values = new Set(points.flatMap(({ value }) => (value === null ? [] : [value])));
  const [value = 0] = values;
  const room = Math.abs(value) * 0.1 || 1;
  return values.size > 1 ? {} : { domain: [value - room, value + room] };
}

/** `epoch 3`, `epochs 3, 4`, `epochs 3, 4, 5 and 7 more`. */
function epochList(epochs: readonly number[]): string {
  if (epochs.length === 1) return `epoch ${epochs[0]}`;
  const rest = epochs.length > 3 ? ` and ${epochs.length - 3} more` : '';
  return `epochs ${epochs.slice(0, 3).join(', ')}${rest}`;
}
