/** Write operations and facts for Windlass in JavaScript and TypeScript. Other roles have modules of their own. */

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/* ---- Errors ---- */

/** The kinds of error of the contract. */
export type ErrorKind =
  | "operation"
  | "invalid-value"
  | "invalid-type"
  | "io"
  | "missing-fact"
  | "unknown-yet"
  | "denied"
  | "secret";

/**
 * The operation cannot be done on this target; also the base of the more precise kinds. Anything else that is thrown
 * becomes an error of the kind `operation`, with its message and line.
 */
export class WindlassError extends Error {
  /** `message`: what is wrong and how to put it right. `at`: the argument or place it is about. */
  constructor(message: string, options?: { at?: string | null; more?: Json });
  readonly kind: ErrorKind;
  at: string | null;
  /** What else there is to say of it. */
  more: Json;
}
/** An argument has a value that is not allowed. */
export class InvalidValue extends WindlassError {}
/** An argument has the wrong type. */
export class InvalidType extends WindlassError {}
/** A file on the controller could not be read. */
export class LocalFileError extends WindlassError {}
/** A fact could not be had, or its output could not be read. */
export class MissingFact extends WindlassError {}
/** A fact was predicted to be known at execution only. Let it pass: the plan then says so. */
export class UnknownYet extends WindlassError {}
/** The host refused. */
export class Denied extends WindlassError {}
/** A secret stood where none may, or was asked about too often. */
export class SecretError extends WindlassError {}

/* ---- Values ---- */

/** A path on the target. In a command line `~/` is left to the shell, and a `-` at its start is no option. */
export class RemotePath {
  constructor(path: string);
  readonly text: string;
  toString(): string;
}
/** A path on the controller, which the operation may then read or upload. */
export class LocalPath {
  constructor(path: string);
  readonly text: string;
  toString(): string;
}
/** Permission bits: `new Mode(0o644)`. As text, and in arguments of other operations, they are octal digits. */
export class Mode {
  constructor(bits: number);
  readonly bits: number;
  toString(): string;
}
/** How the host encodes a secret's value before it is joined in. */
export type Encoding = "sh" | "sql-string" | "json" | "base64" | "url" | "ere" | "sed";
/** The handle of a secret, whose value stays with the host. */
export class Secret {
  /** `number`: its position among the secrets of the call's arguments, from 0. */
  constructor(number: number);
  readonly number: number;
  /** The same, encoded by the host, first to last. */
  encoded(...encodings: Encoding[]): Secret;
}

/** A path, as functions take it. */
export type PathLike = string | RemotePath;
/** A piece of content. */
export type Piece = string | Uint8Array | Secret;
/** What a file will hold or a command will read: pieces, or a file on the controller. */
export type Content = Piece | Piece[] | LocalPath;

/* ---- Parameters ---- */

/** A parameter whose values are of type `T`. */
export interface Parameter<T> {
  /** May be left out; it is then null. */
  optional(): Parameter<T | null>;
  /** What it is where it is left out. */
  default(value: T): Parameter<T>;
  /** Is given by name only. */
  keyword(): Parameter<T>;
  /** Accepts a secret too. */
  secret(): Parameter<T | Secret>;
  /** Takes all positional arguments that are left (a list), or all named ones (a map). */
  rest(): Parameter<T>;
  /** What it means, in Markdown. */
  doc(doc: string): Parameter<T>;
}
/** Parameters by name, in order. */
export type Parameters = Record<string, Parameter<any>>;
/** The arguments of these parameters. */
export type Arguments<P extends Parameters> = {
  [name in keyof P]: P[name] extends Parameter<infer T> ? T : never;
};

export function string(doc?: string): Parameter<string>;
export function boolean(doc?: string): Parameter<boolean>;
/** A whole number; beyond 2^53, where numbers lose digits, it is an error. */
export function integer(doc?: string): Parameter<number>;
export function number(doc?: string): Parameter<number>;
/** Any value, as it was given. */
export function any(doc?: string): Parameter<Json>;
/** A path on the target. */
export function path(doc?: string): Parameter<RemotePath>;
/** A path on the controller. */
export function localPath(doc?: string): Parameter<LocalPath>;
/** Permission bits: 644, "0644" and "0o644" are the same. */
export function mode(doc?: string): Parameter<Mode>;
/** One of some values. */
export function choice<const T extends Json>(values: readonly T[], doc?: string): Parameter<T>;
export function list<T>(item: Parameter<T>, doc?: string): Parameter<T[]>;
export function map<T>(value: Parameter<T>, doc?: string): Parameter<Record<string, T>>;
/** One value, or a list of them; always a list here. */
export function oneOrMany<T>(item: Parameter<T>, doc?: string): Parameter<T[]>;

/* ---- Commands ---- */

/** A command for the target's shell. */
export interface Command {
  readonly text: unknown;
}
/** What can stand in a command line. */
export type Word = string | number | RemotePath | Mode | Command | Raw | readonly Word[];
/** Shell text as it is. */
export interface Raw {
  readonly text: string;
}
/** What a command is given besides its line; all of it may hold secrets. */
export interface Inputs {
  /** What it reads on its standard input. */
  stdin?: Content;
  /** Environment of this one process. */
  env?: Record<string, Piece | Piece[]>;
  /** Private files: their path stands in `$NAME`; they are removed afterwards. */
  files?: Record<string, Content>;
}
/** A command line: `` shell`chown ${owner} ${path}` ``. Each value is one argument, quoted; a list is several. */
export function shell(strings: TemplateStringsArray, ...values: Word[]): Command;
/** Shell text as it is, for what is known to be harmless. */
export function raw(text: string): Raw;
/** A command with these inputs besides those that it has. */
export function command(line: Command, inputs?: Inputs): Command;

/** Global arguments, by public name. */
export interface Globals {
  [name: `_${string}`]: unknown;
}

/* ---- Facts ---- */

/** A question about the target. */
export interface Request<T = any> {
  /** Asks for these parts only, as JSON pointers; the answer is an object from each to what it names. */
  select(...pointers: string[]): Request<Record<string, any>>;
  /** Asks with other global arguments than the operation's. */
  withGlobals(globals: Record<string, Json>): Request<T>;
}
/** A question for the host's own means. */
export interface Probe {
  readonly kind: string;
}
/** What a fact's command gave. */
export interface Output {
  /** The exit status; -1 when a signal ended it. */
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Standard output as text. */
  readonly text: string;
  /** The lines of standard output, without their ends. */
  readonly lines: string[];
}
/** A question for a fact of any pack: `fact("files.File", { path })`. */
export function fact(name: string, args?: Record<string, unknown>): Request;
/** What the host can find by itself, to `yield` from a fact: `stat`, `read`, `sum`, `list`, `which`. */
export function probe(
  kind: "stat" | "read" | "sum" | "list" | "which",
  args?: Record<string, unknown>,
): Probe;
/** Asks for a fact. */
export function get<T>(request: Request<T>): T;
/** Asks for several at once, in as few round trips as they need; the first error is thrown. */
export function getAll<T extends readonly Request[]>(
  requests: readonly [...T],
): { [position in keyof T]: T[position] extends Request<infer V> ? V : never };

/** What a fact's generator may yield, once: a command, a probe, another fact, or several. */
export type Origin = Command | Probe | Request | Request[];
/** How long a value holds: for the whole run, until operations change it, or it changes by itself. */
export type Stability = "immutable" | "state" | "volatile";

/** What a pack says of a fact. */
export interface FactDefinition<P extends Parameters, T> {
  /** What it tells, in Markdown; the first paragraph is the summary. */
  doc?: string;
  parameters?: P;
  example?: string | string[];
  stability?: Stability;
  /** Its value where the required program is missing. */
  default?: T;
  /** A program without which it has its default. */
  requires?: string;
  /** How many requests one command serves; see `together`. */
  batch?: number;
  /** Global arguments that its command is run with. */
  globals?: Record<string, Json>;
  /** Whether its value depends on who asks. */
  userDependent?: boolean;
  /** Whether an argument of it is run as a command. */
  takesCommand?: boolean;
  /** Yields where its value comes from, and returns the value read from what comes back. */
  source(args: Arguments<P>): Generator<Origin, T, any>;
  /** The same for several requests, with one command; returns their values in order. */
  together?(requests: Arguments<P>[]): Generator<Origin, T[], any>;
}
/** A fact of a pack: calling it gives a question. */
export type Fact<P extends Parameters, T> = (args?: {
  [name in keyof P]?: Arguments<P>[name] | (Arguments<P>[name] extends RemotePath ? string : never);
}) => Request<T>;
export function defineFact<T, P extends Parameters = {}>(definition: FactDefinition<P, T>): Fact<P, T>;

/* ---- Operations ---- */

/** One step of a plan. */
export interface Step {
  /** What a fact with exactly these arguments will answer; `at`: a part of it, as JSON pointer. */
  predict<T>(fact: Request<T>, value: unknown, options?: { at?: string }): Step;
  /** It will be known at execution only. */
  predictUnknown(fact: Request, options?: { at?: string }): Step;
  /** The same, for every request whose arguments contain these. */
  predictWhere<T>(fact: Request<T>, value: unknown, options?: { at?: string }): Step;
  predictUnknownWhere(fact: Request, options?: { at?: string }): Step;
  /** It changes more than it predicts, as installing a package does: what is planned behind it is marked as assumed. Not
   * needed where nothing is predicted. */
  changesMore(): Step;
  /** Global arguments for this step alone. */
  withGlobals(globals: Record<string, Json>): Step;
}
/** What an operation does on one target: nothing, until steps are added. */
export interface Plan {
  run(line: Command, inputs?: Inputs): Step;
  /** `mode`, `user`, `group`: those of the file it replaces by default. */
  upload(
    source: Content,
    dest: PathLike,
    options?: { mode?: number | Mode | null; user?: string | null; group?: string | null },
  ): Step;
  download(src: PathLike, dest: string | LocalPath, options?: { createFolder?: boolean }): Step;
  /** A folder, or with `/` at the end of `src` what is in it. Options that shape its copy: `"--exclude=*.pyc"`. */
  rsync(src: string | LocalPath, dest: PathLike, options?: { options?: string[] }): Step;
  /** A call of an acting component. */
  call(actor: string, payload?: unknown): Step;
  reboot(line: Command, times: { delayMs: number; intervalMs: number; timeoutMs: number }): Step;
  /** Another operation, which the host plans when its turn comes. */
  nested(operation: string, args?: Record<string, unknown>): Step;
  /** A remark, or why there is nothing to do. */
  note(note: string): void;
  /** A difference of text that a command will make. */
  diff(subject: PathLike, before: Piece | Piece[], after: Piece | Piece[]): void;
}
/** What a pack says of an operation. */
export interface OperationDefinition<P extends Parameters> {
  /** What it does, in Markdown; the first paragraph is the summary. */
  doc?: string;
  parameters?: P;
  example?: string | string[];
  /** Operations that it may nest. */
  uses?: string | string[];
  /** Planned again after it ran, there is nothing to do; the default. */
  idempotent?: boolean;
  /** Only for use by other operations. */
  hidden?: boolean;
  /** The operation that this is another name of. */
  aliasOf?: string;
  /** Writes the plan. */
  plan(plan: Plan, args: Arguments<P>): void;
}
/** An operation of a pack. */
export interface Operation {
  readonly doc: string;
}
export function defineOperation<P extends Parameters = {}>(definition: OperationDefinition<P>): Operation;

/** What the component exports: `export const { operations, factSource } = definePack({…})`. */
export function definePack(pack: {
  namespace: string;
  operations?: Record<string, Operation>;
  facts?: Record<string, Fact<any, any>>;
}): { operations: unknown; factSource: unknown };

/* ---- Surroundings ---- */

/** What stands at a path on the controller. */
export interface Entry {
  kind: "file" | "dir" | "link" | "other";
  mode: number;
  size: number;
  target: string | null;
}
/** The host, the inventory and the operation's global arguments. Only what is asked is remembered with its plan. */
export const context: {
  /** What a JSON pointer names in `{name, groups, data}`. */
  host(pointer?: string): any;
  /** What a JSON pointer names in `{groups: {NAME: [host…]}, hosts: {NAME: {groups, data}}}`. */
  inventory(pointer?: string): any;
  /** A global argument by public name (`_sudo_user`). */
  globalArgument(name: string): any;
  /** The start of the run, for the names of backups. */
  timestamp(): string;
  /** A path on the target for a temporary file that nobody else can read or write. */
  tempPath(key: string): string;
};
/** Files on the controller: those this call's arguments name, the pack's assets (`pack:PATH`), granted folders. */
export const localFiles: {
  stat(path: string | LocalPath): Entry | null;
  /** Access and modification time, in microseconds since 1970-01-01 UTC. */
  times(path: string | LocalPath): [number, number];
  digest(path: string | LocalPath, algorithm?: "md5" | "sha1" | "sha256" | "sha384"): string;
  walk(path: string | LocalPath): [string, Entry][];
  read(path: string | LocalPath): Uint8Array;
  /** As text; bytes that are no UTF-8 are replaced. */
  readText(path: string | LocalPath): string;
};
/** Questions about secrets. */
export const secrets: {
  matches(content: Piece | Piece[], digest: string, algorithm?: string): boolean;
  isEmpty(secret: Secret): boolean;
};
/** Remarks for whoever runs the deploy. */
export const log: {
  debug(message: unknown): void;
  info(message: unknown): void;
  warning(message: unknown): void;
};
