// Contestants side by side: short slices in random order, so that the moods of the machine meet all of them alike.
import { shuffled } from './statistics.mjs';

/**
 * Starts contestants one after the other: each has the machine for itself until it is ready.
 *
 * @param makers - functions that each start one
 * @returns those that take part; why others do not is printed, and told to `absent`
 */
export async function startAll(makers, absent = () => {}) {
  const ready = [];
  for (const make of makers) {
    const contestant = make();
    const reason = await contestant.ready();
    if (reason === undefined) ready.push(contestant);
    else {
      console.log(`  ${contestant.name}: does not take part: ${reason}`);
      absent(contestant.name, reason);
    }
  }
  return ready;
}

/** Lets every contestant run a slice in each round. */
export async function runRounds(contestants, rounds, seconds) {
  for (let round = 0; round < rounds; round++) {
    for (const contestant of shuffled(contestants)) await contestant.run(seconds);
  }
}

export async function endAll(contestants) {
  for (const contestant of contestants) await contestant.end();
}
