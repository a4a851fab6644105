// Granted programs of the controller.

import hostProcess from "windlass:plugin/process@0.1.0";
import { Ended } from "./ended.js";
import { ask } from "./host.js";

export { Program } from "./program.js";

// Runs one to its end.
export const run = (program) => new Ended(ask(() => hostProcess.run(program)));
