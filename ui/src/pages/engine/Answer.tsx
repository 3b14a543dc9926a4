import { useState } from "react";
import type { Envelope, Fields, Json } from "../../api/client";
import { Lease } from "../../components/Lease";
import { Once } from "../../components/Once";
import { CopyButton, Secret } from "../../components/Secret";
import { moment, told } from "../../components/time";
import { durationText } from "../../forms/fields";
import { t } from "../../texts";
import { holdsSecret, isSecret } from "./secrets";

interface Props {
  title: string;
  fields: Fields;
  /** An answer that is no document. */
  text?: string;
  lease?: Envelope<unknown> | undefined;
  /** What the server says beside it. */
  warnings?: readonly string[] | null | undefined;
  /** Fields that forms mask, too. */
  masked?: readonly string[];
  /** Whether the server makes another one when it is asked again. */
  isNew?: boolean;
}

const TIME = /(^|_)(ttl|period|lease_duration|max_age|cooldown|duration)$/;

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** What the server has answered; values that may be secret are shown when they are asked for. */
export function Answer({ title, fields, text = "", lease, warnings, masked = [], isNew = false }: Props) {
  const [at] = useState(() => new Date());
  const [isRevoked, setIsRevoked] = useState(false);
  const names = Object.keys(fields);
  if (isRevoked) return <p className="notice">{t("lease.revoked")}</p>;
  return (
    <section className="card stack">
      <div className="row">
        <h2>{title}</h2>
        {names.length > 0 && <CopyButton text={() => JSON.stringify(fields, null, 2)} label={t("kv.copy_json")} />}
      </div>
      <Warnings texts={warnings} />
      {isNew && names.some((name) => hides(name, fields[name], masked)) && <Once>{t("kv.received_once")}</Once>}
      {text && <Secret value={text} name={title} />}
      {names.length > 0 && <Facts fields={fields} masked={masked} />}
      {lease?.lease_id && <Lease lease={lease} at={at} onRevoked={() => setIsRevoked(true)} />}
      {names.length === 0 && !text && <p>{t("engine.done")}</p>}
    </section>
  );
}

/** What the server warns of. */
export function Warnings({ texts }: { texts: readonly string[] | null | undefined }) {
  return texts?.map((text) => (
    <p key={text} role="status" className="notice notice-warn">
      {text}
    </p>
  ));
}

/** Fields of an answer with their values. */
export function Facts({ fields, masked = [] }: { fields: Fields; masked?: readonly string[] }) {
  return (
    <dl className="facts">
      {Object.keys(fields).map((name) => (
        <div key={name} className="fact">
          <dt className="code">{name}</dt>
          <dd>
            <Value name={name} value={fields[name]} isMasked={hides(name, fields[name], masked)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether a field is shown only when it is asked for (pure). */
function hides(name: string, value: Json | undefined, masked: readonly string[]): boolean {
  return value !== "" && value !== null && (masked.includes(name) || isSecret(name, value) || holdsSecret(value));
}

function Value({ name, value, isMasked }: { name: string; value: Json | undefined; isMasked: boolean }) {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null, null, 1);
  if (text === "" || ["null", "[]", "{}"].includes(text)) return <span className="description">{t("common.none")}</span>;
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (typeof value === "number") return TIME.test(name) && value > 0 ? durationText(value) : value;
  if (isMasked) return <Secret value={text} name={name} />;
  const at = typeof value === "string" && MOMENT.test(value) ? moment(value) : null;
  if (at) return <time dateTime={text} title={text}>{told(at)}</time>;
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.every((each) => each.length < 100 && !each.includes("\n")) ? value.join(", ") : <pre>{value.join("\n")}</pre>;
  return typeof value === "object" || text.includes("\n") ? <pre>{text}</pre> : text;
}
