import { TextArea } from "../../components/Field";
import { t } from "../../texts";
import { RequestFacts } from "./CertificateFacts";
import { requestIn } from "./x509";

/** Takes a certificate signing request in PEM, and tells what it asks for.
 *
 * `tried`: whether it was to be sent already, so that one that is missing is told.
 */
export function RequestField({ value, onChange, tried, description }: { value: string; onChange: (csr: string) => void; tried: boolean; description?: string }) {
  const request = requestIn(value);
  const isEmpty = value.trim() === "";
  return (
    <>
      <TextArea
        label={t("pki.request")}
        description={description}
        value={value}
        onChange={onChange}
        placeholder="-----BEGIN CERTIFICATE REQUEST-----"
        rows={6}
        error={isEmpty ? (tried ? t("common.required") : null) : request ? null : t("pki.no_request")}
        isRequired
        code
      />
      {request && <RequestFacts request={request} />}
    </>
  );
}
