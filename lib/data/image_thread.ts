/** @file What runs in the threads of image data sets: the files of a batch are read, decoded and resized. */

import { readFileSync } from 'node:fs';
import { StateError } from '../core/errors.js';
import { type ColorMode, channelsOf, decodeImage, type ImageFile, importSharp, SharpWanted } from './image_decode.js';
import { type Resizing, resizeInto } from './image_resize.js';
import { Prefetch } from './prefetch.js';
import { type Done, serve } from './worker_port.js';

/** The images of a batch. */
export interface ImageTask {
  /** The call, for errors. */
  readonly where: string;
  readonly paths: readonly string[];
  readonly mode: ColorMode;
  readonly resizing: Resizing;
  /** Images in the making at a time: sharp decodes them on threads of its own. */
  readonly atATime: number;
  readonly sharp: SharpState;
}

/** What the thread that gives the task knows of sharp: it must import it first. */
export type SharpState = 'not tried' | 'imported' | { readonly error: string };

/** Their pixels, one image after the other. */
export type ImagePixels = Float32Array<ArrayBuffer>;

function importerOf(state: SharpState): ImageFile['importSharp'] {
  if (state === 'imported') return importSharp;
  return () => Promise.reject(state === 'not tried' ? new SharpWanted() : new StateError(state.error));
}

async function loadImages(task: ImageTask, signal: AbortSignal): Promise<Done<ImagePixels>> {
  const { where, paths, mode, resizing, atATime, sharp } = task;
  const size = resizing.height * resizing.width * channelsOf(mode);
  const result = new Float32Array(paths.length * size);
  const load = async (i: number): Promise<void> => {
    signal.throwIfAborted();
    const file = {
      path: paths[i] as string,
      read: readFileSync,
      mode,
      mayHold: true,
      importSharp: importerOf(sharp),
    };
    await resizeInto(result.subarray(i * size, (i + 1) * size), await decodeImage(where, file), resizing);
  };
  for await (const _ of new Prefetch(paths.keys(), load, { workers: atATime, maxQueueSize: paths.length }).results());
  return { result, memory: [result.buffer] };
}

void serve<ImageTask, ImagePixels>(() => ({ ready: new Float32Array(0), work: loadImages }));
