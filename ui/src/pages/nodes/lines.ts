export const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

/** A line of the server's log. */
export interface Line {
  id: number;
  level: string;
  logger: string;
  time: string;
  message: string;
  /** `name=value` of everything else. */
  more: string;
}

/** The most lines that are kept. */
export const MOST_LINES = 2_000;

/** Parts what has come so far into whole lines and the beginning of the next one (pure). */
export function parted(text: string): { lines: string[]; rest: string } {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  return { lines: lines.filter((line) => line.trim() !== ""), rest };
}

/** A line of `sys/monitor?log_format=json` (pure); what is none is shown as it is. */
export function lineOf(id: number, text: string): Line {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = null;
  }
  if (typeof found !== "object" || found === null) return { id, level: "", logger: "", time: "", message: text, more: "" };
  const { "@level": level, "@module": logger, "@timestamp": time, "@message": message, ...rest } = found as Record<string, unknown>;
  const more = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return { id, level: String(level ?? ""), logger: String(logger ?? ""), time: String(time ?? ""), message: String(message ?? ""), more: more.join(" ") };
}

/** The newest lines of both (pure). */
export function kept(before: readonly Line[], more: readonly Line[]): Line[] {
  return [...before, ...more].slice(-MOST_LINES);
}

/** A line as text, for files and filters (pure). */
export function written({ time, level, logger, message, more }: Line): string {
  return [time, level && `[${level.toUpperCase()}]`, logger && `${logger}:`, message, more].filter(Boolean).join(" ");
}
