/**
 * The host that an actor, or a function of a deploy, acts on. While a deploy adds operations all of it is refused.
 *
 * What is done here is no part of a plan. It is recorded as the steps of plans are, and allowed or refused as they are: a
 * command as `server.shell`, a file that is put or fetched as `files.put` and `files.get`.
 */

import type { Command, Content, Globals, Inputs, LocalPath, Mode, PathLike } from "./index.js";
import type { Ended } from "./process.js";

export { command, raw, shell } from "./index.js";

/** What an operation gave that ran at once. */
export interface Outcome {
  /** Whether it had something to do. */
  changed: boolean;
  /** What its commands printed. */
  stdout: string;
  /** What they said besides. */
  stderr: string;
  /** What its actors gave. */
  answers: any[];
}
/** Each call takes global arguments among its options: `{ _chdir: "/srv" }`. To raise privilege needs `privilege`. */
export const target: {
  /** Runs a command. A status other than 0 is no error. In what it printed values of known secrets are masked. */
  run(line: Command, options?: Inputs & Globals): Ended;
  /** Puts a file, whole and with its owner and mode; those of the file it replaces by default. */
  put(
    source: Content,
    dest: PathLike,
    options?: { mode?: number | Mode | null; user?: string | null; group?: string | null } & Globals,
  ): void;
  /**
   * Fetches a file to a path of the controller: an actor to one that stands in the operation's arguments, a function of a
   * deploy into the deploy's folder; each of them into folders that its pack was granted with `write`.
   */
  get(src: PathLike, dest: string | LocalPath, options?: { createFolder?: boolean } & Globals): void;
  /** Plans another operation on what now stands, and runs it at once. */
  operation(name: string, args?: Record<string, unknown>, globals?: Globals): Outcome;
  /**
   * A part of what an earlier operation gave on this host, by its id and a JSON pointer: `/stdout`, `/changed`,
   * `/answers/0`. Null: there is no such part.
   */
  resultOf(id: string, pointer?: string): any;
};
