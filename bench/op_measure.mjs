// Times the kernel of a problem by the profiler, apart from the conversions around it.
import { currentDevice, profiler } from 'laminet';
import { roofline } from '../dist/profiler/roofline.js';
import { instructionOf, programOf } from './op_programs.mjs';
import { median } from './statistics.mjs';

const warmup = 3;
const fewest = 5;
const most = 1000;

/**
 * Medians of a problem's kernel over many runs, or undefined where the op has no such direction.
 * @param onTimed called when the runs begin, and when they have ended
 */
export async function measureProblem(problem, direction, seconds, onTimed = () => {}) {
  const instruction = instructionOf(problem.op, direction);
  if (instruction === undefined) return undefined;
  // The first profile measures the peaks, by programs that must not run among those that are timed.
  const { peaks } = await profiler.profile(() => {});
  const { run, dispose } = programOf(problem, direction);
  const device = currentDevice();
  const several = async (count) => {
    for (let i = 0; i < count; i++) run();
    await device.flush();
  };
  await several(1);
  const start = performance.now();
  await several(warmup);
  const each = (performance.now() - start) / warmup / 1000;
  const count = Math.min(most, Math.max(fewest, Math.ceil(seconds / each)));
  onTimed('begin');
  const profile = await profiler.profile(() => several(count));
  onTimed('end');
  dispose();
  return { ...kernelTimes(profile.trace().traceEvents, instruction), ...describe(problem, direction), peaks };
}

const describe = ({ op, text, name }, direction) => ({ op, problem: text, name, direction });

/** The instruction's kernel in each run, and what else ran. */
function kernelTimes(events, instruction) {
  const runs = [];
  for (const event of events) {
    if (event.cat === 'run') runs.push({ kernel: undefined, others: 0 });
    else if (event.cat === 'kernel') {
      const last = runs.at(-1);
      // `matmul+add` is the product with what was fused to it.
      if (event.name.split('+')[0] === instruction) last.kernel = event;
      else last.others += event.dur;
    }
  }
  const kernels = runs.flatMap(({ kernel }) => (kernel === undefined ? [] : [kernel]));
  if (kernels.length === 0) throw new Error(`bench: no kernel '${instruction}' ran; the device fuses or replaces it`);
  const microseconds = median(kernels.map(({ dur }) => dur));
  const { flops, bytes, implementation } = kernels[0].args;
  return {
    runs: kernels.length,
    microseconds,
    best: Math.min(...kernels.map(({ dur }) => dur)),
    around: median(runs.map(({ others }) => others)),
    flops,
    bytes,
    implementation,
  };
}

/** Rates of a measurement, and how near the roof of the machine they come. */
export function ratesOf({ microseconds, flops, bytes, peaks }) {
  const { bound, share } = roofline({ total: microseconds / 1000, flops, bytes }, peaks);
  return { gigaflops: flops / microseconds / 1e3, gigabytes: bytes / microseconds / 1e3, bound, shareOfPeak: share };
}
