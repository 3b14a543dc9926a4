import { t } from "../texts";
import { distance, moment } from "./time";

/** A moment of the API: how far it is from now, and exactly where a pointer rests. */
export function When({ at, never = t("common.none") }: { at: string | null | undefined; never?: string }) {
  const found = moment(at);
  if (!found) return never;
  return (
    <time dateTime={found.toISOString()} title={found.toISOString()}>
      {distance(found, new Date())}
    </time>
  );
}
