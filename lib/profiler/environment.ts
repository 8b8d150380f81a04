/** @file `LAMINET_PROFILE=file`: profiles a whole process, and writes the trace when its work is done. */

import { env, stderr } from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { type Device, onDeviceOpen } from '../runtime/device.js';
import { peaksOf } from './peaks.js';
import { Profile } from './profile.js';
import { startRecording } from './recording.js';

/** Records the first device from its opening on. At the end the table goes to stderr, the trace to the file. */
function profileProcess(path: string): void {
  let started = false;
  onDeviceOpen((device) => {
    if (started) return;
    started = true;
    const stop = startRecording(device);
    process.once('beforeExit', () => {
      finish(stop, device, path).catch((error: Error) => {
        stderr.write(`LAMINET_PROFILE: ${path} was not written: ${error.message}\n`);
      });
    });
  });
}

async function finish(stop: ReturnType<typeof startRecording>, device: Device, path: string): Promise<void> {
  const profile = new Profile(await stop(), await peaksOf(device));
  await profile.exportChromeTrace(path);
  stderr.write(
    `${profile.summary()}\n\n${profile.keyAverages().table()}\n\ntrace: ${path} (open it in https://ui.perfetto.dev)\n`,
  );
}

const path = env.LAMINET_PROFILE;
if (isMainThread && path !== undefined && path !== '') profileProcess(path);
