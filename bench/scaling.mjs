// npm run bench:scaling: what a step of training costs against batch size, image size, depth, width and threads.
//
// All points of one axis are contestants of one interleaved run. The work of a point is counted in multiply-adds, so that a cost that
// grows faster than the work can be seen.
import { writeData } from './data.mjs';
import { emptyCaches } from './environment.mjs';
import { endAll, runRounds, startAll } from './interleaved.mjs';
import { machine } from './machine.mjs';
import { modelOf } from './models.mjs';
import { commandLine } from './options.mjs';
import { laminet } from './peers.mjs';
import { addResult, finishReport, startReport } from './report.mjs';
import { axes, workOf } from './scaling_axes.mjs';
import { median } from './statistics.mjs';

const { values: options } = commandLine({
  axes: Object.keys(axes).join(','),
  points: '0',
  rounds: '7',
  slice: '0.3',
  json: undefined,
});
const [rounds, slice, points] = [options.rounds, options.slice, options.points].map(Number);
const chosen = options.axes.split(',');
for (const axis of chosen) {
  if (axes[axis] === undefined) throw new Error(`--axes: '${axis}' is not known; expected ${Object.keys(axes).join(', ')}`);
}
const caches = emptyCaches();
const { cores } = machine();
const report = startReport('scaling', { axes: chosen, rounds, slice });

/** One axis: every point as a contestant. */
async function measure(axis) {
  const { title, model, values } = axes[axis];
  const all = values(cores).slice(0, points || undefined);
  console.log(`${title} (${model})`);
  const setups = all.map((value) => axes[axis].setup(value, cores));
  const makers = setups.map(({ model: name, batch, threads }, i) => () => {
    const data = writeData(`${axis}-${all[i]}`, modelOf(name), batch);
    return laminet({ model: name, batch, data }, threads, caches, { name: String(all[i]) });
  });
  const contestants = await startAll(makers);
  if (contestants.length < makers.length) throw new Error(`bench: a point of '${axis}' does not run`);
  await runRounds(contestants, rounds, slice);
  contestants.forEach(({ rates, hello, peakMemory }, i) => {
    const { model: name, batch, threads } = setups[i];
    const msPerStep = (1000 * batch) / median(rates);
    const work = workOf(modelOf(name), batch);
    report.versions.laminet = hello.ready;
    addResult(report, { axis, value: all[i], model: name, batch, threads, msPerStep, work, peakMemory, rates }, options.json);
    const rate = `${(work / msPerStep / 1e6).toFixed(1)} GMAC/s`;
    console.log(`  ${String(all[i]).padStart(5)}: ${msPerStep.toFixed(2).padStart(9)} ms a step, ${rate.padStart(12)}`);
  });
  await endAll(contestants);
}

for (const axis of chosen) await measure(axis);
finishReport(report, options.json);
