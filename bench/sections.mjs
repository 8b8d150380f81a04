// Sections of a page that a command fills: what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.

/**
 * The page with new contents of a section.
 * @param {string} page
 * @param {string} name
 * @param {string} contents
 */
export function fillSection(page, name, contents) {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [first, last] = [page.indexOf(begin), page.indexOf(end)];
  if (first < 0 || last < first)
    throw new Error(`bench: the page has no section '${name}'; expected the lines ${begin} and ${end}`);
  return `${page.slice(0, first + begin.length)}\n${contents.trim()}\n${page.slice(last)}`;
}

/**
 * A table in Markdown.
 * @param {readonly string[]} titles
 * @param {readonly (readonly string[])[]} rows
 */
export function markdownTable(titles, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Where and when a report was measured, as a sentence. */
export function provenance({ machine, date, commit, changed, versions, environment }) {
  const sets = machine.instructionSets.length === 0 ? '' : ` (${machine.instructionSets.join(' ')})`;
  const where = `${machine.cpu}${sets}, ${machine.cores} cores, ${machine.system}, load ${machine.loadBefore.toFixed(2)} before`;
  // The number of threads stands in the tables.
  const what = new Set(Object.values(versions).map((version) => version.replace(/, \d+ threads?/, '')));
  const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const state = `${commit.slice(0, 7)}${changed ? ' with changes' : ''}`;
  return `Measured ${date.slice(0, 10)} at commit ${state} on ${where}; ${[...what, ...set].join('; ')}.`;
}
