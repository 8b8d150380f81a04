// The table of what kernels need, as text that is committed beside this file.

import { spawnSync } from 'node:child_process';
import { architectures } from './compile.mjs';

/** Of a multiprocessor, from the tables of the CUDA programming guide: warps, blocks and bytes of shared memory that it holds at once. */
const limits = {
  80: { warps: 64, blocks: 32, shared: 164 },
  86: { warps: 48, blocks: 16, shared: 100 },
  89: { warps: 48, blocks: 24, shared: 100 },
  90: { warps: 64, blocks: 32, shared: 228 },
  100: { warps: 64, blocks: 32, shared: 228 },
  120: { warps: 48, blocks: 24, shared: 100 },
};
const block = 256; // threads
const reserved = 1024; // bytes of shared memory that the system takes from each block

/** Per cent of a multiprocessor's warps that can be resident with blocks of 256 threads. */
export function occupancy(architecture, { registers, shared }) {
  const limit = limits[architecture];
  const warps = block / 32;
  const registersOfWarp = Math.ceil((registers * 32) / 256) * 256;
  const byRegisters = Math.floor(Math.floor(65536 / registersOfWarp) / warps);
  const byShared = Math.floor((limit.shared * 1024) / (Math.ceil(shared / 128) * 128 + reserved));
  const blocks = Math.min(limit.blocks, Math.floor(limit.warps / warps), byRegisters, byShared);
  return Math.round((100 * blocks * warps) / limit.warps);
}

/** Without namespaces, return type and parameters: what tells kernels of a file apart. */
function shorten(names) {
  const { status, stdout } = spawnSync('c++filt', names, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) return names;
  return stdout
    .trim()
    .split('\n')
    .map((name) => {
      const plain = name.replace(/laminet::cuda::|\(anonymous namespace\)::|^void /g, '');
      const end = plain.lastIndexOf('(');
      return (end > 0 ? plain.slice(0, end) : plain).replace(/__nv_bfloat16/g, 'bf16').replace(/__half/g, 'half');
    });
}

const same = (values) => (values.every((value) => value === values[0]) ? String(values[0]) : values.join(' '));

function rows(kernels) {
  const names = Object.keys(kernels);
  if (names.length === 0) return [];
  const short = shorten(names);
  return names
    .map((name, index) => {
      const each = architectures.map((architecture) => kernels[name][architecture]);
      const columns = ['registers', 'shared', 'local'].map((key) => same(each.map((resources) => resources[key])));
      const resident = same(architectures.map((architecture, at) => occupancy(architecture, each[at])));
      return `| \`${short[index]}\` | ${columns.join(' | ')} | ${resident} |`;
    })
    .sort();
}

/** `files`: by name, the kernels of a file. */
export function printTable(version, files) {
  const six = architectures.map((sm) => `sm_${sm}`).join(', ');
  const head = `# What the kernels need

Written by \`npm run test:cuda-static -- --update\` with nvcc ${version}. Where architectures differ there are six numbers,
for ${six}. Shared and local memory in bytes; *occupancy* is the per cent of a multiprocessor's warps that registers and
shared memory let be resident in blocks of ${block} threads. Calculated, not measured.
`;
  const sections = Object.entries(files).map(([name, kernels]) => {
    const lines = ['| kernel | registers | shared | local | occupancy |', '|---|---|---|---|---|', ...rows(kernels)];
    return `\n## ${name}\n\n${lines.join('\n')}\n`;
  });
  return head + sections.join('');
}
