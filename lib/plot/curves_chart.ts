/** @file The specification of training curves' charts. */

import type { ChartSpec } from './chart.js';

/** One value of one line. */
export interface Point {
  readonly epoch: number;
  /** JSON has no NaN: null breaks the line. */
  readonly value: number | null;
  readonly data: 'train' | 'validation';
}

/** The lines of one metric. */
export interface Facet {
  readonly name: string;
  readonly points: readonly Point[];
  /** The numbers of all epochs, at least one. */
  readonly epochs: readonly number[];
  /** Epochs without a finite value. */
  readonly broken: readonly number[];
}

/** The first two colours of matplotlib's cycle. */
const colors = { train: '#1f77b4', validation: '#ff7f0e' } as const;
const kinds = ['train', 'validation'] as const;

/** Epochs up to this many are drawn as dots on the line. */
const fewEpochs = 30;

/** All facets, each `width` by `height`, at most three in a row. */
export function curvesSpec(facets: readonly Facet[], width: number, height: number, title: string | undefined): ChartSpec {
  const points = facets.flatMap((facet) => facet.points);
  const shown = kinds.filter((kind) => points.some(({ data }) => data === kind));
  const style = { width, height, shown, lines: Math.max(...facets.map(({ broken }) => (broken.length === 0 ? 1 : 2))) };
  return {
    ...(title === undefined ? {} : { title: { text: title, anchor: 'middle' } }),
    columns: Math.min(3, facets.length),
    concat: facets.map((facet) => drawFacet(facet, style)),
  };
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
