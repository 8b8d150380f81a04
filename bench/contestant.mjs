// A contestant: a process that stays alive and works when told to, one JSON object a line on its standard input and output.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { peakMemory } from './machine.mjs';

const secondsToEnd = 10;

export class Contestant {
  /** Work a second of each round. @type {number[]} */
  rates = [];
  /** What it said when it was ready: `ready` (its version), `firstStep`, `build`, ... */
  hello;
  #errors = '';
  #process;
  #lines;

  /** @param environment - variables beside those of this process */
  constructor(name, command, args, environment = {}) {
    this.name = name;
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    this.#process.stderr.on('data', (text) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    this.#process.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#process.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until it is ready. @returns why it does not take part, or undefined */
  async ready() {
    this.hello = await this.#next();
    if (this.hello?.ready !== undefined) {
      this.#process.kill('SIGSTOP');
      return undefined;
    }
    return this.#errors.trim().split('\n').at(-1) || 'it ended without a word';
  }

  /** The answer to a command. Otherwise the process is stopped: threads that wait for more work may spin, in the time of the next one. */
  async ask(command) {
    this.#process.kill('SIGCONT');
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    const answer = await this.#next();
    this.#process.kill('SIGSTOP');
    if (answer === undefined) throw new Error(`${this.name} ended: ${this.#errors}`);
    return answer;
  }

  /** Works for some seconds and notes the rate, in samples a second. */
  async run(seconds) {
    const result = await this.ask({ run: seconds });
    this.rates.push((result.steps * result.batch) / result.seconds);
  }

  /** Largest resident set so far, in bytes. */
  get peakMemory() {
    return peakMemory(this.#process.pid);
  }

  /** Ends the process, and waits until it has: by itself, so that it can end processes of its own; else by force. */
  async end() {
    if (this.#process.exitCode !== null || this.#process.pid === undefined) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGCONT');
    this.#process.stdin.end();
    const patience = new AbortController();
    const killed = setTimeout(secondsToEnd * 1000, undefined, patience).then(() => this.#process.kill('SIGKILL'));
    killed.catch(() => {}); // it ended in time
    await ended;
    patience.abort();
  }

  /** The next line of JSON, or undefined when the process has ended. */
  async #next() {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) return undefined;
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }
}
