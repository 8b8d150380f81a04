// What scenarios share: the addon itself (no TypeScript), a device named on the command line, and programs short and long.

import { createRequire } from 'node:module';
import { argv } from 'node:process';
import { workerData } from 'node:worker_threads';

export const addon = createRequire(import.meta.url)('../../build/native/Release/laminet.node');

export const deviceName = workerData?.deviceName ?? argv[2] ?? 'reference';

export const open = () => addon.open(deviceName, { threads: 2 });

/** y = x + w; w := y */
export const shortListing = `program 1
%0: f32[4] = input {name="x"}
%1: f32[4] = variable {index=0, name="w"}
%2: f32[4] = add (%0, %1)
update 0 = %2
return (%2)
`;

/** A chain of matrix products: minutes of work, that can be cancelled between any two of them. */
export function longListing(steps = 4000, size = 400) {
  const lines = ['program 1', `%0: f32[${size},${size}] = input {name="x"}`];
  for (let i = 1; i <= steps; i++) {
    lines.push(`%${i}: f32[${size},${size}] = matmul (%${i - 1}, %0) {transposeA=false, transposeB=false}`);
  }
  return `${lines.join('\n')}\nreturn (%${steps})\n`;
}

export function start(device, listing, elements, signal) {
  return device.runAndRead(device.program(listing, []), [new Float32Array(elements)], [], signal);
}

/** Starts minutes of work; says so on stdout when it is likely to be under way. */
export function startLong(device, signal) {
  const result = start(device, longListing(), 400 * 400, signal);
  setTimeout(() => console.log('running'), 200);
  return result;
}
