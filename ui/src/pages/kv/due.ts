/** When a secret is due, and by which of its custom metadata. */
export interface Due {
  at: Date;
  reason: "expires_at" | "rotate_after";
}

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };
const DAY_S = 86_400;

/** When a secret is due, as the server reckons it: the first of its times (pure).  `written` is its newest version's time. */
export function dueOf(custom: Record<string, string>, written: Date | null): Due | null {
  const expires = momentOf(custom["expires_at"] ?? "");
  const rotate = rotationOf(custom["rotate_after"] ?? "", written);
  if (expires && (!rotate || expires <= rotate)) return { at: expires, reason: "expires_at" };
  return rotate && { at: rotate, reason: "rotate_after" };
}

function rotationOf(text: string, written: Date | null): Date | null {
  const at = momentOf(text);
  if (at || !written) return at;
  const span = spanOf(text);
  return span > 0 ? new Date(written.getTime() + span * 1000) : null;
}

/** A span of the API in seconds: seconds, whole days, or such as `1h30m`; 0 for none. */
function spanOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^\d+d$/.test(text)) return Number(text.slice(0, -1)) * DAY_S;
  if (!/^(\d+(\.\d+)?(ms|[smh]))+$/.test(text)) return 0;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smh])/g)].reduce((sum, [, number, unit = ""]) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
}

/** A date, or a date and a time; without a zone it is UTC. */
function momentOf(text: string): Date | null {
  if (!/^\d{4}-/.test(text)) return null;
  const hasZone = /(?:[zZ]|[+-]\d{2}:?\d{2})$/.test(text.slice("2026-01-01".length));
  const at = new Date(hasZone || text.length <= "2026-01-01".length ? text : `${text}Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}
