/** Connectors: ways to reach hosts by a granted program. */

import type { Parameter } from "./index.js";
import type { Program } from "./process.js";

export { Program } from "./process.js";
export { InvalidValue, WindlassError } from "./index.js";

/** A connection to a host. */
export interface Session {
  /** The program that runs a command line of the host's `sh`; the host starts it, and moves its bytes and signals. */
  exec(command: Uint8Array, options: { env: [string, string][]; pty: boolean }): Program;
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
