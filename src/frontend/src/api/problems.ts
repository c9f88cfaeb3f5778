// The one error every call to our server throws: RFC 9457 problem details, or the lack of any answer.

export interface ProblemDocument {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  ref?: string;
  retryable?: boolean;
  errors?: { pointer: string; detail: string }[];
  [extension: string]: unknown;
}

/** No answer came: the server or the way to it is down. */
export const UNREACHABLE = "network.unreachable";
/** No answer came in time; whether the request was done is unknown. */
export const TIMED_OUT = "network.timed_out";

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** The reference a person can give to the help desk; empty when the server never answered. */
  readonly ref: string;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
  readonly document: ProblemDocument;

  constructor(status: number, document: ProblemDocument, retryAfterSeconds: number | null = null) {
    const code = document.code ?? `http.${status}`;
    super(`${code}: ${document.detail ?? document.title ?? ""}`);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.title = document.title ?? "Something went wrong on our side";
    this.detail = document.detail ?? "";
    this.ref = document.ref ?? "";
    this.retryable = document.retryable ?? (status === 0 || status >= 500);
    this.retryAfterSeconds = retryAfterSeconds;
    this.document = document;
  }

  /** Whether it is open what the server did with the request. */
  get unanswered(): boolean {
    return this.status === 0;
  }
}

/** Reads a failed answer; a body that is no problem document (a proxy's page) leaves only the status. */
export async function problemFrom(response: Response): Promise<Problem> {
  let document: ProblemDocument = {};
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null) document = body as ProblemDocument;
  } catch {
    // Not JSON: a proxy answered for our server.
  }
  return new Problem(response.status, document, retryAfter(response.headers.get("Retry-After")));
}

/** Seconds of a Retry-After header (RFC 9110 §10.2.3), given as a number or as a date; null when absent or unreadable. */
export function retryAfter(header: string | null, now: number = Date.now()): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, { code: "page.bug", title: "Something went wrong on this page", detail: String(error) });
}
