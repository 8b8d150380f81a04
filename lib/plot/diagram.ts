/** @file The diagram of a model as a picture, laid out by Graphviz. */

import { InternalError } from '../core/errors.js';
import { importPeer } from '../core/peer.js';
import type { Model } from '../models/model.js';
import { checkModel, type DiagramOptions, dotText, fullOptions } from './dot.js';
import { Figure } from './figure.js';
import { fontFamily } from './fonts.js';
import { type Drawing, parseSvg } from './svg.js';

/** Dots an inch of SVG's pixels. */
const svgDensity = 96;

/**
 * The layers of a model as boxes with arrows, as Keras 3's `plot_model` draws them. A PNG has `dpi` dots an inch unless `save` is given a
 * scale; `.dot` saves the graph itself.
 *
 * @throws StateError for a model that is not built, ValueError for unknown options.
 * @see https://keras.io/api/utils/model_plotting_utils/#plotmodel-function
 * @example
 * await plot.plotModel(net, { showShapes: true, showLayerNames: true }).save('model.png');
 */
export function plotModel(model: Model, options: DiagramOptions = {}): Figure {
  const where = 'plot.plotModel';
  checkModel(where, model);
  const full = fullOptions(where, options, false);
  // Laid out at 72 dots an inch, Graphviz's unit; the density of a PNG is its figure's scale.
  const drawing = drawGraph(where, dotText(model, { ...full, dpi: 72 }));
  return new Figure('model', drawing, { texts: { '.dot': dotText(model, full) }, scale: full.dpi / svgDensity });
}

type Viz = Awaited<ReturnType<typeof import('@viz-js/viz').instance>>;

/** Graphviz, compiled once. */
let compiled: Promise<Viz> | undefined;

async function importViz(where: string): Promise<Viz> {
  const { instance } = await importPeer(where, '@viz-js/viz', () => import('@viz-js/viz'));
  compiled ??= instance();
  return compiled;
}

async function drawGraph(where: string, text: string): Promise<Drawing> {
  const viz = await importViz(where);
  const result = viz.render(text, { format: 'svg' });
  if (result.status !== 'success') {
    throw new InternalError(`${where}: Graphviz: ${result.errors.map(({ message }) => message).join('; ')}`);
  }
  // Graphviz lays out with the widths of Helvetica, which Arimo has.
  return parseSvg(result.output.replaceAll(/font-family="Helvetica[^"]*"/g, `font-family="${fontFamily}"`));
}
