/** @file Charts: a Vega-Lite specification to a drawing, without a browser. */

import { importPeer } from '../core/peer.js';
import { Figure } from './figure.js';
import { fontFamily } from './fonts.js';
import { type Drawing, parseSvg } from './svg.js';

/** A specification of Vega-Lite, as its documentation describes it: plain JSON. */
export type ChartSpec = Readonly<Record<string, unknown>>;

/** The look of all charts. */
const config = {
  font: fontFamily,
  view: { stroke: '#bbb' },
  axis: {
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    labelColor: '#222',
    titleColor: '#222',
    gridColor: '#e6e6e6',
  },
  legend: { labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal', labelColor: '#222', symbolStrokeWidth: 2 },
  title: { fontSize: 15, fontWeight: 'normal', color: '#222', subtitleFontSize: 12, subtitleColor: '#b22222', offset: 8 },
} as const;

/** A figure drawn by Vega; `.vl.json` saves the specification, for editors and notebooks. */
export function chart(where: string, name: string, spec: ChartSpec): Figure {
  const full = { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', background: 'white', padding: 12, ...spec, config };
  return new Figure(name, drawChart(where, full), { texts: { '.vl.json': `${JSON.stringify(full, null, 2)}\n` } });
}

async function drawChart(where: string, spec: ChartSpec): Promise<Drawing> {
  const vegaLite = await importPeer(where, 'vega-lite', () => import('vega-lite'));
  const vega = await importPeer(where, 'vega', () => import('vega'));
  const { spec: compiled } = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0]);
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    return parseSvg(await view.toSVG());
  } finally {
    view.finalize();
  }
}
