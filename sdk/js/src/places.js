// Where in a pack something is said: the calls that led to it, from the outermost to the innermost.

import { readable } from "./wire.js";

// How the build lays out modules: the pack's below one folder, packages such as this one below another.
const PACK = "/pack/";

// `given`: what tells apart what is said several times in one place.
export function places(given) {
  const key = given === undefined ? undefined : readable(given);
  const frames = calls()
    .filter((call) => call.getFileName()?.startsWith(PACK))
    .map((call) => ({
      file: call.getFileName().slice(PACK.length),
      line: call.getLineNumber(),
      key: `column ${call.getColumnNumber()}`,
    }))
    .reverse();
  if (key !== undefined && frames.length) frames.at(-1).key += `, ${key}`;
  return frames;
}

// The calls as QuickJS knows them, the innermost first. By default it tells of ten; 64 are as many as it and the host take.
function calls() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const traced = {};
  try {
    Error.stackTraceLimit = 64;
    Error.prepareStackTrace = (_, calls) => calls;
    Error.captureStackTrace(traced);
    return traced.stack;
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}
