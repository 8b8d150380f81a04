// Who takes part in the training benchmark, as functions that start a contestant.
import { fileURLToPath } from 'node:url';
import { Contestant } from './contestant.mjs';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const words = (options) => Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

export const ours = 'laminet';

/** laminet with the options of laminet_train.mjs. */
export function laminet(options, threads, environment, { name = ours, once = false } = {}) {
  const args = [file('laminet_train.mjs'), ...words(options), ...(once ? ['--once'] : [])];
  return new Contestant(name, process.execPath, args, { ...environment, LAMINET_NUM_THREADS: String(threads) });
}

/** The peers by name: PyTorch eager and compiled, channels first and last; TensorFlow. */
export function peers(python, options, threads, environment) {
  const start = (name, script, more) => () =>
    new Contestant(name, python, [file(`rivals/${script}`), ...words({ ...options, threads, ...more })], {
      ...environment,
      OMP_NUM_THREADS: String(threads),
    });
  const torch = (mode, format) => start(`PyTorch ${mode}, ${format.replace('_', ' ')}`, 'torch_train.py', { mode, format });
  return [
    ...['eager', 'compile'].flatMap((mode) => ['channels_first', 'channels_last'].map((format) => torch(mode, format))),
    start('TensorFlow', 'tensorflow_train.py', {}),
  ];
}
