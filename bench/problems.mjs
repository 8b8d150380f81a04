// Problems of single ops as strings, in the manner of oneDNN's benchdnn (https://github.com/uxlfoundation/oneDNN/tree/main/tests/benchdnn).
// README.md describes the grammar.

const image = ['mb', 'ic', 'ih', 'iw'];
const window = [...image, 'oh', 'ow', 'kh', 'kw', 'sh', 'sw', 'ph', 'pw'];
const fieldsOf = {
  conv2d: [...window, 'g', 'oc', 'dh', 'dw'],
  max_pool: window,
  avg_pool: window,
  batch_norm: image,
};
export const opNames = [...Object.keys(fieldsOf), 'matmul'];

/**
 * A problem with all its sizes.
 * @param {string} op one of `opNames`
 * @param {string} text
 * @param {{ batch?: number }} [changes] `batch` in place of what the text says
 * @returns {any} `op`, `text`, `name` and the sizes; of windows also `paddingHeight` and `paddingWidth`, [before, after]
 */
export function parseProblem(op, text, { batch } = {}) {
  if (!opNames.includes(op)) throw new Error(`bench: op '${op}' is not known; expected one of ${opNames.join(', ')}`);
  const [body, name = ''] = split(text);
  if (op === 'matmul') return { op, text, name, ...matrices(text, body, batch) };
  const fields = { mb: 2, ...numbers(op, text, body), ...(batch !== undefined && { mb: batch }) };
  for (const needed of ['ic', 'ih']) if (fields[needed] === undefined) throw bad(op, text, `'${needed}' is missing`);
  fields.iw ??= fields.ih;
  if (op === 'batch_norm') return { op, text, name, ...fields };
  if (fields.kh === undefined) throw bad(op, text, "'kh' is missing");
  if (op === 'conv2d' && fields.oc === undefined) throw bad(op, text, "'oc' is missing");
  // A width that is not named is as the height.
  for (const letter of ['k', 's', 'p', 'o', 'd']) fields[`${letter}w`] ??= fields[`${letter}h`];
  const height = axis(op, text, fields, 'h');
  const width = axis(op, text, fields, 'w');
  const { g = 1, kh, kw } = fields;
  const rest = { oh: height.size, ow: width.size, sh: height.stride, sw: width.stride, dh: height.dilation, dw: width.dilation };
  return { op, text, name, ...fields, g, kh, kw, ...rest, paddingHeight: height.padding, paddingWidth: width.padding };
}

/** The sizes, and the name behind `n`. */
function split(text) {
  const [, body, name] = /^((?:[a-mo-z]+\d+_?)+|\d[\dx:]*)(?:n["']?([^"']+)["']?)?$/.exec(text) ?? [];
  if (body === undefined)
    throw new Error(`bench: '${text}' is no problem; expected sizes as in mb32ic64ih28oc64kh3ph1 or 128x64:64x10`);
  return [body, name];
}

function numbers(op, text, body) {
  const found = {};
  for (const [, field, digits] of body.matchAll(/([a-z]+)(\d+)_?/g)) {
    if (!fieldsOf[op].includes(field)) throw bad(op, text, `'${field}' is not known; expected ${fieldsOf[op].join(', ')}`);
    found[field] = Number(digits);
  }
  return found;
}

/** One axis of a window: what is missing follows from the rest. */
function axis(op, text, fields, letter) {
  const [size, extentOfWindow] = [fields[`i${letter}`], fields[`k${letter}`]];
  const stride = fields[`s${letter}`] ?? 1;
  const dilation = fields[`d${letter}`] ?? 0;
  const extent = (extentOfWindow - 1) * (dilation + 1) + 1;
  let before = fields[`p${letter}`];
  const result = fields[`o${letter}`] ?? Math.floor((size + 2 * (before ?? 0) - extent) / stride) + 1;
  before ??= Math.max(0, Math.floor(((result - 1) * stride + extent - size) / 2));
  const after = Math.max(0, (result - 1) * stride + extent - size - before);
  const fits = Math.floor((size + before + after - extent) / stride) + 1;
  if (result < 1 || fits !== result) throw bad(op, text, `o${letter} is ${result}, but the window has ${fits} positions`);
  return { size: result, stride, dilation, padding: [before, after] };
}

/** `[BATCHx]MxK:[BATCHx]KxN`. */
function matrices(text, body, batch) {
  const [left = [], right = [], ...more] = body.split(':').map((part) => part.split('x').map(Number));
  const isSound = (sizes) => sizes.length >= 2 && sizes.every((size) => Number.isInteger(size) && size > 0);
  if (more.length > 0 || !isSound(left) || !isSound(right) || left.length !== right.length || left.at(-1) !== right.at(-2))
    throw bad('matmul', text, 'expected MxK:KxN, with the same leading sizes on both sides');
  return { left: batch === undefined ? left : left.with(-2, batch), right };
}

const bad = (op, text, what) => new Error(`bench: ${op} ${text}: ${what}`);

/**
 * The problems of a list: one a line, `op problem`; `#` begins a comment.
 * @param {string} text
 * @param {{ batch?: number }} [changes]
 */
export function parseList(text, changes) {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [op, problem] = line.split(/\s+/);
      return parseProblem(op, problem ?? '', changes);
    });
}
