import type { Envelope, Fields } from "../../api/client";
import { Secret } from "../../components/Secret";
import { t } from "../../texts";
import { Answer } from "../engine/Answer";
import { fieldsInside } from "../tools/inside";

interface Props {
  answer: Envelope<Fields | null> | string | undefined;
  path: string;
}

/** Documents without an envelope, such as the seal's state, are their own data. */
function fieldsOf(answer: Envelope<Fields | null>): Fields {
  if (!("request_id" in answer)) return Object.fromEntries(Object.entries(answer as object));
  if (answer.wrap_info) return { ...answer.wrap_info };
  return answer.auth ? fieldsInside(answer) : (answer.data ?? {});
}

/** What the server has answered. */
export function Response({ answer, path }: Props) {
  if (answer === undefined) return <p role="status" className="notice notice-good">{t("explorer.no_content", { path })}</p>;
  if (typeof answer === "string") return <Answer title={t("engine.answer")} fields={{}} text={answer} />;
  return (
    <section className="stack" aria-live="polite">
      {answer.warnings?.map((text) => (
        <p key={text} className="notice notice-warn">
          {text}
        </p>
      ))}
      <Answer title={t("engine.answer")} fields={fieldsOf(answer)} lease={answer} />
      <details className="card">
        <summary>{t("explorer.whole")}</summary>
        <Secret value={JSON.stringify(answer, null, 2)} name={t("explorer.whole")} />
      </details>
    </section>
  );
}
