/** @file Received values in a few words, for errors. */

const article = (name: string): string => (/^[AEIOU]/i.test(name) ? `an ${name}` : `a ${name}`);

const quoted = (text: string): string => (text.length > 40 ? `'${text.slice(0, 40)}...'` : `'${text}'`);

/** `null`, `3`, `'abc'`, `an array of 3`, `an Int16Array of 5`, `an object with a, b`, `the class Adam`, `a Map`. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'function') {
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    return `${isClass ? 'the class' : 'the function'} ${value.name || '(without a name)'}`;
  }
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `the bigint ${value}` : String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = value.constructor?.name ?? 'Object';
  if (ArrayBuffer.isView(value) && 'length' in value) return `${article(name)} of ${value.length}`;
  if (name !== 'Object') return article(name);
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  return `an object with ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', ...' : ''}`;
}
