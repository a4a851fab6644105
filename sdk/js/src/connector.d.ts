/** Connectors: ways to reach hosts, by a granted program or through the component itself. */

import type { Parameter } from "./index.js";
import type { Program } from "./process.js";

export { Program } from "./process.js";
export { InvalidValue, WindlassError } from "./index.js";

/** What one turn of a channel brought. */
export interface Turn {
  /** How many bytes of standard input were taken; default: all. */
  taken?: number;
  /** Standard output since the last turn. */
  stdout?: Uint8Array;
  /** Standard error since the last turn. */
  stderr?: Uint8Array;
  /** The exit status, once it has ended. */
  status?: number | null;
  /** The signal that ended it, without `SIG`, once one has. */
  signal?: string | null;
}
/** A running command whose bytes pass through the component; needs the capability `traffic`. */
export interface Channel {
  /** Takes standard input (`eof`: there is no more) and gives output, waiting at most `waitMs` milliseconds. */
  turn(stdin: Uint8Array, options: { eof: boolean; waitMs: number }): Turn;
  /** Sends a signal, by its name without `SIG`. Default: none is sent. */
  signal?(name: string): void;
}
/** A connection to a host. */
export interface Session {
  /**
   * How a command line of the host's `sh` is run: by a program, which the host starts, moving its bytes and signals, or
   * through a channel.
   */
  exec(
    command: Uint8Array,
    options: { env: [string, string][]; pty: boolean },
  ): Program | Channel;
  /** Ends the connection. */
  close?(): void;
}
/** What a connector is. */
export interface ConnectorDefinition {
  /** The keys of the host's data that it reads. */
  data?: Record<string, Parameter<any>>;
  /** Connects to a host: its name, the argument of `@connector/argument`, its data. */
  connect(target: { name: string; argument: string; data: Record<string, any> }): Session;
}
/** What the component exports: `export const connector = defineConnector({…})`. */
export function defineConnector(definition: ConnectorDefinition): unknown;
