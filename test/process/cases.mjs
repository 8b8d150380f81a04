// What each scenario must end with: the exit code (130: ended by Ctrl+C) and its lines on stdout (without 'running' where its place
// among them is a matter of time). `emulated: false`: thousands of steps, too many for an emulated device.

const sum = '1,2,3,4';

export const cases = [
  { file: 'natural_end', stdout: ['2,3,4,5 2,3,4,5'] },
  { file: 'pending_keeps_alive', stdout: ['resolved 640000'] },
  { file: 'nothing_awaited', stdout: ['submitted'] },
  { file: 'exit_during_work', code: 7, stdout: ['running'] },
  { file: 'exit_with_close', code: 7, stdout: ['running', 'closed'] },
  { file: 'exit_at_once', code: 7, stdout: [] },
  { file: 'uncaught_exception', code: 1, stdout: ['running'], stderr: 'Error: deliberate' },
  { file: 'sigint', code: 130, interrupt: true, stdout: ['running'] },
  { file: 'sigint_handled', interrupt: true, stdout: ['running', /^ABORTED \S/] },
  {
    file: 'close_during_work',
    stdout: ['running', 'ABORTED,fulfilled,DISPOSED,DISPOSED', 'DISPOSED', 'DISPOSED', 'DISPOSED', 'true'],
  },
  { file: 'two_devices', stdout: [sum, 'INTERNAL', 'ABORTED'], ignoreRunning: true },
  {
    file: 'out_of_memory',
    stdout: ['OUT_OF_MEMORY', 'OUT_OF_MEMORY', 'OUT_OF_MEMORY', 'OUT_OF_MEMORY', 'OUT_OF_MEMORY', sum],
  },
  { file: 'inputs_are_copied', stdout: ['11,22,33,44', '9,9,9,9', '2,2,2,2'] },
  { file: 'forgotten_objects', flags: ['--expose-gc'], stdout: ['true true'] },
  {
    file: 'misuse',
    stdout: [
      'DEVICE,INTERNAL,INTERNAL,INTERNAL,INTERNAL,INTERNAL,INTERNAL,DISPOSED,INTERNAL,INTERNAL,INTERNAL,INTERNAL,INTERNAL,' +
        'TypeError,TypeError,TypeError,INTERNAL,PARSE,INTERNAL',
      'DISPOSED',
    ],
  },
  { file: 'worker_use', stdout: [`${sum} 0 5,6,7,8`] },
  { file: 'worker_exit', stdout: ['running', '5'] },
  { file: 'terminate_storm', stdout: [`40 ${sum}`], ignoreRunning: true },
  { file: 'exit_with_workers', code: 7, stdout: [], ignoreRunning: true },
  { file: 'sequence_threads', stdout: ['0,1,2,3', 'ABORTED'] },
  { file: 'sequence_exit', code: 7, stdout: ['running'] },
  { file: 'image_threads', stdout: ['400', '8,64,64,3', 'ABORTED'] },
  { file: 'image_threads_exit', code: 7, stdout: ['running'] },
  { file: 'image_threads_in_worker', stdout: ['100 0', '1'] },
  { file: 'image_threads_event_loop', stdout: [/^event-loop delay during a pass: p50 .* ms, p99 .* ms, max .* ms$/] },
  {
    file: 'images_without_sharp',
    stdout: [
      '8x64x64x3 1x64x64x3',
      '9x12x3',
      'DATA imageDatasetFromDirectory: 0000-colour.jpg cannot be decoded: Invalid JPEG file structure: missing SOS marker; ' +
        'expected a whole jpeg file; replace or remove it',
      "STATE imageDatasetFromDirectory: needs the package 'sharp', which is not installed; run npm install sharp",
    ],
  },
  { file: 'forgotten_models', flags: ['--expose-gc'], stdout: ['true true'] },
  { file: 'closed_pipe', stdout: ['Epoch 1/20 3 trained 40 steps'] },
  {
    file: 'killed_training',
    stdout: ['each-batch: equal', 'third-batch: equal', 'epoch: equal', /^\d+ kills, \d+ of them inside saves$/],
  },
  {
    file: 'training_event_loop',
    emulated: false,
    stdout: [/^event-loop delay during fit: p50 .* ms, p99 .* ms, max .* ms$/, 'true'],
  },
  {
    file: 'training_memory',
    emulated: false,
    flags: ['--expose-gc'],
    stdout: [/^resident memory over 2000 steps: .* MB, then .* MB$/, 'true true true'],
  },
  { file: 'text_without_fonts', stdout: ['sharp alone draws i as wide as m: true', 'laminet draws Arimo: true'] },
  {
    file: 'missing_packages',
    stdout: [
      "save: needs the package 'sharp', which is not installed; run npm install sharp",
      "plot.image: needs the package 'sharp', which is not installed; run npm install sharp",
      "plot.curves: needs the package 'vega-lite', which is not installed; run npm install vega-lite",
      "plot.plotModel: needs the package '@viz-js/viz', which is not installed; run npm install @viz-js/viz",
      'digraph {',
    ],
  },
  { file: 'profiled_process', stdout: ['true', '3'], stderr: 'trace: ' },
  { file: 'training_first_step', stdout: [/^10 layers: traced in \d+ ms, compiled and run in \d+ ms, next step \d+ ms$/, '2'] },
];
