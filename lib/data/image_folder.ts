/** @file `imageDatasetFromDirectory`: a folder of images as a data set (keras/src/utils/image_dataset_utils.py). */

import { describeValue } from '../core/describe.js';
import { DataError, ValueError } from '../core/errors.js';
import { checkChoice, checkOptions } from '../core/options.js';
import { nextShuffleSeed } from '../core/random.js';
import { type Pair, pair } from '../ops/check.js';
import type { ShapedArray } from './arrays.js';
import { checkPositiveInteger } from './batch.js';
import { imageEndings } from './folder_files.js';
import { type FolderIndex, indexFolder, shuffledIndex, splitIndex } from './folder_index.js';
import { type ImageBatches, ImageDataset, type LabelledImages, type LabelMode } from './image_dataset.js';
import { type ColorMode, colorModes } from './image_decode.js';
import { type Fit, type Interpolation, interpolations } from './image_resize.js';

export interface ImageDatasetOptions {
  /** `inferred` (default) from the names of the folders; null for none; or the number of each file's class, in the order of the paths. */
  readonly labels?: 'inferred' | null | readonly number[];
  /** Class numbers `int32 [batch]` by default; one-hot `categorical`; `binary` 0 and 1 `float32 [batch, 1]`; null for images alone. */
  readonly labelMode?: LabelMode | null;
  /** Folders to take, in the order of their class numbers; all in alphabetical order by default. Needs inferred labels. */
  readonly classNames?: readonly string[] | null;
  /** `rgb` by default. */
  readonly colorMode?: ColorMode;
  /** Default 32; null gives single samples without a batch axis. */
  readonly batchSize?: number | null;
  /** Height and width that images are resized to, or one number for both; default 256. */
  readonly imageSize?: Pair;
  /** Whether to shuffle the files, and again at each epoch; default true. False keeps them sorted. */
  readonly shuffle?: boolean;
  /** Integer of at least 0 that fixes the orders; needed to split shuffled files. */
  readonly seed?: number | null;
  /** Share of the files for validation, between 0 and 1. */
  readonly validationSplit?: number | null;
  /** Which part of the split files; `both` gives `[training, validation]`. */
  readonly subset?: 'training' | 'validation' | 'both' | null;
  /** `bilinear` by default. */
  readonly interpolation?: Interpolation;
  /** Whether to enter linked folders; default false. */
  readonly followLinks?: boolean;
  /** Whether to cut off what does not fit the proportions, instead of distorting; default false. */
  readonly cropToAspectRatio?: boolean;
  /** Whether to add black borders to fit the proportions, instead of distorting; default false. */
  readonly padToAspectRatio?: boolean;
  /** Whether to print the numbers of files and classes; default true. */
  readonly verbose?: boolean;
}

type Elements<Options> = Options extends { readonly labels: null } | { readonly labelMode: null } ? ShapedArray : LabelledImages;

/** What {@link imageDatasetFromDirectory} gives: one data set, or two with subset `both`; of images alone where there are no labels. */
export type ImageDatasetOf<Options> = Options extends { readonly subset: 'both' }
  ? readonly [training: ImageDataset<Elements<Options>>, validation: ImageDataset<Elements<Options>>]
  : ImageDataset<Elements<Options>>;

const where = 'imageDatasetFromDirectory';
const optionNames = ['labels', 'labelMode', 'classNames', 'colorMode', 'batchSize', 'imageSize', 'shuffle', 'seed'];
const moreNames = [
  'validationSplit',
  'subset',
  'interpolation',
  'followLinks',
  'cropToAspectRatio',
  'padToAspectRatio',
  'verbose',
];

/**
 * The images of a folder in batches `[images, labels]`, for `fit`, `evaluate` and `predict`: `images` is `float32 [batch, height, width,
 * channels]` from 0 to 255. Each folder in `directory` is a class. Files ending in .jpg, .jpeg, .png, .gif or .bmp, in any folder below, count.
 *
 * Images are decoded and resized (half-pixel centres, no anti-aliasing) in worker threads while the device computes, a few batches ahead, so
 * memory does not grow with the folder; `cache()` keeps them. JPEG and BMP need no other package, the rest the optional package sharp. For one
 * seed, the files are split as Keras splits them; the orders of epochs are laminet's own: all files are shuffled, not within a buffer.
 *
 * @throws DataError for folders, labels or files that cannot be used, naming them (damaged images when their batch is made); ValueError for
 * options; StateError when sharp is needed and not installed.
 * @see https://keras.io/api/data_loading/image/#imagedatasetfromdirectory-function
 * @example
 * const options = { imageSize: [64, 64], validationSplit: 0.2, subset: 'both', seed: 1 };
 * const [train, validation] = await imageDatasetFromDirectory('flowers', options);
 * await net.fit(train, null, { epochs: 5, validationData: validation });
 */
export async function imageDatasetFromDirectory<const Options extends ImageDatasetOptions>(
  directory: string,
  options: Options = {} as Options,
): Promise<ImageDatasetOf<Options>> {
  return (await makeDataset(directory, options)) as ImageDatasetOf<Options>;
}

async function makeDataset(directory: string, options: ImageDatasetOptions): Promise<ImageDataset | readonly ImageDataset[]> {
  checkOptions(where, options, [...optionNames, ...moreNames]);
  const { shuffle = true, subset = null, validationSplit = null, verbose = true } = options;
  const batches = checkBatches(options);
  const labels = checkLabels(options);
  checkSplit(validationSplit, subset, shuffle, options.seed ?? null);
  const seed = checkSeed(options.seed ?? nextShuffleSeed());

  const sorted = await indexFolder(where, directory, labels);
  if (sorted.paths.length === 0) {
    throw new DataError(`${where}: no images in ${directory}; expected files ending in ${imageEndings.join(', ')}`);
  }
  checkClasses(sorted, batches.labelMode);
  if (verbose) console.log(foundText(sorted));
  const index = shuffle ? shuffledIndex(sorted, seed) : sorted;
  const shuffled = { ...batches, seed: shuffle ? seed : null };
  if (validationSplit === null || subset === null) return new ImageDataset(index, shuffled);

  const [training, validation] = splitIndex(where, index, validationSplit);
  if (verbose && subset !== 'validation') console.log(`Using ${training.paths.length} files for training.`);
  if (verbose && subset !== 'training') console.log(`Using ${validation.paths.length} files for validation.`);
  if (subset === 'training') return new ImageDataset(training, shuffled);
  if (subset === 'validation') return new ImageDataset(validation, shuffled);
  return [new ImageDataset(training, shuffled), new ImageDataset(validation, { ...batches, seed: null })];
}

const foundText = ({ paths, classNames }: FolderIndex): string =>
  classNames === null ? `Found ${paths.length} files.` : `Found ${paths.length} files belonging to ${classNames.length} classes.`;

function checkBatches(options: ImageDatasetOptions): ImageBatches {
  const { batchSize = 32, colorMode = 'rgb', imageSize = 256, interpolation = 'bilinear', labels, labelMode = 'int' } = options;
  if (batchSize !== null) checkPositiveInteger(where, 'batchSize', batchSize);
  const [height, width] = pair(where, 'imageSize', imageSize);
  const mode = labelMode === null ? null : checkChoice(where, 'labelMode', labelMode, ['int', 'categorical', 'binary']);
  return {
    batchSize,
    colorMode: checkChoice(where, 'colorMode', colorMode, colorModes),
    labelMode: labels === null ? null : mode,
    resizing: {
      height,
      width,
      fit: fitOf(options),
      interpolation: checkChoice(where, 'interpolation', interpolation, interpolations),
    },
    seed: null,
  };
}

function fitOf({ cropToAspectRatio = false, padToAspectRatio = false }: ImageDatasetOptions): Fit {
  if (cropToAspectRatio && padToAspectRatio) {
    throw new ValueError(`${where}: cropToAspectRatio and padToAspectRatio are both true; expected at most one of them`);
  }
  if (cropToAspectRatio) return 'crop';
  return padToAspectRatio ? 'pad' : 'distort';
}

function checkLabels({ labels = 'inferred', labelMode, classNames = null, followLinks = false }: ImageDatasetOptions) {
  if (labels !== 'inferred' && labels !== null && !Array.isArray(labels)) {
    throw new ValueError(`${where}: labels is ${describeValue(labels)}; expected 'inferred', null, or a list of class numbers`);
  }
  const given = labelMode === null ? null : labels;
  if (classNames !== null && given !== 'inferred') {
    const received = given === null ? 'without labels' : 'beside a list of labels, whose classes are their sorted numbers';
    throw new ValueError(`${where}: classNames is given ${received}; expected it only with labels: 'inferred'; leave it out`);
  }
  return { labels: given, classNames, followLinks };
}

function checkSplit(split: number | null, subset: string | null, shuffle: boolean, seed: number | null): void {
  if (subset !== null) checkChoice(where, 'subset', subset, ['training', 'validation', 'both']);
  if (split !== null && !(split > 0 && split < 1)) {
    throw new ValueError(`${where}: validationSplit is ${describeValue(split)}; expected a number between 0 and 1`);
  }
  if ((split === null) !== (subset === null)) {
    const [given, missing] = split === null ? ['subset', 'validationSplit'] : ['validationSplit', 'subset'];
    throw new ValueError(`${where}: ${given} is given without ${missing}; expected both or neither; give ${missing} too`);
  }
  if (split !== null && shuffle && seed === null) {
    throw new ValueError(
      `${where}: validationSplit of shuffled files without a seed; expected one, so that the two parts do not overlap; give seed, or shuffle: false`,
    );
  }
}

function checkSeed(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new ValueError(`${where}: seed is ${describeValue(seed)}; expected an integer in [0, 2^32)`);
}

/** Whether the labels can be coded as asked for. */
function checkClasses({ classNames, labels }: FolderIndex, mode: LabelMode | null): void {
  if (mode === null || classNames === null || labels === null || mode === 'int') return;
  if (mode === 'binary' && classNames.length !== 2) {
    throw new ValueError(`${where}: labelMode 'binary' with ${classNames.length} classes (${classNames.join(', ')}); expected 2`);
  }
  const above = labels.find((label) => label >= classNames.length);
  if (above !== undefined) {
    throw new DataError(
      `${where}: label ${above} with ${classNames.length} different labels; expected 0 to ${classNames.length - 1}`,
    );
  }
}
