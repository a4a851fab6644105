// What the host answers while a guest plans. Its errors are thrown as exceptions of this package.

import { fromHost } from "./errors.js";

// Calls an import.
export function ask(call) {
  try {
    return call();
  } catch (error) {
    // What an import gives as an error comes as the payload of an exception of the bindings.
    const payload = error?.payload ?? error;
    throw typeof payload?.kind === "string" ? fromHost(payload) : error;
  }
}
