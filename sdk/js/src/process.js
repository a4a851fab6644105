// Granted programs of the controller.

import hostProcess from "windlass:plugin/process@0.1.0";
import { decode } from "./content.js";
import { ask } from "./host.js";

export { Program } from "./program.js";

// Runs one to its end.
export function run(program) {
  const { exit, stdout, stderr } = ask(() => hostProcess.run(program));
  const bytes = Uint8Array.from(stdout);
  return {
    status: exit.status ?? null,
    signal: exit.signal ?? null,
    stdout: bytes,
    stderr: Uint8Array.from(stderr),
    text: decode(bytes),
  };
}
