// Wrong arguments are errors with a code, never a crash.
import { addon, open, shortListing } from '../device.mjs';

const device = open();
const program = device.program(shortListing, []);
const buffer = device.allocate('f32', [4]);
const disposed = device.allocate('f32', [4]);
disposed.dispose();
const calls = [
  () => addon.open('nothing', {}),
  () => device.allocate('f8', [4]),
  () => device.allocate('f32', [-1]),
  () => device.allocate('f32'),
  () => device.upload('f32', [4], new Float32Array(3)),
  () => device.upload('f32', [4], [1, 2, 3, 4]),
  () => device.write(program, new Float32Array(4)),
  () => device.write(disposed, new Float32Array(4)),
  () => device.run(buffer, [], []),
  () => device.run(program, [], []),
  () => device.run(program, [new Float32Array(4)], [device.allocate('f32', [5])]),
  () => device.run(program, [new Float32Array(5)], [buffer]),
  () => device.run(program, [buffer], [buffer], {}),
  () => device.read.call({}, buffer),
  () => buffer.dispose.call(program),
  () => new buffer.constructor(),
  () => device.program(42, []),
  () => device.program('program 1\nreturn (%0)\n', []),
  () => device.program('program 1\n%0: f32[2] = constant {index=0}\nreturn (%0)\n', [new Float32Array(3)]),
];
const codes = calls.map((call) => {
  try {
    call();
    return 'no error';
  } catch (error) {
    return error.code ?? error.name;
  }
});
console.log(codes.join());
console.log(await device.read(disposed).catch((error) => error.code));
