// The picture of bench:scaling: one facet an axis, cost of a step beside what it would be in proportion to the work.
import { chart } from '../dist/plot/chart.js';
import { axes } from './scaling_axes.mjs';

const [measured, proportional] = ['measured', 'in proportion to the work'];
const size = { width: 230, height: 160 };

/** Points of both lines. The second goes through the measured point with the best rate, so that what is lost elsewhere shows. */
export function linesOf(points) {
  const best = points.reduce((least, point) => (point.msPerStep / point.work < least.msPerStep / least.work ? point : least));
  return points.flatMap(({ value, msPerStep, work }) => [
    { value, milliseconds: msPerStep, line: measured },
    { value, milliseconds: (best.msPerStep / best.work) * work, line: proportional },
  ]);
}

function facet(axis, points) {
  // Work does not change with the number of threads: what they share is the first one's time.
  const [first] = points;
  const lines =
    axis === 'threads'
      ? points.flatMap(({ value, msPerStep }) => [
          { value, milliseconds: msPerStep, line: measured },
          { value, milliseconds: (first.msPerStep * first.value) / value, line: proportional },
        ])
      : linesOf(points);
  const { title, model } = axes[axis];
  const scale = { type: 'log', base: 2, nice: false, padding: 10 };
  const values = points.map(({ value }) => value);
  return {
    ...size,
    title: { text: title, subtitle: model, subtitleColor: '#666', anchor: 'middle' },
    data: { values: lines },
    mark: { type: 'line', point: { size: 30 } },
    encoding: {
      x: { field: 'value', type: 'quantitative', title: null, scale, axis: { values, format: 'd', grid: false } },
      y: { field: 'milliseconds', type: 'quantitative', title: 'ms a step', scale, axis: { tickCount: 5, format: '~g' } },
      color: {
        field: 'line',
        type: 'nominal',
        title: null,
        scale: { domain: [measured, proportional], range: ['#1f77b4', '#bbb'] },
        legend: { labelLimit: 0, orient: 'bottom' },
      },
    },
  };
}

/** Draws a report of kind `scaling`. */
export async function drawScaling({ results }, path) {
  const names = Object.keys(axes).filter((axis) => results.some((result) => result.axis === axis));
  const facets = names.map((axis) =>
    facet(
      axis,
      results.filter((result) => result.axis === axis),
    ),
  );
  await chart('bench:scaling', 'scaling', { columns: 3, concat: facets }).save(path, { scale: 1 });
}
