/** Granted web addresses. */

/** An answer. A status of an error is an answer. */
export interface Answer {
  status: number;
  /** Names in lower case; several of one name are joined by commas. */
  headers: Record<string, string>;
  body: Uint8Array;
  /** The body as text. */
  text: string;
  /** The body as JSON, of an answer that went well: a status that is not 2xx is an error with the body's beginning. */
  json(): any;
}
/** Sends a request, and waits for the answer. */
export function fetch(
  url: string,
  options?: { method?: string; headers?: Record<string, string>; body?: Uint8Array; timeoutMs?: number },
): Answer;
