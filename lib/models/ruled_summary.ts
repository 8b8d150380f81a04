/** @file The table of `summary` as Keras 2 printed it: columns cut at fixed places between ruled lines. */

import { ValueError } from '../core/errors.js';
import { namingScheme } from '../core/naming.js';
import type { Shape } from '../core/shape.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import { connections, countElements, grouped, isRow, outputShapes } from './layer_facts.js';
import type { Model } from './model.js';
import type { SummaryOptions } from './summary.js';

/** A Python tuple. */
const shapeText = (shape: Shape): string => {
  const sizes = shape.map((size) => (size === null ? 'None' : String(size)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
};

/** tf.keras printed the shape of an input as a list of one. */
function outputText(layer: Layer): string {
  const texts = outputShapes(layer)?.map(shapeText) ?? ['?'];
  const isList = texts.length > 1 || (layer instanceof InputLayer && namingScheme() !== 'keras2');
  return isList ? `[${texts.join(', ')}]` : (texts[0] as string);
}

/** Cells one after the other, each cut where its column ends, the last character of a column being a space. */
function rowText(cells: readonly string[], ends: readonly number[]): string {
  let line = '';
  cells.forEach((cell, i) => {
    const begin = i === 0 ? '' : `${line.slice(0, -1)} `;
    line = `${begin}${cell}`.slice(0, ends[i]).padEnd(ends[i] as number);
  });
  return line;
}

/** A line for the layer, and one more for each connection after the first. */
function layerLines(layer: Layer, sources: readonly string[], ends: readonly number[]): string[] {
  const params = layer.needsBuild ? '0 (unused)' : String(layer.countParams());
  const cells = [`${layer.name} (${layer.className})`, outputText(layer), params];
  const [first = '', ...others] = sources;
  const rows = ends.length === cells.length ? [cells] : [[...cells, first], ...others.map((source) => ['', '', '', source])];
  return rows.map((row) => rowText(row, ends));
}

function columnEnds(isRowOfLayers: boolean, line: number, options: SummaryOptions): number[] {
  const positions = options.positions ?? (isRowOfLayers ? [0.45, 0.85, 1] : [0.33, 0.55, 0.67, 1]);
  const columns = isRowOfLayers ? 3 : 4;
  const fractions = (positions.at(-1) as number) <= 1;
  const ends = positions.map((position) => (fractions ? Math.trunc(line * position) : position));
  if (ends.length === columns && ends.every((end, i) => Number.isInteger(end) && end > (ends[i - 1] ?? 0))) return ends;
  throw new ValueError(
    `summary: positions is ${JSON.stringify(positions)}; expected ${columns} growing fractions of the line, or numbers of characters`,
  );
}

/** @throws ValueError for options that this style does not have. */
function checkStyle(options: SummaryOptions): void {
  for (const name of ['expandNested', 'showTrainable'] as const) {
    if (options[name] !== undefined)
      throw new ValueError(`summary: the style 'keras2' has no option ${name}; leave it out, or use the style 'keras3'`);
  }
}

/**
 * The lines of the table. In the naming scheme `keras2` the model's name does not stand above it, as in Keras before 2.3; in the others it
 * does, as in tf.keras.
 *
 * @see tensorflow/python/keras/utils/layer_utils.py (2.0 to 2.5), print_summary
 */
export function ruledLines(model: Model, options: SummaryOptions): string[] {
  checkStyle(options);
  const isRowOfLayers = isRow(model);
  const line = options.lineLength ?? (isRowOfLayers ? 65 : 98);
  const ends = columnEnds(isRowOfLayers, line, options);
  const nodes = isRowOfLayers ? [] : (model.topology?.nodes ?? []);
  const [rule, doubleRule] = ['_'.repeat(line), '='.repeat(line)];
  const rows = model.layers.flatMap((layer, i) => [
    i === 0 ? doubleRule : rule,
    ...layerLines(layer, connections(layer, nodes), ends),
  ]);
  const [trainable, fixed] = [countElements(model.trainableWeights), countElements(model.nonTrainableWeights)];
  return [
    ...(namingScheme() === 'keras2' ? [] : [`Model: "${model.name}"`]),
    rule,
    rowText(['Layer (type)', 'Output Shape', 'Param #', 'Connected to'].slice(0, ends.length), ends),
    ...rows,
    doubleRule,
    `Total params: ${grouped(trainable + fixed)}`,
    `Trainable params: ${grouped(trainable)}`,
    `Non-trainable params: ${grouped(fixed)}`,
    rule,
  ];
}
