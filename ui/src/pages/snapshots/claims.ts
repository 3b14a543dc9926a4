/** What a file says that it is a snapshot of.  Nothing of that is checked before the server reads all of it. */
export interface Claims {
  created: Date;
  rows: number;
  cluster: string;
  clusterId: string;
}

const READ_BYTES = 64 * 1024;
const BLOCK_BYTES = 512;
const NAME = "meta.json";
/** Where the header of a file in a tar archive has its size, in octal digits. */
const SIZE_AT = 124;
const SIZE_DIGITS = 11;

/** What a chosen file says of itself, from its first bytes; null for what is no snapshot of this kind of server. */
export async function claimsOf(file: Blob): Promise<Claims | null> {
  const begin = await unpacked(file.slice(0, READ_BYTES));
  const text = new TextDecoder().decode(begin);
  if (!text.startsWith(`${NAME}\0`)) return null;
  const size = Number.parseInt(text.slice(SIZE_AT, SIZE_AT + SIZE_DIGITS), 8);
  try {
    return claimed(JSON.parse(new TextDecoder().decode(begin.slice(BLOCK_BYTES, BLOCK_BYTES + size))));
  } catch {
    return null;
  }
}

/** The beginning of what was compressed, as far as it goes. */
async function unpacked(packed: Blob): Promise<Uint8Array> {
  const reader = packed.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts: Uint8Array[] = [];
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
  } catch {
    // It was cut off here, or is nothing that was compressed.
  }
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function claimed(meta: unknown): Claims | null {
  const own = isRecord(meta) ? meta["Strongroom"] : null;
  if (!isRecord(own)) return null;
  const { created_at: at, rows, cluster_name: cluster, cluster_id: clusterId } = own;
  if (typeof at !== "number" || typeof rows !== "number" || typeof cluster !== "string" || typeof clusterId !== "string") return null;
  return { created: new Date(at * 1000), rows, cluster, clusterId };
}
