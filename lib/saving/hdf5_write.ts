/** @file HDF5 files put together: runs in the worker. */

import type { File, Group } from 'h5wasm';
import type { Hdf5Contents } from './hdf5_contents.js';

/** Puts groups, attributes and arrays into an empty file, so that h5py reads them as if it had written them. */
export function writeAll(file: File, { groups, arrays }: Hdf5Contents): void {
  for (const [path, attributes] of groups) {
    const group = path === '' ? file : (file.create_group(path) as Group);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === 'string') group.create_attribute(name, value);
      // NumPy's type of an empty list.
      else if (value.length === 0) group.create_attribute(name, new Float64Array(0), [0]);
      else group.create_attribute(name, [...value]);
    }
  }
  for (const [path, { data, shape }] of arrays) file.create_dataset({ name: path, data, shape: [...shape] });
}
