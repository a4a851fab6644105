/** Granted programs of the controller. */

import type { Content, Piece } from "./index.js";

/** A program to run. */
export class Program {
  /**
   * `program`: its name, as granted. `env`: environment besides the granted one. `timeoutMs`: time after which it is
   * ended; 0 is the host's own. Environment and standard input may hold secrets, arguments not.
   */
  constructor(
    program: string,
    args?: (string | Uint8Array)[],
    options?: { env?: Record<string, Piece | Piece[]>; stdin?: Content; timeoutMs?: number },
  );
}
/** What a program or a command gave. */
export interface Ended {
  /** Its exit status; null when a signal ended it. */
  status: number | null;
  /** That signal's name without `SIG`. */
  signal: string | null;
  stdout: Uint8Array;
  stderr: Uint8Array;
  /** Standard output as text. */
  readonly text: string;
  /** The lines of standard output, without their ends. */
  readonly lines: string[];
  /** The same, of one that ended with status 0; else an error with the last line of standard error. */
  success(): Ended;
}
/** Runs one to its end. A status other than 0 is no error here. */
export function run(program: Program): Ended;
