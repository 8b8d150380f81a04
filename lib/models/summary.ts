/** @file The table that `summary` prints, by default as Keras 3 prints it (keras/src/utils/summary_utils.py). */

import { env, stdout } from 'node:process';
import { readableBytes } from '../core/bytes.js';
import { bytesPerElement } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { checkChoice, checkOptions } from '../core/options.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { Layer } from '../layers/layer.js';
import type { LayerNode } from '../layers/node.js';
import type { Variable } from '../runtime/variable.js';
import { connections, countElements, grouped, isRow, outputShapes } from './layer_facts.js';
import type { Model } from './model.js';
import { ruledLines } from './ruled_summary.js';
import { type Alignment, type Column, drawTable, fitColumns } from './table.js';

export interface SummaryOptions {
  /** `keras3` (default): a table of boxes; `keras2`: ruled lines, which the naming scheme `keras2` makes as Keras 2 alone did. */
  readonly style?: 'keras3' | 'keras2';
  /**
   * Characters in a line; by default 88, or 108 for a model with branches, and at most the terminal's. In the style `keras2` 65, or 98 with
   * branches.
   */
  readonly lineLength?: number;
  /** Where the columns end, as fractions of the line; in the style `keras2` also as numbers of characters. */
  readonly positions?: readonly number[];
  /** Receives the text; `console.log` by default. */
  readonly printFn?: (text: string) => void;
  /** Whether to show the layers inside nested models; default false. */
  readonly expandNested?: boolean;
  /** Whether to add a column that says which layers are trained; default false. */
  readonly showTrainable?: boolean;
}

const bytes = (weights: Iterable<Variable>): number =>
  [...new Set(weights)].reduce((sum, { shape, dtype }) => sum + (sizeOf(shape) as number) * bytesPerElement(dtype), 0);

const shapeText = (shape: Shape): string => {
  const sizes = shape.map((size) => (size === null ? 'None' : String(size)));
  return `(${sizes.join(', ')})`;
};

function outputText(layer: Layer): string {
  const texts = outputShapes(layer)?.map(shapeText) ?? ['?'];
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`;
}

const hasLayers = (layer: Layer): layer is Model => 'layers' in layer && Array.isArray(layer.layers) && layer.layers.length > 0;

interface TableStyle {
  readonly expandNested: boolean;
  readonly showTrainable: boolean;
  /** Calls of the model, for a model with branches. */
  readonly nodes: readonly LayerNode[] | undefined;
}

function layerRows(layer: Layer, style: TableStyle, level = 0): string[][] {
  const prefix = level === 0 ? '' : `${'   '.repeat(level)}└ `;
  const params = layer.needsBuild ? '0 (unbuilt)' : grouped(layer.countParams());
  const cells = [`${prefix}${layer.name} (${layer.className})`, outputText(layer), params];
  if (style.nodes !== undefined) cells.push(connections(layer, style.nodes).join(', ') || '-');
  if (style.showTrainable) cells.push(layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N');
  const inner = style.expandNested && hasLayers(layer) ? layer.layers : [];
  return [cells, ...inner.flatMap((entry) => layerRows(entry, style, level + 1))];
}

/** Columns of a terminal, as Python's shutil finds them. */
const terminalColumns = (): number => Number(env.COLUMNS) || stdout.columns || 80;

function columnsOf(row: boolean, options: SummaryOptions): Column[] {
  const titles = ['Layer (type)', 'Output Shape', 'Param #'];
  const alignments: Alignment[] = ['left', 'left', 'right'];
  let positions = options.positions ?? (row ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]);
  let length = row ? 88 : 108;
  if (!row) {
    titles.push('Connected to');
    alignments.push('left');
  }
  if (options.showTrainable) {
    titles.push('Trainable');
    alignments.push('center');
    positions = [...positions.map((position) => position * 0.9), 1];
    length += 12;
  }
  if (positions.length !== titles.length) {
    throw new ValueError(`summary: positions has ${positions.length} entries; expected ${titles.length}: ${titles.join(', ')}`);
  }
  const line = options.lineLength ?? Math.min(length, terminalColumns() - 4);
  const ends = positions.map((position) => Math.trunc(position * line));
  const widths = ends.map((end, i) => end - (ends[i - 1] ?? 0));
  if (widths.some((width) => width < 4)) {
    throw new ValueError(
      `summary: a line of ${line} characters is too short for the table; expected columns of at least 4; give a larger lineLength`,
    );
  }
  return fitColumns(widths).map((width, i) => ({ title: titles[i] as string, alignment: alignments[i] as Alignment, width }));
}

/** ` Total params: 592,554 (2.26 MB)` and the lines after it. */
function totals(model: Model): string[] {
  const parts: [string, readonly Variable[]][] = [
    ['Trainable', model.trainableWeights],
    ['Non-trainable', model.nonTrainableWeights],
  ];
  if (model.isCompiled && model.optimizer.built) parts.push(['Optimizer', model.optimizer.variables]);
  const all = parts.flatMap(([, weights]) => weights);
  const line = (name: string, weights: readonly Variable[]): string =>
    ` ${name} params: ${grouped(countElements(weights))} (${readableBytes(bytes(weights))})`;
  return [line('Total', all), ...parts.map(([name, weights]) => line(name, weights))];
}

/** The lines of the default style. */
function boxedLines(model: Model, options: SummaryOptions): string[] {
  const row = isRow(model);
  const style: TableStyle = {
    expandNested: options.expandNested ?? false,
    showTrainable: options.showTrainable ?? false,
    nodes: row ? undefined : model.topology?.nodes,
  };
  const table = drawTable(
    columnsOf(row, options),
    model.layers.flatMap((layer) => layerRows(layer, style)),
  );
  return [`Model: "${model.name}"`, ...table, ...totals(model)];
}

/** Prints the table of a model's layers, shapes and numbers of weights. */
export function printSummary(model: Model, options: SummaryOptions): void {
  checkOptions('summary', options, ['style', 'lineLength', 'positions', 'printFn', 'expandNested', 'showTrainable']);
  const style = checkChoice('summary', 'style', options.style ?? 'keras3', ['keras3', 'keras2']);
  const lines = style === 'keras3' ? boxedLines(model, options) : ruledLines(model, options);
  const print = options.printFn ?? console.log;
  print(lines.join('\n'));
}
