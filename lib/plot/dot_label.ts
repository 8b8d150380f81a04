/** @file The box of a layer in a model diagram: a table in Graphviz's HTML (keras/src/utils/model_visualization.py, make_layer_label). */

import type { Shape } from '../core/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import { escapeXml } from './svg.js';

/** What a box says. */
export interface BoxOptions {
  readonly showShapes: boolean;
  readonly showDtype: boolean;
  readonly showLayerNames: boolean;
  readonly showLayerActivations: boolean;
  readonly showTrainable: boolean;
}

const cell = (text: string, { attributes = 'bgcolor="white"', font = 'point-size="14"' } = {}): string =>
  `<td ${attributes}><font ${font}>${text}</font></td>`;

const row = (...cells: string[]): string => (cells.length === 0 ? '' : `<tr>${cells.join('')}</tr>`);

/** As Python prints it: `(None, 8, 8, 3)`, `(None,)`. */
const shapeText = (shape: Shape): string => {
  const sizes = shape.map((size) => (size === null ? 'None' : String(size)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
};

/** One text for each tensor, several in brackets; `?` where there is none. */
function describe(tensors: Tensor | Tensor[] | undefined, text: (tensor: Tensor) => string): string {
  if (tensors === undefined) return '?';
  return Array.isArray(tensors) ? `[${tensors.map(text).join(', ')}]` : text(tensors);
}

/** What the layer was first applied to, or gave; undefined before it is applied. */
function tensorsOf(layer: Layer, side: 'input' | 'output'): Tensor | Tensor[] | undefined {
  try {
    return layer[side];
  } catch {
    return undefined;
  }
}

function activationName(layer: Layer): string | undefined {
  const activation: unknown = Reflect.get(layer, 'activation');
  if (activation === undefined || activation === null) return undefined;
  return typeof activation === 'function' ? activation.name || 'function' : String(activation);
}

function factCells(layer: Layer, { showShapes, showDtype, showTrainable }: BoxOptions): string[] {
  const cells: string[] = [];
  const output = tensorsOf(layer, 'output');
  const shapes = (tensors: Tensor | Tensor[] | undefined): string =>
    `<b>${describe(tensors, ({ shape }) => shapeText(shape))}</b>`;
  if (showShapes && !(layer instanceof InputLayer)) cells.push(cell(`Input shape: ${shapes(tensorsOf(layer, 'input'))}`));
  if (showShapes) cells.push(cell(`Output shape: ${shapes(output)}`));
  if (showDtype) cells.push(cell(`Output dtype: <b>${describe(output, ({ dtype }) => dtype)}</b>`));
  if (showTrainable && layer.weights.length > 0) {
    const [color, text] = layer.trainable ? ['forestgreen', 'Trainable'] : ['firebrick', 'Non-trainable'];
    cells.push(cell(`<b>${text}</b>`, { attributes: `bgcolor="${color}"`, font: 'point-size="14" color="white"' }));
  }
  return cells;
}

/** The label, between `<` and `>`. */
export function layerLabel(layer: Layer, options: BoxOptions): string {
  const { showShapes, showDtype, showLayerNames, showTrainable, showLayerActivations } = options;
  const columns = Math.max(1, (showShapes ? 2 : 0) + (showDtype ? 1 : 0) + (showTrainable ? 1 : 0));
  const name = escapeXml(layer.name);
  const type = escapeXml(layer.className);
  const title = showLayerNames ? `<b>${name}</b> (${type})` : `<b>${type}</b>`;
  const head = cell(title, { attributes: `colspan="${columns}" bgcolor="black"`, font: 'point-size="16" color="white"' });
  const activation = showLayerActivations ? activationName(layer) : undefined;
  const wide = { attributes: `bgcolor="white" colspan="${columns}"` };
  const second = activation === undefined ? '' : row(cell(`Activation: <b>${escapeXml(activation)}</b>`, wide));
  const facts = row(...factCells(layer, options));
  return `<<table border="0" cellborder="1" bgcolor="black" cellpadding="10">${row(head)}${second}${facts}</table>>`;
}
