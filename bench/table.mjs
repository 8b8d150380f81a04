// npm run bench:table: writes what was measured into docs/performance.md, each kind of measurement between its own markers.
//
// Reads build/bench/KIND.json of every kind that was measured, or the files named on the command line, which `--section NAME` sends to
// another section than that of their kind; draws images/scaling.png beside the page.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './machine.mjs';
import { commandLine } from './options.mjs';
import { kinds, readReport, reportPath } from './report.mjs';
import { drawScaling } from './scaling_chart.mjs';
import { fillSection } from './sections.mjs';
import { tables } from './tables.mjs';

const { values: options, positionals } = commandLine(
  { page: join(root, 'docs', 'performance.md'), section: undefined },
  { allowPositionals: true },
);
const paths = positionals.length > 0 ? positionals : kinds.map(reportPath).filter((path) => existsSync(path));
if (paths.length === 0)
  throw new Error('bench: nothing was measured; run npm run bench:peers first, or name a file of measurements');

let page = readFileSync(options.page, 'utf8');
for (const path of paths) {
  const report = readReport(path);
  page = fillSection(page, options.section ?? report.kind, tables[report.kind](report));
  if (report.kind === 'scaling') await drawScaling(report, join(dirname(options.page), 'images', 'scaling.png'));
  console.log(`${relative(root, options.page)}: ${report.kind} of ${report.date} (${report.commit.slice(0, 7)})`);
}
writeFileSync(options.page, page);
