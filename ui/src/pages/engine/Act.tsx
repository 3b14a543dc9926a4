import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, type Method, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { bodyOf, type Operation, queryOf } from "../../api/openapi";
import { Confirm } from "../../components/Dialog";
import { Prose } from "../../components/Prose";
import { fieldsOf } from "../../forms/fields";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Answer } from "./Answer";
import type { Engine } from "./engine";
import { needsAt, type Place } from "./shape";

interface Props {
  engine: Engine;
  place: Place;
  path: string;
  method: Exclude<Method, "PUT">;
  operation: Operation;
  /** Whether it says itself what it does; otherwise the page has said so. */
  isTitled?: boolean;
}

const CAPABILITIES = { GET: "read", POST: "update", PATCH: "patch", DELETE: "delete" } as const;

/** What destroys or can't be taken back asks first. */
const GRAVE = /(^|\/)(rotate-root|rotate|trim|destroy|tidy|revoke[^/]*|delete[^/]*|root\/replace)(\/|$)/;

type Answered = Envelope<Fields> | string | undefined;

/** One operation, done when it is asked for; not there for who may not do it. */
export function Act({ engine, place, path, method, operation, isTitled = false }: Props) {
  const needs = needsAt(place, CAPABILITIES[method], path);
  const [asked, setAsked] = useState<Fields | null>(null);
  const schema = method === "GET" || method === "DELETE" ? queryOf(operation) : bodyOf(engine.document, operation);
  const act = useChange(
    (body: Fields) => send<Answered>(method, path, method === "GET" || method === "DELETE" ? { query: asQuery(body) } : { data: body }),
    () => setAsked(null),
  );
  const isGrave = method === "DELETE" || (method === "POST" && GRAVE.test(place.below));
  if (!useMay(...needs)) return null;
  const { data } = act;
  const document = typeof data === "object" ? data : undefined;
  const button = t(`engine.do_${method}`);
  return (
    <>
      <section className="card stack">
        {operation.summary && (isTitled || operation.summary !== place.item.description) && (
          <h2>
            <Prose text={operation.summary} />
          </h2>
        )}
        <SchemaForm
          schema={schema}
          leftOut={place.variables}
          submit={button}
          look={isGrave ? "danger" : "primary"}
          needs={needs}
          onSubmit={(body) => (isGrave ? setAsked(body) : act.mutate(body))}
          isPending={act.isPending}
          error={asked ? null : act.error}
        />
      </section>
      {asked && (
        <Confirm title={t("engine.sure_title", { name: path })} isOpen onClose={() => setAsked(null)} action={button} onConfirm={() => act.mutate(asked)} isPending={act.isPending} error={act.error}>
          <p>{operation.summary}</p>
        </Confirm>
      )}
      {act.isSuccess && (
        <Answer
          key={act.submittedAt}
          title={t("engine.answer")}
          fields={document?.data ?? {}}
          text={typeof data === "string" ? data : ""}
          lease={document}
          warnings={document?.warnings}
          isNew={method === "POST"}
          masked={fieldsOf(schema).filter(({ sensitive }) => sensitive).map(({ name }) => name)}
        />
      )}
    </>
  );
}

function asQuery(body: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]));
}
