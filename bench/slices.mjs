// The contestant's side of the protocol in Node: says that it is ready, then works when told to.
import { createInterface } from 'node:readline';

/**
 * Repeats whole steps until the time is over; at least one.
 * @param {(seconds: number) => Promise<number>} work works for about so long; gives the number of steps
 */
async function timed(work, seconds) {
  const start = performance.now();
  const steps = await work(seconds);
  return { steps, seconds: (performance.now() - start) / 1000 };
}

/**
 * Answers the commands on standard input until it ends: `{"run": seconds}`, and what `others` know.
 *
 * @param hello - facts beside `ready`
 * @param others - by name of the command: functions of its value
 */
export async function serve({ ready, batch, work, hello = {}, others = {} }) {
  const reply = (content) => process.stdout.write(`${JSON.stringify(content)}\n`);
  reply({ ready, ...hello });
  for await (const line of createInterface({ input: process.stdin })) {
    const [[name, value]] = Object.entries(JSON.parse(line));
    if (name === 'run') reply({ ...(await timed(work, value)), batch });
    else reply(await others[name](value));
  }
}
