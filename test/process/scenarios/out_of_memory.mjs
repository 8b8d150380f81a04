// Requests that no machine can hold are refused, and everything works afterwards.
import { open, shortListing } from '../device.mjs';

const device = open();
const codeOf = async (call) => {
  try {
    await call();
    return 'no error';
  } catch (error) {
    return error.code;
  }
};
const huge = device.allocate('f32', [1e6, 1e6]);
console.log(await codeOf(() => device.read(huge)));
console.log(await codeOf(() => device.allocate('f64', [1e9, 1e9])));
console.log(await codeOf(() => device.program('program 1\n%0: f64[4294967296,4294967296] = fill {value=0}\nreturn (%0)\n', [])));
const fill = device.program(
  'program 1\n%0: f32[1000000,1000000] = fill {value=1}\n%1: f32[] = sum (%0) {axes=[0,1], keepDims=false}\nreturn (%0)\n',
  [],
);
const [filled] = device.run(fill, [], []);
console.log(await codeOf(() => device.flush()));
console.log(await codeOf(() => device.read(filled)));
const weights = device.allocate('f32', [4]);
const [sum] = await device.runAndRead(device.program(shortListing, []), [new Float32Array([1, 2, 3, 4])], [weights]);
console.log(String(new Float32Array(sum)));
