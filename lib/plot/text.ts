/** @file How wide text is in the font that ships, and what of it fits. */

/** Advance widths of Arimo Regular from the space to the tilde, in thousandths of the size (those of Helvetica). */
// biome-ignore format: a table
const widths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
  722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222,
  500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/** East Asian letters and emoji are as wide as high; other letters that are not in the table are about as wide as a capital. */
const widthOf = (letter: string): number =>
  widths[(letter.codePointAt(0) as number) - 32] ?? ((letter.codePointAt(0) as number) >= 0x2e80 ? 1000 : 700);

/** Width of a line in pixels. */
export function textWidth(text: string, size: number): number {
  let sum = 0;
  for (const letter of text) sum += widthOf(letter);
  return (sum * size) / 1000;
}

/** `text`, or as much of its beginning as fits with an ellipsis. */
export function fitText(text: string, size: number, room: number): string {
  if (textWidth(text, size) <= room) return text;
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join('')}…`, size) > room) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** The largest size, from `size` down to `least`, at which the widest line fits. */
export function fitSize(lines: readonly string[], size: number, least: number, room: number): number {
  const widest = Math.max(0, ...lines.map((line) => textWidth(line, size)));
  return widest <= room ? size : Math.max(least, Math.floor((size * room * 2) / widest) / 2);
}
