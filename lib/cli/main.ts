#!/usr/bin/env node
/** @file `npx laminet`: the commands of the package. */

import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { doctor } from './doctor.js';
import { packageVersion } from './installation.js';

const usage = `usage: laminet doctor [options]

doctor               says what training can run on here, and what is missing with the command that fixes it
  --cuda             requires the GPU: compares many ops and whole trainings with the reference device, and writes a report
  --report <file>    where that report goes (default: laminet-report.json)
  --json             prints everything as JSON
--version            prints the version
--help               prints this

exit status: 0 the device asked for (--cuda, LAMINET_DEVICE, else the best) works; 1 it does not; 2 wrong usage
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv.slice(2),
    allowPositionals: true,
    options: {
      cuda: { type: 'boolean', default: false },
      report: { type: 'string', default: 'laminet-report.json' },
      json: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.version) {
    stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  if (values.help) {
    stdout.write(usage);
    return 0;
  }
  if (positionals.length !== 1 || positionals[0] !== 'doctor') {
    throw new TypeError(positionals.length === 0 ? 'no command' : `unknown command '${positionals.join(' ')}'`);
  }
  return doctor({ cuda: values.cuda, json: values.json, report: values.report });
}

try {
  process.exitCode = await main();
} catch (error) {
  // parseArgs throws TypeErrors that say what is wrong.
  if (!(error instanceof TypeError)) throw error;
  stderr.write(`laminet: ${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
