/** A day of a month, with what ends on it. */
export interface Day<C> {
  date: Date;
  ending: C[];
}

const MONTH = /^(\d{4})-(\d{2})$/;

/** The first day of a month that is written as `2026-12`; that of the month of another day for any other text (pure). */
export function monthOf(text: string, now: Date): Date {
  const match = MONTH.exec(text);
  const month = match ? Number(match[2]) : 0;
  return match && month >= 1 && month <= 12 ? new Date(Number(match[1]), month - 1, 1) : new Date(now.getFullYear(), now.getMonth(), 1);
}

/** A month as it stands in an address (pure). */
export function monthText(date: Date): string {
  return `${String(date.getFullYear()).padStart(4, "0")}-${String(date.getMonth() + 1).padStart(2, "0")}`;
}

/** The month some months later, or earlier (pure). */
export function monthsLater(month: Date, count: number): Date {
  return new Date(month.getFullYear(), month.getMonth() + count, 1);
}

/** The weeks of a month, from Monday; null for days of other months (pure). */
export function weeksOf<C extends { notAfter: Date }>(month: Date, certificates: readonly C[]): (Day<C> | null)[][] {
  const count = new Date(month.getFullYear(), month.getMonth() + 1, 0).getDate();
  const days = Array.from({ length: count }, (_, at): Day<C> => ({ date: new Date(month.getFullYear(), month.getMonth(), at + 1), ending: [] }));
  for (const each of certificates) {
    const { notAfter } = each;
    if (notAfter.getFullYear() === month.getFullYear() && notAfter.getMonth() === month.getMonth()) days[notAfter.getDate() - 1]?.ending.push(each);
  }
  const cells: (Day<C> | null)[] = [...Array.from({ length: (month.getDay() + 6) % 7 }, () => null), ...days];
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, at) => cells.slice(7 * at, 7 * at + 7));
}
