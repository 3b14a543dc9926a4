/** What a request that didn't succeed means to a page. */
export type Kind =
  | "denied" // 403: no policy allows it, or the token has ended
  | "missing" // 404
  | "invalid" // 400, 405, 412, 413: what was sent is at fault
  | "limited" // 429 of a quota
  | "sealed" // 503 of a sealed node
  | "closed" // 503 of a sealed namespace
  | "uninitialised"
  | "unavailable" // 500, 502, 503: the server, its store or another system
  | "foreign" // an answer that isn't the server's, such as the login page of a proxy
  | "unreachable" // no answer at all
  | "left" // an answer for pages of another namespace, or of another user
  | "page"; // the page itself is at fault

/** What may pass by itself. */
const PASSES: ReadonlySet<Kind> = new Set<Kind>(["limited", "sealed", "closed", "unavailable", "foreign", "unreachable"]);

/** An answer that isn't a success, or the lack of any answer. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly kind: Kind,
    /** Of HTTP; 0 without an answer. */
    readonly status: number,
    /** The server's own words, in its order. */
    readonly errors: readonly string[],
    readonly method: string,
    readonly path: string,
    /** After how many seconds it's worth a try; 0 if nobody knows. */
    readonly retryAfter = 0,
    /** The document that came with it, if one came: of a deleted version that is its metadata. */
    readonly document: unknown = undefined,
    /** By which an administrator finds out why it was denied; empty if the server told none. */
    readonly requestId = "",
  ) {
    super(errors.join("; ") || `${method} ${path}: ${status || "no answer"}`);
  }
}

/** The kind of an answer by its status and texts. */
export function kindOf(status: number, errors: readonly string[]): Kind {
  switch (status) {
    case 403:
      return "denied";
    case 404:
      return "missing";
    case 429:
      return "limited";
    case 501:
      return "uninitialised";
    case 503:
      if (errors.some((text) => /namespace is sealed/i.test(text))) return "closed";
      return errors.some((text) => /sealed/i.test(text)) ? "sealed" : "unavailable";
    default:
      return status >= 500 ? "unavailable" : "invalid";
  }
}

/** Whether a question that failed is worth asking again, though nobody has changed anything (pure). */
export function passes(error: unknown): error is ApiError {
  return error instanceof ApiError && PASSES.has(error.kind);
}

const LEAST_WAIT_MS = 3_000;
const MOST_WAIT_MS = 30_000;

/** After how many milliseconds a question that failed is asked again; the more often it failed, the later (pure). */
export function waitOf(error: ApiError, failures: number): number {
  return Math.max(error.retryAfter * 1000, Math.min(MOST_WAIT_MS, LEAST_WAIT_MS * Math.max(1, failures)));
}

/** The same error as a value that is shown, whatever was thrown. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError("page", 0, [text], "", "");
}
