import { serverNow } from "../api/clock";
import { t } from "../texts";
import { distance, moment, told, utc } from "./time";

/** A moment of the API, and how far it is from now; `never` where there is none. */
export function When({ at, never = t("common.none") }: { at: string | null | undefined; never?: string }) {
  const found = moment(at);
  if (!found) return never;
  return (
    <time dateTime={found.toISOString()} title={utc(found)}>
      {told(found)} ({distance(found, serverNow())})
    </time>
  );
}
