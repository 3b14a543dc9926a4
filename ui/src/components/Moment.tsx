import type { ReactElement } from "react";
import { serverNow } from "../api/clock";
import { distance, momentOf, told, utc } from "./time";

type At = string | Date | null | undefined;

/** A moment, with the name of the browser's time zone; its tooltip has it as it stands in logs. Nothing where there is none. */
export function exact(at: At): ReactElement | undefined {
  const found = momentOf(at);
  if (!found) return undefined;
  return (
    <time dateTime={found.toISOString()} title={utc(found)}>
      {told(found)}
    </time>
  );
}

/** How far a moment is from now; its tooltip has the moment itself, and as it stands in logs. */
export function Distance({ to, className }: { to: Date; className?: string }) {
  return (
    <time dateTime={to.toISOString()} title={`${told(to)} (${utc(to)})`} className={className}>
      {distance(to, serverNow())}
    </time>
  );
}
