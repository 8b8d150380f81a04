/** @file The command line of `laminet doctor`. */

import { stdout } from 'node:process';
import { parseOptions } from '../core/arguments.js';
import type { Command } from './command.js';
import { doctor } from './doctor.js';

const usage = `usage: laminet doctor [options]

Says what training can run on here, and what is missing with the command that fixes it.

--cuda             requires the GPU: compares many ops and whole trainings with the reference device, and writes a report
--report <file>    where that report goes (default: laminet-report.json)
--json             prints everything as JSON
--help             prints this

exit status: 0 the device asked for (--cuda, LAMINET_DEVICE, else the best) works; 1 it does not; 2 wrong usage
`;

const options = {
  cuda: { type: 'boolean', default: false },
  report: { type: 'string', default: 'laminet-report.json' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function run(args: readonly string[]): Promise<number> {
  const { help, cuda, json, report } = parseOptions('laminet doctor', args, options);
  if (help) {
    stdout.write(usage);
    return 0;
  }
  return doctor({ cuda, json, report });
}

export const doctorCommand: Command = { summary: 'says what training can run on here, and what is missing', usage, run };
