import type { Json } from "../../api/client";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";

/** A text that was made and that is no secret: to copy and to store elsewhere. */
export function Made({ title, text, version }: { title: string; text: string; version?: Json | undefined }) {
  return (
    <section className="stack">
      <div className="row">
        <h3>{title}</h3>
        {typeof version === "number" && <span className="badge">{t("transit.of_version", { n: version })}</span>}
        <CopyButton text={text} label={t("transit.copy", { name: title })} />
      </div>
      <pre className="made" tabIndex={0} aria-label={title}>
        {text}
      </pre>
    </section>
  );
}
