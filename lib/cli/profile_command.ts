/** @file The command line of `laminet profile`. */

import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { env, execArgv, features, stdout, version } from 'node:process';
import { parseArgs } from 'node:util';
import { parseOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { printProcessOptions, processOptions, processOptionsOf } from '../profiler/process_options.js';
import type { Command } from './command.js';
import { profileScript } from './profile_script.js';

const where = 'laminet profile';

const usage = `usage: laminet profile [options] <script> [arguments of the script]

Runs a script with node, and records every device of laminet from its opening on. When the script ends, by itself, by process.exit(), by an error
or by a signal, tables of its kernels go to stderr and a trace to a file that https://ui.perfetto.dev opens. stdout stays the script's.

--trace <file>     where the trace goes (default: <name of the script>.trace.json in this folder)
--warmup <n>       leaves out the first n steps of training, which compile (default: 0)
--steps <n>        looks at n steps of training after these (default: all)
--sort-by <key>    total, mean, calls, flops or bytes (default: total)
--rows <n>         rows of a table (default: 20)
--group-by <key>   kernel, layer, name or phase (default: kernel)
--help             prints this

exit status: the script's, or the signal that ended it; 2 wrong usage
`;

const options = { ...processOptions, trace: { type: 'string' }, help: { type: 'boolean', default: false } } as const;

async function run(args: readonly string[]): Promise<number> {
  const { own, script, rest } = split(args);
  const { help, trace, ...texts } = parseOptions(where, own, options);
  if (help) {
    stdout.write(usage);
    return 0;
  }
  if (script === undefined) throw new ValueError(`${where}: no script; expected one behind the options`);
  checkScript(script);
  processOptionsOf(where, texts);
  const path = resolve(trace ?? `${basename(script, extname(script))}.trace.json`);
  checkFolder(dirname(path));
  return profileScript({ script, args: rest, trace: path, options: printProcessOptions(texts) });
}

/** The command's own options, which come first; what follows the script is the script's. */
function split(args: readonly string[]): { own: readonly string[]; script: string | undefined; rest: readonly string[] } {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const at = tokens.find(({ kind }) => kind === 'positional')?.index ?? args.length;
  return { own: args.slice(0, at), script: args[at], rest: args.slice(at + 1) };
}

/** @throws ValueError for a script that is not there, or that this node cannot run. */
function checkScript(script: string): void {
  if (![script, `${script}.js`].some((path) => existsSync(path)))
    throw new ValueError(`${where}: script '${script}': no such file in ${process.cwd()}`);
  // A hook of another package may compile it.
  const hooked = /--(import|require|loader|experimental-loader)\b|(^|\s)-r\b/.test(
    [...execArgv, env.NODE_OPTIONS ?? ''].join(' '),
  );
  if (!/\.[cm]?tsx?$/.test(script) || hooked) return;
  const strips = (features as { typescript?: string | false }).typescript;
  if (!strips || script.endsWith('x')) {
    throw new ValueError(
      `${where}: script '${script}': node ${version} does not run it as it is; ` +
        `compile it and profile the .js file, or npm install tsx and set NODE_OPTIONS='--import tsx'`,
    );
  }
}

/** Before hours of training. */
function checkFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ValueError(`${where}: --trace: folder '${folder}' does not exist; create it first`);
}

export const profileCommand: Command = { summary: 'runs a script and tells where the time of its training goes', usage, run };
