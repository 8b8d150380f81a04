/** @file Where pictures are shown: in notebooks of Deno and tslab, else as files. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Tslab {
  require(name: 'tslab'): { display: { svg(picture: string): void } };
}

interface DenoJupyter {
  display(value: unknown): Promise<void>;
}

/** What is shown. */
export interface Displayed {
  toSVG(): Promise<string>;
}

const host = globalThis as { __tslab__?: Tslab; Deno?: { jupyter?: DenoJupyter } };

/** Shows the picture in the notebook that the program runs in; false when there is none. */
export async function showInNotebook(figure: Displayed): Promise<boolean> {
  // tslab gives its module to the code in its cells only, through this object.
  if (host.__tslab__ !== undefined) host.__tslab__.require('tslab').display.svg(await figure.toSVG());
  else if (host.Deno?.jupyter !== undefined) await host.Deno.jupyter.display(figure);
  else return false;
  return true;
}

let folder: Promise<string> | undefined;
let count = 0;

/** A new name in the folder of this process's pictures, which lies beside other temporary files. */
export async function temporaryPath(name: string): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), 'laminet-plots-'));
  count += 1;
  return join(await folder, `${name}-${count}.png`);
}
