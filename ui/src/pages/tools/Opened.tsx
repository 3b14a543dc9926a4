import type { Fields } from "../../api/client";
import { CopyButton, Secret } from "../../components/Secret";
import { t } from "../../texts";
import { shown } from "../kv/values";

/** Fields that were in a wrapping token.  All of them count as secret. */
export function Opened({ fields }: { fields: Fields }) {
  const names = Object.keys(fields);
  if (names.length === 0) return <p>{t("tools.inside_nothing")}</p>;
  return (
    <div className="stack">
      <dl className="facts">
        {names.map((name) => (
          <div key={name} className="fact">
            <dt className="code">{name}</dt>
            <dd>
              <Secret value={shown(fields[name])} name={name} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="row">
        {t("kv.copy_json")}
        <CopyButton text={() => JSON.stringify(fields, null, 2)} label={t("kv.copy_json")} />
      </p>
    </div>
  );
}
