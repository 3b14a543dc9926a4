import type { Envelope, Fields, Json } from "../../api/client";
import { CopyButton, Secret } from "../../components/Secret";
import { duration } from "../../components/time";
import { t } from "../../texts";

interface Props {
  title: string;
  fields: Fields;
  /** An answer that is no document. */
  text?: string;
  lease?: Envelope<unknown> | undefined;
}

const SECRET = /password|secret|private|token|key$|_key|passphrase|credential/i;
const HARMLESS = /^(public_key|key_type|key_bits|key_id|token_(type|ttl|max_ttl|period|policies|bound_cidrs|num_uses|no_default_policy|explicit_max_ttl)|allowed_user_key_lengths|password_policy)$/;

/** What the server has answered; values that may be secret are shown when they are asked for. */
export function Answer({ title, fields, text = "", lease }: Props) {
  const names = Object.keys(fields);
  return (
    <section className="card stack">
      <div className="row">
        <h2>{title}</h2>
        {names.length > 0 && <CopyButton text={() => JSON.stringify(fields, null, 2)} label={t("kv.copy_json")} />}
      </div>
      {text && <Secret value={text} name={title} />}
      {names.length > 0 && (
        <dl className="facts">
          {names.map((name) => (
            <div key={name} className="fact">
              <dt className="code">{name}</dt>
              <dd>
                <Value name={name} value={fields[name]} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {lease?.lease_id && <p className="description">{t("engine.lease", { id: lease.lease_id, time: duration(lease.lease_duration) })}</p>}
      {names.length === 0 && !text && <p>{t("engine.done")}</p>}
    </section>
  );
}

function Value({ name, value }: { name: string; value: Json | undefined }) {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null, null, 1);
  if (text === "" || text === "null") return <span className="description">{t("common.none")}</span>;
  if (typeof value !== "boolean" && typeof value !== "number" && SECRET.test(name) && !HARMLESS.test(name)) return <Secret value={text} name={name} />;
  return typeof value === "object" || text.includes("\n") ? <pre>{text}</pre> : text;
}
