const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes by the unit that leaves few digits (pure). */
export function bytes(value: number): string {
  let unit = 0;
  let left = value;
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${digits(left)} ${UNITS[unit]}`;
}

/** A number with as many digits as tell something (pure). */
export function digits(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-GB");
  return Number(value.toPrecision(3)).toString();
}

/** A number of milliseconds (pure). */
export function milliseconds(value: number): string {
  return value >= 1_000 ? `${digits(value / 1_000)} s` : `${digits(value)} ms`;
}

/** A part of one, as a percentage (pure). */
export function percent(value: number): string {
  return `${digits(value * 100)} %`;
}
