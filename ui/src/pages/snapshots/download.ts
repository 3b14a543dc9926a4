import { answer } from "../../api/client";
import { ApiError } from "../../api/errors";
import { SNAPSHOT } from "./snapshot";

/** A snapshot as it came, with the name that the server gives it. */
export interface Taken {
  name: string;
  content: Blob;
}

/**
 * Takes a snapshot and reads it to its end.
 *
 * @param read told how many bytes have come.
 * @throws ApiError; also if it breaks off: half a snapshot is never handed out.
 */
export async function taken(read: (bytes: number) => void, signal: AbortSignal): Promise<Taken> {
  const response = await answer("GET", SNAPSHOT, { signal });
  const reader = response.body?.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let count = 0;
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      count += value.length;
      read(count);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError("unreachable", 0, [], "GET", SNAPSHOT);
  }
  return { name: nameIn(response.headers.get("content-disposition")), content: new Blob(parts, { type: "application/gzip" }) };
}

/** The name of a file in a header (pure). */
export function nameIn(header: string | null): string {
  return /filename="([\w.-]+)"/.exec(header ?? "")?.[1] ?? "strongroom.snap";
}
