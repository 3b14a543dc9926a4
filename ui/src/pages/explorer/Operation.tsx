import { useState } from "react";
import { type Need, useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { valueAt } from "../../api/value_at";
import { useChange, useSession } from "../../api/hooks";
import { useDescription } from "../../api/openapi";
import { isRelative } from "../../api/paths";
import { useParam } from "../../app/location";
import { Confirm } from "../../components/Dialog";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { fieldsOf } from "../../forms/fields";
import { t } from "../../texts";
import { Copies } from "./Copies";
import { Form } from "./Form";
import { capabilitiesOf, type Described, operationsIn, type Request, requestOf } from "./operations";
import { Response } from "./Response";
import { VerbBadge } from "./VerbBadge";
import "./Explorer.css";

const crumbs = [{ text: t("explorer.title"), to: "/explorer" }];

/** One operation of the API: its form, its answer, and the same for programs. */
export default function OperationPage() {
  const document = useDescription();
  const verb = useParam("method");
  const path = useParam("path");
  const isList = useParam("list") === "true";
  return (
    <Loaded of={document}>
      {(description) => {
        const operation = operationsIn(description).find((each) => each.verb === verb && each.path === path && each.isList === isList);
        if (!operation)
          return (
            <>
              <PageHead title={path} crumbs={crumbs} />
              <Empty title={t("engine.no_path")} />
            </>
          );
        return <Explored key={`${verb} ${path} ${isList}`} operation={operation} />;
      }}
    </Loaded>
  );
}

type Answer = Envelope<Fields | null> | string | undefined;

/** The need of a request, by the capability that the user has. */
function useNeed(request: Request): Need {
  const [first, second] = capabilitiesOf(request);
  const usual: Need = `${first ?? "read"} ${request.path}`;
  const other: Need = `${second ?? first ?? "read"} ${request.path}`;
  const isUsual = useMay(usual);
  const isOther = useMay(other);
  return isUsual === false && isOther ? other : usual;
}

function Explored({ operation }: { operation: Described }) {
  const { namespace } = useSession();
  const [variables, setVariables] = useState<Record<string, string>>({});
  const [typed, setTyped] = useState<Fields | null>({});
  const [asked, setAsked] = useState<Request | null>(null);
  const request = requestOf(operation, variables, typed ?? {});
  const need = useNeed(request);
  const may = useMay(need);
  const act = useChange(
    (wanted: Request) => send<Answer>(wanted.method, wanted.path, { ...(wanted.body ? { data: wanted.body } : { query: wanted.query }), exact: true }),
    () => {
      setAsked(null);
      // The form forgets its secrets then, too.
      setTyped((fields) => fields && Object.fromEntries(Object.entries(fields).filter(([name]) => !secret.has(name))));
    },
  );
  const secret = new Set(fieldsOf(operation.body).filter(({ sensitive }) => sensitive).map(({ name }) => name));
  const ends = operation.verb === "delete" || (operation.needsSudo && operation.verb !== "get");
  const submit = (fields: Fields) => {
    const wanted = requestOf(operation, variables, fields);
    if (ends) setAsked(wanted);
    else act.mutate(wanted);
  };
  const isComplete = operation.variables.every((name) => valueAt(variables, name));
  return (
    <>
      <PageHead title={operation.path} crumbs={crumbs} intro={<Prose text={operation.summary} />}>
        <VerbBadge verb={operation.isList ? "list" : operation.verb} />
        {operation.needsSudo && <span className="badge badge-warn">sudo</span>}
        {operation.isOpen && <span className="badge">{t("explorer.open")}</span>}
      </PageHead>
      {isComplete && may === false && <p className="notice notice-warn">{t("explorer.may_not", { path: request.path })}</p>}
      <Form operation={operation} variables={variables} onVariables={setVariables} onTyped={setTyped} isComplete={isComplete} need={need} onSubmit={submit} isPending={act.isPending} error={asked ? null : act.error} />
      {act.isSuccess && <Response answer={act.data} path={act.variables.path} />}
      {/* Programs would ask for another path than is shown, as this page refuses to. */}
      {typed && !isRelative(request.path) && <Copies request={request} namespace={namespace} secret={secret} />}
      {asked && (
        <Confirm title={t("explorer.confirm_title")} isOpen onClose={() => setAsked(null)} action={t("explorer.try")} onConfirm={() => act.mutate(asked)} isPending={act.isPending} error={act.error}>
          <p className="code">
            {asked.method} /v1/{asked.path}
          </p>
          <p>
            <Prose text={operation.summary} />
          </p>
        </Confirm>
      )}
    </>
  );
}
