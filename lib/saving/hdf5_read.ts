/** @file HDF5 files taken apart, with distrust: runs in the worker. */

import { type Dataset, Group, Module } from 'h5wasm';
import { readableBytes } from '../core/bytes.js';
import { formatShape } from '../core/shape.js';
import type { Hdf5Array, Hdf5Attributes, Hdf5Contents } from './hdf5_contents.js';
import { widen } from './number_types.js';

/** Deeper and larger than any model; a file whose groups contain each other ends here. */
const deepest = 100;
const mostObjects = 200_000;

/** Compressed data may be declared larger than the file, within reason (keras/src/saving/saving_lib.py, safe_get_h5_dataset). */
const freeBytes = 256 * 2 ** 20;
const largestExpansion = 100;

/** Everything in the file. @throws Error in words for what is damaged, refused or not supported. */
export function readAll(file: Group, fileSize: number): Hdf5Contents {
  const contents: Hdf5Contents = { groups: new Map(), arrays: new Map() };
  visit(file, '', 0);
  return contents;

  function visit(group: Group, path: string, depth: number): void {
    if (depth > deepest) throw new Error(`'${path.slice(0, 60)}...' is nested deeper than ${deepest} groups`);
    contents.groups.set(path, attributesOf(group));
    for (const name of group.keys()) {
      const child = path === '' ? name : `${path}/${name}`;
      if (contents.groups.size + contents.arrays.size > mostObjects)
        throw new Error(`the file holds more than ${mostObjects} objects`);
      const type = kindOf(file, child);
      if (type === Module.H5G_GROUP) visit(new Group(file.file_id, `/${child}`), child, depth + 1);
      else if (type === Module.H5G_DATASET) contents.arrays.set(child, readArray(file, child, fileSize));
      else if (type === Module.H5G_LINK || type === Module.H5G_UDLINK)
        throw new Error(`'${child}' is a link, which is refused: it could lead to other files; expected groups and arrays`);
      else throw new Error(`'${child}' is of an unknown kind; expected groups and arrays`);
    }
  }
}

/** `get_type` looks through soft links. */
const kindOf = (file: Group, path: string): number =>
  Module.get_symbolic_link(file.file_id, path) === null ? Module.get_type(file.file_id, path) : Module.H5G_LINK;

function attributesOf(group: Group): Hdf5Attributes {
  const attributes: Record<string, string | readonly string[]> = {};
  for (const [name, attribute] of Object.entries(group.attrs)) {
    const isText = attribute.metadata.type === Module.H5T_class_t.H5T_STRING.value;
    if (!isText && attribute.shape?.[0] !== 0) continue;
    const { value } = attribute;
    if (typeof value === 'string') attributes[name] = value;
    else if (Array.isArray(value)) attributes[name] = value.map(String);
    else attributes[name] = []; // an empty list has no type: h5py writes float64
  }
  return attributes;
}

function readArray(file: Group, path: string, fileSize: number): Hdf5Array {
  const metadata = Module.get_dataset_metadata(file.file_id, path);
  const { shape, size, type, signed, littleEndian, virtual_sources } = metadata;
  if (shape === null) throw new Error(`'${path}' has no shape; expected numbers`);
  if (virtual_sources !== undefined)
    throw new Error(`'${path}' lies in other files, which is refused; expected its numbers here`);
  const count = shape.reduce((product, length) => product * length, 1);
  const bytes = count * size;
  if (bytes > freeBytes && bytes > largestExpansion * fileSize) {
    throw new Error(
      `'${path}' is declared as ${formatShape(shape)}, ${readableBytes(bytes)}, in a file of ${readableBytes(fileSize)}, which is refused`,
    );
  }
  const bfloat16 = isBfloat16(file, path);
  return { data: widen(path, rawBytes(file, path, bytes), { count, size, type, signed, littleEndian, bfloat16 }), shape };
}

/** Keras marks them so, since HDF5 does not have the type. */
function isBfloat16(file: Group, path: string): boolean {
  if (!Module.get_attribute_names(file.file_id, path).includes('dtype')) return false;
  return (file.get(path) as Dataset).attrs.dtype?.value === 'bfloat16';
}

/** A copy of the numbers as they are stored. */
function rawBytes(file: Group, path: string, bytes: number): ArrayBuffer {
  if (bytes === 0) return new ArrayBuffer(0);
  if (bytes > Module.MAXIMUM_MEMORY) throw new Error(`'${path}' has ${readableBytes(bytes)}, more than can be read at once`);
  const pointer = Module._malloc(bytes);
  if (pointer === 0) throw new Error(`out of memory: no room for '${path}', ${readableBytes(bytes)}`);
  try {
    const status = Module.get_dataset_data(file.file_id, path, null, null, null, BigInt(pointer));
    if (status < 0) throw new Error(`'${path}' cannot be read`);
    return Module.HEAPU8.slice(pointer, pointer + bytes).buffer as ArrayBuffer;
  } finally {
    Module._free(pointer);
  }
}
