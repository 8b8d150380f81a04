// The tables of docs/performance.md, from reports. Every number comes from the report.
import { markdownTable, provenance } from './sections.mjs';
import { geometricMean } from './statistics.mjs';

const whole = (value) => (value == null ? '-' : value.toFixed(0));
const seconds = (value) => (value == null ? '-' : `${value.toFixed(2)} s`);
const megabytes = (bytes) => (bytes == null ? '-' : `${(bytes / 1e6).toFixed(0)} MB`);
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const caseOf = ({ model, batch, threads }) => [`${model}, ${batch}`, String(threads)];
const ours = ({ contestants }) => contestants[0];
const peersOf = ({ contestants }) => contestants.slice(1);

/** The peer that comes nearest to us, or passes us by most; undefined without peers. */
export function bestPeer(result) {
  const peers = peersOf(result);
  return peers.length === 0 ? undefined : peers.reduce((best, peer) => (peer.ratio < best.ratio ? peer : best));
}

/** Geometric means of the ratios over the best peer, by number of threads. */
export function meanRatios(results) {
  const counts = [...new Set(results.map(({ threads }) => threads))];
  return counts.flatMap((threads) => {
    const ratios = results.filter((result) => result.threads === threads).flatMap((result) => bestPeer(result)?.ratio ?? []);
    return ratios.length === 0 ? [] : [{ threads, cases: ratios.length, mean: geometricMean(ratios) }];
  });
}

function train(report) {
  const { results, options } = report;
  const speed = results.map((result) => {
    const [us, best] = [ours(result), bestPeer(result)];
    const rival = best === undefined ? ['-', '-'] : [`${whole(best.imagesPerSecond)} (${best.name})`, best.ratio.toFixed(2)];
    const { p50, p99, max } = us.eventLoop;
    const late = [p50, p99, max].map((value) => value.toFixed(1)).join(' / ');
    return [...caseOf(result), whole(us.imagesPerSecond), us.msPerStep.toFixed(2), ...rival, late];
  });
  const titles = ['laminet, images/s', 'ms a step', 'best peer, images/s', 'ratio', 'event loop late by, ms (p50 / p99 / max)'];
  const means = meanRatios(results).map(
    ({ threads, cases, mean }) =>
      `Geometric mean of the ${cases} ratios with ${threads} ${threads === 1 ? 'thread' : 'threads'}: ${mean.toFixed(2)}.`,
  );
  const names = [...new Set(results.flatMap(({ contestants }) => contestants.map(({ name }) => name)))];
  const peers = names.slice(1);
  const firstStep = (row) => seconds(row.firstStep) + (row.firstStepAgain == null ? '' : ` (${seconds(row.firstStepAgain)})`);
  return [
    provenance(report),
    `Slices of ${options.slice} s in random order, rounds: ${options.rounds}; the ratio is the median of the rounds' ratios.`,
    ...means,
    '',
    markdownTable(['model, batch', 'threads', ...titles], speed),
    ...(peers.length === 0 ? [] : ['', 'Ratios to all peers:', '']),
    ...(peers.length === 0 ? [] : [byContestant(results, peers, peers, ({ ratio }) => ratio.toFixed(2))]),
    '',
    'Time to the first step, model built and caches empty when the run began (in brackets: in a second process).',
    ...(options.keepCompiled ? ['torch.compile was allowed to find programs of earlier runs.'] : []),
    '',
    byContestant(results, names, names, firstStep),
    '',
    "Largest resident memory of the process (the kernel's VmHWM; its children are not counted):",
    '',
    byContestant(results, names, names, ({ peakMemory }) => megabytes(peakMemory)),
  ].join('\n');
}

/** A row a case, a column a contestant. */
function byContestant(results, names, titles, cell) {
  const rows = results.map((result) => [
    ...caseOf(result),
    ...names.map((name) => {
      const row = result.contestants.find((contestant) => contestant.name === name);
      return row === undefined ? '-' : cell(row);
    }),
  ]);
  return markdownTable(['model, batch', 'threads', ...titles], rows);
}

function predict(report) {
  const rows = report.results.map((result) => {
    const [us, [rival]] = [ours(result), peersOf(result)];
    const rates = [us, rival].map(({ imagesPerSecond }) => whole(imagesPerSecond));
    return [...caseOf(result), ...rates, rival.ratio.toFixed(2), result.difference.toExponential(0)];
  });
  const means = meanRatios(report.results).map(({ threads, mean }) => `${mean.toFixed(2)} with ${threads}`);
  const titles = [
    'model, batch',
    'threads',
    'laminet, images/s',
    'onnxruntime-node, images/s',
    'ratio',
    'largest difference of outputs',
  ];
  return [
    provenance(report),
    `Geometric mean of the ratios by threads: ${means.join(', ')}.`,
    '',
    markdownTable(titles, rows),
  ].join('\n');
}

function ops(report) {
  const rows = report.results.map((result) => [
    `${result.op} ${result.problem.replace(/n".*"$/, '')}${result.name ? ` (${result.name})` : ''}`,
    result.direction,
    result.microseconds.toFixed(1),
    result.flops === 0 ? '-' : result.gigaflops.toFixed(1),
    result.gigabytes.toFixed(1),
    `${percent(result.shareOfPeak)} (${result.bound})`,
    result.primitive == null ? '-' : result.primitive.toFixed(1),
  ]);
  const [{ peaks }] = report.results;
  const titles = ['op and problem', 'direction', 'µs', 'GFLOP/s', 'GB/s', 'share of peak', "oneDNN's own µs"];
  return [
    provenance(report),
    `Peaks, measured on the spot: ${whole(peaks.flops / 1e9)} GFLOP/s, ${(peaks.bytes / 1e9).toFixed(1)} GB/s.`,
    '',
    markdownTable(titles, rows),
  ].join('\n');
}

function scaling(report) {
  const rows = report.results.map(({ axis, value, model, batch, threads, msPerStep, work, peakMemory }) => [
    axis,
    String(value),
    `${model.replaceAll(':', ' ')}, batch ${batch}, ${threads} threads`,
    msPerStep.toFixed(2),
    (work / msPerStep / 1e6).toFixed(1),
    megabytes(peakMemory),
  ]);
  const titles = ['axis', 'value', 'model', 'ms a step', 'GMAC/s', 'peak memory'];
  return [provenance(report), '', '![cost of a step](images/scaling.png)', '', markdownTable(titles, rows)].join('\n');
}

function feeding(report) {
  const rows = report.results.map(({ model, batch, source, imagesPerSecond, msPerStep, idle, waiting }) => [
    `${model}, ${batch}`,
    source,
    whole(imagesPerSecond),
    msPerStep.toFixed(2),
    percent(idle),
    percent(waiting),
  ]);
  const titles = ['model, batch', 'source', 'images/s', 'ms a step', 'device idle', 'of it waiting for data'];
  return [provenance(report), '', markdownTable(titles, rows)].join('\n');
}

/** By kind of report: the contents of its section. */
export const tables = { train, predict, ops, scaling, feeding };
