/** @file What a command of `laminet` is. */

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `laminet <command> --help` prints. */
  readonly usage: string;
  /**
   * Runs it with the arguments behind its name.
   *
   * @returns the exit status
   * @throws ValueError for wrong usage.
   */
  readonly run: (args: readonly string[]) => Promise<number>;
}
