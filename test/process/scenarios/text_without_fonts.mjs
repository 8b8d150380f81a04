// On a machine without fonts, where sharp alone draws every letter as the same box, text in pictures is drawn in the font that ships.
// The machine: fontconfig's settings name no fonts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';

const empty = mkdtempSync(join(tmpdir(), 'laminet-fonts-'));
writeFileSync(join(empty, 'fonts.conf'), '<fontconfig></fontconfig>');
env.FONTCONFIG_PATH = empty;
delete env.FONTCONFIG_FILE;

/** How many columns of a picture's first rows lie between the first and the last with a dark pixel. */
async function darkColumns(sharp, picture, rows) {
  const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true });
  const dark = (column) => Array.from({ length: rows }, (_, row) => data[row * info.width + column]).some((value) => value < 128);
  const columns = Array.from({ length: info.width }, (_, column) => column).filter(dark);
  return columns.at(-1) - columns[0] + 1;
}

const alone = `const { default: sharp } = await import('sharp');
${darkColumns}
const text = (letters) => '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><rect width="200" height="40" fill="#fff"/>' +
  '<text x="5" y="30" font-size="15">' + letters + '</text></svg>';
const width = (letters) => darkColumns(sharp, Buffer.from(text(letters)), 40);
console.log('sharp alone draws i as wide as m: ' + ((await width('iiiiiiii')) === (await width('mmmmmmmm'))));`;
const child = spawnSync(execPath, ['--input-type=module', '-e', alone], { encoding: 'utf8', cwd: import.meta.dirname });
console.log(child.stdout.trim());

const { image } = await import('laminet/plot');
const { default: sharp } = await import('sharp');
/** Of a title of eight letters, in units of the drawing. */
const width = async (letter) => (await darkColumns(sharp, await image([[1]], { title: letter.repeat(8) }).toPNG(), 60)) / 2;
// Arimo's widths at 15 pixels: 0.222 and 0.833 of the size, less the space beside the first and the last letter.
const [narrow, wide] = [await width('i'), await width('m')];
console.log(`laminet draws Arimo: ${Math.abs(narrow - 8 * 0.222 * 15) < 3 && Math.abs(wide - 8 * 0.833 * 15) < 3}`);
rmSync(empty, { recursive: true });
