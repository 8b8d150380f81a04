// The tables of what cuDNN supports: reading, writing, and telling two of them apart in words.

import { readFileSync, writeFileSync } from 'node:fs';

const columns = ['forward', 'backward_input', 'backward_kernel', 'forward+bias', 'forward+bias+relu'];

/** { version, lines }: what cuDNN the table is about, and a line for each convolution. */
export function readTable(path) {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return { version: /^# cuDNN ([\d.]+):/.exec(head)?.[1] ?? 'unknown', lines };
}

export function writeTable(path, { version, lines }) {
  const head = `# cuDNN ${version}: plans:engine/workspace (0; up to 1 MiB K, 32 MiB M, 256 MiB L; X) for ${columns.join(', ')}`;
  writeFileSync(path, `${[head, ...lines].join('\n')}\n`);
}

/** "[...] [...] {...} | f32 a b c d e | bf16 ..." -> the convolution and its cells by "f32 forward". */
function parse(line) {
  const [convolution, ...types] = line.split(' | ');
  const cells = new Map();
  for (const type of types) {
    const [name, ...values] = type.split(' ');
    for (const [i, value] of values.entries()) cells.set(`${name} ${columns[i]}`, value);
  }
  return { convolution, cells };
}

/** One sentence for each convolution that is not in both tables, and for each cell that differs. */
export function differences(expected, received) {
  const wanted = new Map(expected.map(parse).map(({ convolution, cells }) => [convolution, cells]));
  const found = [];
  for (const { convolution, cells } of received.map(parse)) {
    const own = wanted.get(convolution);
    wanted.delete(convolution);
    if (own === undefined) found.push(`${convolution}: not in the table`);
    else
      for (const [cell, value] of cells)
        if (own.get(cell) !== value) found.push(`${convolution}: ${cell}: expected ${own.get(cell)}, received ${value}`);
  }
  for (const convolution of wanted.keys()) found.push(`${convolution}: in the table alone`);
  return found;
}
