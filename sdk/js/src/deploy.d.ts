/** Deploys: a component that adds operations for each host, as a deploy file does. */

import type { Globals, Json } from "./index.js";

export { context, fact, get, getAll, localFiles, log } from "./index.js";
export { Denied, InvalidValue, MissingFact, Mode, WindlassError } from "./index.js";

/**
 * What is known of operations at execution, to be given as `_if`. While the deploy adds operations it is neither true nor
 * false: in an `if` it would always hold, as any object does.
 */
export interface Condition {
  toJSON(): string;
}
/** At least one holds. */
export function any(...conditions: (Condition | Condition[])[]): Condition;
/** All hold. */
export function all(...conditions: (Condition | Condition[])[]): Condition;
/** It does not hold. */
export function not(condition: Condition): Condition;

/** A function of the deploy, with what it is given. */
export interface Callback {
  callback: string;
  payload: unknown;
}
/** A function of the deploy, by name, with what it is given; for `_retry_until`. */
export function callback(name: string, payload?: unknown): Callback;

/** What is said of an operation besides its arguments: global arguments, and these. */
export interface Options extends Globals {
  /** What it is called. Default: operation and arguments. */
  name?: string;
  /** What tells it apart from others that are added by the same calls: a loop's value. */
  key?: string;
  /** Runs it only where this holds at execution; of several all have to. */
  _if?: Condition | Condition[];
  /**
   * Has a function of the deploy say after each try, while `_retries` are left, whether it was good enough: it gets
   * `{ attempt, payload }`, and returns true or false.
   */
  _retry_until?: string | Callback;
}
/** An operation that was added. */
export interface Added {
  /** Its id, by which its result is found at execution: `target.resultOf`. */
  readonly id: string;
  /** It succeeded, and had something to do. */
  readonly changed: Condition;
  /** It succeeded, and had nothing to do. */
  readonly unchanged: Condition;
  /** It succeeded, with or without change. */
  readonly succeeded: Condition;
  /** It failed, and `_ignore_errors` let the host go on. */
  readonly failed: Condition;
}
/**
 * Adds an operation, `namespace.operation`. Its identity over hosts is its place: files, lines and columns of the calls
 * that led here from `run`; what is added in a loop takes a `key`.
 */
export function add(operation: string, args?: Record<string, unknown>, options?: Options): Added;
/** Adds a step that calls a function of the deploy at execution. */
export function call(name: string, payload?: unknown, options?: Options): Added;
/**
 * A named part of the deploy: its name stands in front of those of its operations, and these global arguments are theirs
 * where they say nothing else. Returns what `body` returns.
 */
export function part<T>(name: string, globals: Globals, body: () => T): T;

/** What a deploy is. */
export interface DeployDefinition {
  /**
   * Adds the operations of the current host. Facts, the host's data and the deploy's files can be looked at; nothing can
   * be done. When it throws, nothing is run on any host.
   */
  run(): void;
  /**
   * Functions that run at execution, where `target` of `windlass/target` is there. What one returns, as JSON, stands in
   * the operation's result; what it throws fails the operation on this host.
   */
  functions?: Record<string, (payload: any) => unknown>;
}
/** What the component exports: `export const deploy = defineDeploy({ run() {…} })`. */
export function defineDeploy(definition: DeployDefinition): unknown;
