// What the host answers while a guest plans. Its errors are thrown as exceptions of this package.

import { fromHost } from "./errors.js";

// Calls an import.
export function ask(call) {
  try {
    return call();
  } catch (error) {
    throw error && typeof error.kind === "string" ? fromHost(error) : error;
  }
}
