/** @file A model as a graph in Graphviz's language, as Keras 3 writes it (keras/src/utils/model_visualization.py). */

import { describeValue } from '../core/describe.js';
import { StateError, ValueError } from '../core/errors.js';
import { checkChoice, checkOptions } from '../core/options.js';
import type { Layer } from '../layers/layer.js';
import { Model } from '../models/model.js';
import { isOpen, modelEdges, type OpenModel } from './dot_edges.js';
import { type BoxOptions, layerLabel } from './dot_label.js';

export interface DiagramOptions {
  /** Whether to write the shapes of inputs and outputs; default false. */
  readonly showShapes?: boolean;
  /** Whether to write the element type of the output; default false. */
  readonly showDtype?: boolean;
  /** Whether to write the layer's name before its class; default true in `modelToDot`, false in `plotModel`, as in Keras. */
  readonly showLayerNames?: boolean;
  /** Whether to write the activation of layers that have one; default false. */
  readonly showLayerActivations?: boolean;
  /** Whether to say which layers with weights are trained; default false. */
  readonly showTrainable?: boolean;
  /** Whether to draw the layers inside nested models, in a dashed box; default false. */
  readonly expandNested?: boolean;
  /** From top to bottom (`TB`, the default), from left to right (`LR`), or the other way. */
  readonly rankDir?: 'TB' | 'LR' | 'BT' | 'RL';
  /** Dots an inch of a PNG, from 10 to 1920; default 200. */
  readonly dpi?: number;
  /** How edges are drawn; default `ortho`, with right angles. */
  readonly splines?: 'ortho' | 'curved' | 'polyline' | 'spline' | 'line';
}

const optionNames = [
  'showShapes',
  'showDtype',
  'showLayerNames',
  'showLayerActivations',
  'showTrainable',
  'expandNested',
  'rankDir',
  'dpi',
  'splines',
] as const;

/** All options with their values. @throws ValueError for unknown options and values out of range. */
export function fullOptions(where: string, options: DiagramOptions, showLayerNames: boolean): Required<DiagramOptions> {
  checkOptions(where, options, optionNames);
  const { dpi = 200, rankDir = 'TB', splines = 'ortho' } = options;
  if (!(dpi >= 10 && dpi <= 1920)) throw new ValueError(`${where}: dpi is ${dpi}; expected a number from 10 to 1920`);
  return {
    showShapes: false,
    showDtype: false,
    showLayerNames,
    showLayerActivations: false,
    showTrainable: false,
    expandNested: false,
    ...options,
    dpi,
    rankDir: checkChoice(where, 'rankDir', rankDir, ['TB', 'LR', 'BT', 'RL'] as const),
    splines: checkChoice(where, 'splines', splines, ['ortho', 'curved', 'polyline', 'spline', 'line'] as const),
  };
}

/** @throws ValueError for what is no model, StateError for a model that is not built. */
export function checkModel(where: string, model: unknown): asserts model is Model {
  if (!(model instanceof Model)) throw new ValueError(`${where}: received ${describeValue(model)}; expected a model`);
  if (!model.built) {
    throw new StateError(
      `${where}: the model '${model.name}' is not built; call build(inputShape), or give its first layer an inputShape`,
    );
  }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;

/** The text of the graph. The identifiers of layers count from 0. */
export function dotText(model: Model, options: Required<DiagramOptions>): string {
  const ids = new Map<Layer, string>();
  const idOf = (layer: Layer): string => {
    if (!ids.has(layer)) ids.set(layer, `layer_${ids.size}`);
    return ids.get(layer) as string;
  };
  const { rankDir, dpi, splines } = options;
  const lines = [
    'digraph {',
    `  graph [rankdir=${rankDir}, concentrate=true, dpi=${dpi}, splines=${splines}, fontname=Helvetica];`,
    '  node [shape=record, fontname=Helvetica, border=0, margin=0];',
    '  edge [penwidth=2];',
    ...(isOpen(model) ? layerLines(model, options, idOf) : [box(model, options, idOf)]).map((line) => `  ${line}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

const box = (layer: Layer, options: BoxOptions, idOf: (layer: Layer) => string): string =>
  `${idOf(layer)} [label=${layerLabel(layer, options)}];`;

/** Boxes and edges of a model, nested ones inside. */
function layerLines(model: OpenModel, options: Required<DiagramOptions>, idOf: (layer: Layer) => string): string[] {
  const boxes = model.layers.flatMap((layer) =>
    options.expandNested && isOpen(layer) ? cluster(layer, options, idOf) : [box(layer, options, idOf)],
  );
  const edges = modelEdges(model, options.expandNested).map(([from, to]) => `${idOf(from)} -> ${idOf(to)};`);
  return [...boxes, ...edges];
}

function cluster(model: OpenModel, options: Required<DiagramOptions>, idOf: (layer: Layer) => string): string[] {
  return [
    `subgraph cluster_${idOf(model)} {`,
    `  style=dashed; label=${quoted(model.name)}; labeljust=l;`,
    ...layerLines(model, options, idOf).map((line) => `  ${line}`),
    '}',
  ];
}

/**
 * The diagram of a model in Graphviz's DOT language, for Graphviz's own programs and for other viewers. A model with a `call` of its own
 * is a single box.
 *
 * @throws StateError for a model that is not built, ValueError for unknown options.
 * @see https://keras.io/api/utils/model_plotting_utils/#modeltodot-function
 * @example
 * const text = plot.modelToDot(net, { showShapes: true });
 */
export function modelToDot(model: Model, options: DiagramOptions = {}): string {
  const where = 'plot.modelToDot';
  checkModel(where, model);
  return dotText(model, fullOptions(where, options, true));
}
