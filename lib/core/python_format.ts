/** @file Python's format strings, as far as file names use them: `{epoch:02d}-{val_loss:.2f}`. */

import { ValueError } from './errors.js';

/** A value to format; Python writes integers and floats differently. */
export interface FormatValue {
  readonly kind: 'integer' | 'float';
  readonly value: number;
}

/** `{{`, `}}`, a field `{name:spec}`, or a brace that belongs to none of them. */
const token = /\{\{|\}\}|\{([^{}:!]*)(?::([^{}]*))?\}|[{}]/g;

/** [[fill]align][sign][0][width][grouping][.precision][type] (Python's format specification mini-language) */
const specPattern = /^(?:(.)?([<>^=]))?([+\- ])?(0)?(\d+)?([,_])?(?:\.(\d+))?([dfFeEgG%])?$/;

/** The names of the fields in `template`. @throws ValueError for braces that do not pair. */
export function fieldNames(where: string, template: string): string[] {
  const names: string[] = [];
  for (const [text, name] of template.matchAll(token)) {
    if (name !== undefined) names.push(name);
    else if (text.length === 1) {
      throw new ValueError(
        `${where}: '${template}' has a single '${text}'; expected fields such as {epoch:02d}; write {{ or }} for a brace`,
      );
    }
  }
  return names;
}

/**
 * `template` with its fields filled in, as Python's `str.format` does it.
 *
 * @throws ValueError for a field without a value, and for a format that Python does not have for it.
 */
export function formatTemplate(where: string, template: string, values: Readonly<Record<string, FormatValue>>): string {
  return template.replace(token, (text, name: string | undefined, spec = '') => {
    if (name === undefined) return text[0] as string;
    const found = values[name];
    if (found === undefined) {
      throw new ValueError(`${where}: '${template}' names '${name}'; expected one of ${Object.keys(values).join(', ')}`);
    }
    return formatNumber(`${where}: '${template}': {${name}:${spec}}`, found, spec);
  });
}

function formatNumber(where: string, { kind, value }: FormatValue, spec: string): string {
  const match = specPattern.exec(spec);
  const [, fill, align, sign = '-', zero, width = '0', grouping, precision, type] = match ?? [];
  if (match === null || (type === 'd' && kind === 'float') || (precision !== undefined && isInteger(kind, type))) {
    throw new ValueError(
      `${where}: the value is ${kind === 'float' ? 'a float' : 'an integer'}; expected a Python format such as ${kind === 'float' ? '.4f' : '02d'}`,
    );
  }
  const digits = unsigned(Math.abs(value), kind, type, precision === undefined ? undefined : Number(precision));
  const grouped =
    grouping === undefined ? digits : digits.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, grouping));
  const isNegative = value < 0 || Object.is(value, -0);
  const prefix = isNegative ? '-' : sign === '-' ? '' : sign;
  const missing = Math.max(Number(width) - prefix.length - grouped.length, 0);
  return pad(prefix, grouped, fill ?? (zero && align === undefined ? '0' : ' '), align ?? (zero ? '=' : '>'), missing);
}

const isInteger = (kind: FormatValue['kind'], type: string | undefined): boolean =>
  type === 'd' || (type === undefined && kind === 'integer');

function pad(prefix: string, digits: string, fill: string, align: string, missing: number): string {
  if (align === '=') return prefix + fill.repeat(missing) + digits;
  const before = align === '<' ? 0 : align === '>' ? missing : Math.floor(missing / 2);
  return fill.repeat(before) + prefix + digits + fill.repeat(missing - before);
}

function unsigned(value: number, kind: FormatValue['kind'], type: string | undefined, precision: number | undefined): string {
  if (!Number.isFinite(value)) return matchCase(Number.isNaN(value) ? 'nan' : 'inf', type) + (type === '%' ? '%' : '');
  if (isInteger(kind, type)) return String(value);
  switch (type?.toLowerCase()) {
    case 'f':
      return fixed(value, precision ?? 6);
    case '%':
      return `${fixed(value * 100, precision ?? 6)}%`;
    case 'e':
      return matchCase(exponential(value, precision ?? 6), type);
    case 'g':
      return matchCase(general(value, precision ?? 6), type);
    default:
      return precision === undefined ? shortest(value) : withPoint(general(value, precision));
  }
}

const matchCase = (text: string, type: string | undefined): string =>
  type !== undefined && /[EFG]/.test(type) ? text.toUpperCase() : text;

/** Python writes at least two digits of an exponent. */
const twoDigits = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');

const exponential = (value: number, precision: number): string => twoDigits(value.toExponential(precision));

/** `%g`: as many digits as asked for, without trailing zeros, in the shorter notation. */
function general(value: number, precision: number): string {
  const digits = Math.max(precision, 1);
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa, power] = value.toExponential(digits - 1).split('e');
    return twoDigits(`${trimZeros(mantissa as string)}e${power}`);
  }
  return trimZeros(fixed(value, digits - 1 - exponent));
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** The shortest text that reads back as the same float, as Python's `repr` writes it: exponents below 1e-4 and from 1e16 on. */
function shortest(value: number): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential().split('e')[1]);
  return exponent < -4 || exponent >= 16 ? twoDigits(value.toExponential()) : withPoint(String(value));
}

const withPoint = (text: string): string => (/[.e]/.test(text) ? text : `${text}.0`);

/** As `toFixed`, but what lies exactly between two results goes to the even one. */
function fixed(value: number, precision: number): string {
  const text = value.toFixed(precision);
  const isTie = value < 1e15 && /^50*$/.test(value.toFixed(100).split('.')[1]?.slice(precision) ?? '');
  const isOdd = '13579'.includes(text.at(-1) as string);
  return isTie && isOdd ? (Number(text) - 10 ** -precision).toFixed(precision) : text;
}
