/** What the browser's clock may differ from the server's without being taken for wrong: answers take their time. */
const TOLERATED_MS = 10_000;

let ahead = 0;

/** Learns the server's time from the header of an answer. */
export function noteTime(header: string | null): void {
  const told = Date.parse(header ?? "");
  if (Number.isNaN(told)) return;
  const differs = told - Date.now();
  ahead = Math.abs(differs) > TOLERATED_MS ? differs : 0;
}

/** The server's present time: what it says of moments is shown by its clock, however wrong the browser's is. */
export function serverNow(): Date {
  return new Date(Date.now() + ahead);
}
