import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Files under `folder` with one of the endings, as paths from the root. */
function files(folder: string, ...endings: string[]): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** lib/ from the bottom up: a folder imports only from its own line and the lines above it. */
const order: string[][] = [
  ['core'],
  ['graph'],
  ['runtime'],
  ['ops'],
  ['autodiff'],
  ['initializers', 'regularizers', 'constraints', 'activations', 'losses', 'metrics', 'schedules', 'optimizers'],
  ['layers'],
  ['data'],
  ['callbacks', 'saving'],
  ['training'],
  ['models'],
  ['plot', 'profiler', 'cli'],
];
const level = (folder: string): number => order.findIndex((names) => names.includes(folder));

/** Imports that a file needs at run time or for types. */
function imports(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import)\s+'(\.[^']+)'/g)].map((match) =>
    relative(root, join(root, dirname(path), match[1] as string)),
  );
}

const includes = (path: string): string[] =>
  [...read(path).matchAll(/^\s*#\s*include\s+["<]([^">]+)[">]/gm)].map((match) => match[1] as string);

describe('lib/', () => {
  const sources = files('lib', '.ts');

  it('has only folders that have a place in the order', () => {
    const folders = new Set(
      sources.map((path) => path.split(sep)).flatMap((parts) => (parts.length > 2 ? [parts[1] as string] : [])),
    );
    expect([...folders].filter((folder) => level(folder) < 0)).toEqual([]);
  });

  it('imports downwards only', () => {
    const upwards = sources.flatMap((path) => {
      const from = path.split(sep)[1] as string;
      if (level(from) < 0) return [];
      return imports(path)
        .map((target) => target.split(sep)[1] as string)
        .filter((to) => level(to) < 0 || level(to) > level(from))
        .map((to) => `${path} imports ${to}/`);
    });
    expect(upwards).toEqual([]);
  });

  it('appends nodes in ops/apply.ts only', () => {
    expect(sources.filter((path) => /\.append\(\s*op\b/.test(read(path)))).toEqual(['lib/ops/apply.ts']);
  });

  it('loads the binary in runtime/addon.ts only', () => {
    expect(sources.filter((path) => /createRequire|laminet\.node|process\.dlopen/.test(read(path)))).toEqual([
      'lib/runtime/addon.ts',
    ]);
  });

  it('has no logic in index.ts', () => {
    const logic = read('lib/index.ts')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .split(/;\s*\n/)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== '' && !/^(export|import)\b/.test(statement));
    expect(logic).toEqual([]);
  });

  it('prints to stdout only where it was asked to', () => {
    const printing = sources.filter((path) => /console\.log|stdout\.write/.test(read(path)));
    const asked = /^lib\/(callbacks|models|plot|cli)\/|^lib\/data\/image_folder\.ts$/; // `verbose`, summaries, commands
    expect(printing.filter((path) => !asked.test(path))).toEqual([]);
  });
});

describe('native/', () => {
  const sources = (folder: string): string[] => files(`native/${folder}`, '.h', '.cpp', '.cu', '.cuh');
  const offenders = (folder: string, banned: RegExp): string[] =>
    sources(folder).flatMap((path) =>
      includes(path)
        .filter((header) => banned.test(header))
        .map((header) => `${path} includes ${header}`),
    );

  it('knows Node in addon/ only', () => {
    expect(['runtime', 'reference', 'cpu'].flatMap((folder) => offenders(folder, /napi|node_api|uv\.h/))).toEqual([]);
  });

  it('knows oneDNN in cpu/ only', () => {
    expect(['runtime', 'reference', 'addon'].flatMap((folder) => offenders(folder, /dnnl|omp\.h/))).toEqual([]);
  });

  it('knows CUDA in cuda/ only', () => {
    expect(['runtime', 'reference', 'addon', 'cpu'].flatMap((folder) => offenders(folder, /cuda|cudnn|cublas/))).toEqual([]);
  });

  it('lets runtime/ include nothing but itself', () => {
    expect(offenders('runtime', /(reference|cpu|addon|cuda)\//)).toEqual([]);
  });

  it('lets reference/ include runtime/ only', () => {
    expect(offenders('reference', /(cpu|addon|cuda)\//)).toEqual([]);
  });
});

describe('instructions', () => {
  /** Every op word of native/OPS.md's tables and lists that lib emits. */
  const emitted = new Set(
    files('lib/ops', '.ts').flatMap((path) =>
      [...read(path).matchAll(/name: '([a-z][a-z0-9_]*)'/g)].map((match) => match[1] as string),
    ),
  );

  it('of lib/ops are all documented in native/OPS.md', () => {
    const documented = read('native/OPS.md');
    expect([...emitted].filter((name) => !new RegExp(`\\b${name}\\b`).test(documented))).toEqual([]);
    expect(emitted.size).toBeGreaterThan(30);
  });
});

describe('files', () => {
  it('stay short: 400 lines need a reason', () => {
    const reasons = new Map([['lib/layers/layer.ts', 'the whole life of a layer; its parts are small and share private state']]);
    const long = [...files('lib', '.ts'), ...files('native', '.h', '.cpp', '.cu', '.cuh')].filter(
      (path) => read(path).split('\n').length > 400 && !reasons.has(path),
    );
    expect(long).toEqual([]);
  });
});
