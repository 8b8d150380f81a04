/** Stand-ins for the driver and for CUDA's libraries that only say what they are: a few functions of C, compiled when a test needs them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';

const sources = {
  'libcuda.so.1': `
    #include <stddef.h>
    #include <string.h>
    int cuInit(unsigned flags) { return STATUS; }
    int cuDriverGetVersion(int* version) { *version = VERSION; return 0; }
    int cuDeviceGetCount(int* count) { *count = COUNT; return 0; }
    int cuDeviceGetName(char* name, int size, int device) { strncpy(name, "Fake GPU", size); return 0; }
    int cuDeviceTotalMem_v2(size_t* bytes, int device) { *bytes = (size_t)8 << 30; return 0; }
    int cuDeviceGetAttribute(int* value, int attribute, int device) {
      *value = attribute == 75 ? CAPABILITY / 10 : CAPABILITY % 10;
      return 0;
    }`,
  'libcudart.so.13': 'int cudaRuntimeGetVersion(int* version) { *version = 13000; return 0; }',
  'libcublasLt.so.13': 'int nothing;',
  'libnvrtc.so.13': 'int nothing;',
  'libcupti.so.13': 'int cuptiGetVersion(unsigned* version) { *version = VERSION; return 0; }',
  'libcudnn.so.9': `
    #include <stddef.h>
    size_t cudnnGetVersion(void) { return VERSION; }
    size_t cudnnGetCudartVersion(void) { return RUNTIME; }`,
  // What the finder opens last.
  'laminet_cuda13.so': `
    #include <stdlib.h>
    #include <unistd.h>
    void* laminet_cuda_open(int abi, void* why_not) { BODY; return NULL; }`,
} as const;

export type FakeName = keyof typeof sources;

const defaults: Record<string, string | number> = {
  STATUS: 0,
  VERSION: 13000,
  COUNT: 1,
  CAPABILITY: 80,
  RUNTIME: 13000,
  BODY: 'abort()',
};

/** Compiles the library into the folder; `values` are what its functions answer. */
export function fakeLibrary(folder: string, name: FakeName, values: Record<string, string | number> = {}): void {
  mkdirSync(folder, { recursive: true });
  const macros = Object.entries({ ...defaults, ...values }).map(([key, value]) => `-D${key}=${value}`);
  const args = ['-x', 'c', '-', '-shared', '-fPIC', `-Wl,-soname,${name}`, ...macros, '-o', join(folder, name)];
  const { status, stderr } = spawnSync(env.CC || 'cc', args, { input: sources[name], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} could not be compiled: ${stderr}`);
}
