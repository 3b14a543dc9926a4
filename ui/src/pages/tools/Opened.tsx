import type { Fields } from "../../api/client";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";
import { SecretFields } from "../kv/SecretFields";

/** Fields that were in a wrapping token.  All of them count as secret. */
export function Opened({ fields }: { fields: Fields }) {
  if (Object.keys(fields).length === 0) return <p>{t("tools.inside_nothing")}</p>;
  return (
    <div className="stack">
      <SecretFields fields={fields} />
      <p className="row">
        {t("kv.copy_json")}
        <CopyButton text={() => JSON.stringify(fields, null, 2)} label={t("kv.copy_json")} />
      </p>
    </div>
  );
}
