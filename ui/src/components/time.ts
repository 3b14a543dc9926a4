import { t } from "../texts";

const UNITS = [
  ["days", 86_400],
  ["hours", 3_600],
  ["minutes", 60],
] as const;

/** A number of seconds in words, by its largest unit; one unit below two is given in the next smaller. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  for (const [unit, size] of UNITS) if (whole >= 2 * size || whole === size) return t(`common.${unit}`, { n: Math.floor(whole / size) });
  return t("common.seconds", { n: whole });
}

/** How far a moment is from now, in words. */
export function distance(moment: Date, now: Date): string {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  return seconds >= 0 ? t("common.in", { time: duration(seconds) }) : t("common.ago", { time: duration(-seconds) });
}

/** A moment of the API; null for none, which it writes as an empty text or as the year 1. */
export function moment(text: string | null | undefined): Date | null {
  if (!text || text.startsWith("0001-")) return null;
  const found = new Date(text);
  return Number.isNaN(found.getTime()) ? null : found;
}

/** The same of what may be a moment already. */
export const momentOf = (at: string | Date | null | undefined): Date | null => (at instanceof Date ? at : moment(at));

const DAY = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" } as const;

/** A moment in the browser's time, with the name of its zone; undefined for none. */
export const told = (at: string | Date | null | undefined): string | undefined => momentOf(at)?.toLocaleString(undefined, { ...DAY, ...TIME });

/** A time of a day in the browser's zone, with its name. */
export const toldTime = (at: Date): string => at.toLocaleTimeString(undefined, TIME);

/** A moment as the server's logs and its API have it. */
export const utc = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, "Z");
