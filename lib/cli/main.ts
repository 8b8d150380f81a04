#!/usr/bin/env node
/** @file `npx laminet`: the commands of the package. */

import { argv, stderr, stdout } from 'node:process';
import { ValueError } from '../core/errors.js';
import { unknownName } from '../core/options.js';
import type { Command } from './command.js';
import { doctorCommand } from './doctor_command.js';
import { packageVersion } from './installation.js';
import { profileCommand } from './profile_command.js';

const commands: Readonly<Record<string, Command>> = { doctor: doctorCommand, profile: profileCommand };

const usage = `usage: laminet <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `${name.padEnd(18)} ${summary}`)
  .join('\n')}
--version          prints the version
--help             prints this; laminet <command> --help prints the options of a command
`;

/** @throws ValueError for wrong usage. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version') stdout.write(`${packageVersion()}\n`);
  else if (name === '--help') stdout.write(usage);
  else {
    const known = Object.keys(commands);
    if (name === undefined) throw new ValueError(`laminet: no command; expected one of ${known.join(', ')}`);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw unknownName('laminet', 'command', name, known);
    return command.run(args);
  }
  return 0;
}

const args = argv.slice(2);
try {
  process.exitCode = await main(args);
} catch (error) {
  if (!(error instanceof ValueError)) throw error;
  const command = commands[args[0] ?? ''];
  const [form] = (command?.usage ?? usage).split('\n');
  stderr.write(`${error.message}\n${form}; --help tells more\n`);
  process.exitCode = 2;
}
