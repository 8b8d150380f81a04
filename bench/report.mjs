// Measurements as files: build/bench/KIND.json, which bench:table reads.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { commit, environment, machine, root } from './machine.mjs';

/** The number of this form of the files. */
export const schema = 1;
export const kinds = ['train', 'predict', 'ops', 'scaling', 'feeding'];
export const benchFolder = join(root, 'build', 'bench');
export const reportPath = (kind) => join(benchFolder, `${kind}.json`);

/**
 * The beginning of a report: where, when and how it is measured. `versions` and `results` are filled while it is.
 * @param {string} kind
 * @param {Readonly<Record<string, unknown>>} options as they were understood
 */
export function startReport(kind, options) {
  const place = { ...commit(), machine: machine(), environment: environment() };
  return {
    schema,
    kind,
    date: new Date().toISOString(),
    ...place,
    options,
    versions: { node: `Node ${process.version}` },
    results: [],
  };
}

/** Adds a result, and writes what there is to `path`: a run that breaks off keeps what it measured. */
export function addResult(report, result, path = reportPath(report.kind)) {
  report.results.push(result);
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** Checks a report that was written to `path`. */
export function finishReport(report, path = reportPath(report.kind)) {
  checkReport(report, path);
  console.log(`written: ${path}`);
}

/** The report in a file. */
export function readReport(path) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  checkReport(report, path);
  return report;
}

/**
 * Throws where something is missing that a report must have.
 * @param {any} report
 * @param {string} where for the error
 */
export function checkReport(report, where) {
  const fail = (what) => {
    throw new Error(`${where}: ${what}`);
  };
  if (report?.schema !== schema) fail(`schema is ${report?.schema}; expected ${schema}; measure again`);
  if (!kinds.includes(report.kind)) fail(`kind is '${report.kind}'; expected one of ${kinds.join(', ')}`);
  if (Number.isNaN(Date.parse(report.date))) fail(`date is '${report.date}'; expected a time`);
  if (typeof report.commit !== 'string' || typeof report.changed !== 'boolean') fail('the commit is missing');
  for (const key of ['cpu', 'instructionSets', 'cores', 'loadBefore']) {
    if (report.machine?.[key] === undefined) fail(`machine.${key} is missing`);
  }
  for (const key of ['environment', 'options', 'versions']) if (typeof report[key] !== 'object') fail(`${key} is missing`);
  if (!Array.isArray(report.results) || report.results.length === 0) fail('there are no results');
}
