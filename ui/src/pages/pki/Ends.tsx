import { serverNow } from "../../api/clock";
import { distance, told, utc } from "../../components/time";
import { t } from "../../texts";
import { stateOf } from "./chain";
import "./Ends.css";

const LOOKS = { future: "badge-warn", valid: "", soon: "badge-warn", expired: "badge-danger" } as const;

/** When a certificate ends: the day, how far that is, and in words if there is something to do. */
export function Ends({ certificate }: { certificate: { notBefore: Date; notAfter: Date } }) {
  const now = serverNow();
  const state = stateOf(certificate, now);
  return (
    <span className="row ends">
      <time dateTime={certificate.notAfter.toISOString()} title={`${told(certificate.notAfter)} (${utc(certificate.notAfter)})`}>
        {certificate.notAfter.toLocaleDateString()}
      </time>
      <span className="description">{distance(certificate.notAfter, now)}</span>
      {state !== "valid" && <span className={`badge ${LOOKS[state]}`}>{t(`pki.state_${state}`)}</span>}
    </span>
  );
}
