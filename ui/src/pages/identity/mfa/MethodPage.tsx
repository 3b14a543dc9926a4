import { Held } from "../../../components/Held";
import { useMay } from "../../../api/capabilities";
import { type Fields, remove, write } from "../../../api/client";
import { useChange, useRead } from "../../../api/hooks";
import { bodyOf, useDescription } from "../../../api/openapi";
import { link, useNavigate, useParam } from "../../../app/location";
import { Empty, Loaded } from "../../../components/Loaded";
import { PageHead } from "../../../components/PageHead";
import { Removal } from "../../../components/Removal";
import { toast } from "../../../components/toasts";
import { SchemaForm } from "../../../forms/SchemaForm";
import { t } from "../../../texts";
import { RecordFacts } from "../RecordFacts";
import { EnrolAlias } from "./EnrolAlias";
import { type Method, methodPath, type MethodType, settingsOf, TYPES, wholeBody } from "./records";

const CRUMBS = [{ text: t("mfa.title"), to: "/mfa" }];

/** One MFA method: its settings, and secrets for people. */
export default function MethodPage() {
  const wanted = useParam("type");
  const type = TYPES.find((each) => each === wanted) ?? "totp";
  const id = useParam("id");
  const found = useRead<Method>(methodPath(type, id), { enabled: id !== "" });
  if (id === "")
    return (
      <>
        <PageHead title={t("mfa.create_method", { type: t(`mfa.type_${type}`) })} crumbs={CRUMBS} />
        <Settings type={type} method={null} />
      </>
    );
  return (
    <Loaded of={found} missing={<Empty title={t("mfa.no_method")} />}>
      {(method) => (
        <>
          <PageHead title={method.name || method.id} crumbs={CRUMBS}>
            <Delete type={type} method={method} />
          </PageHead>
          <Shown type={type} method={method} />
          {type === "totp" && <EnrolAlias method={method} />}
        </>
      )}
    </Loaded>
  );
}

function Shown({ type, method }: { type: MethodType; method: Method }) {
  const may = useMay(`update ${methodPath(type, method.id)}`);
  return (
    <>
      <p className="row">
        <span className="badge">{type}</span> <span className="code">{method.id}</span>
      </p>
      {may ? (
        <Held key={method.id} value={method}>{(held) => <Settings type={type} method={held} />}</Held>
      ) : (
        <section className="card">
          <RecordFacts of={method} leftOut={["id", "namespace_id"]} />
        </section>
      )}
    </>
  );
}

function Settings({ type, method }: { type: MethodType; method: Method | null }) {
  const document = useDescription();
  const navigate = useNavigate();
  const path = method ? methodPath(type, method.id) : `identity/mfa/method/${type}`;
  const settings = method ? settingsOf(method) : {};
  const save = useChange(
    (body: Fields) => write<{ method_id: string } | undefined>(path, body),
    (made) => {
      toast(t("mfa.saved"));
      if (!method && made) navigate(link("/mfa/method", { type, id: made.method_id }), { replace: true });
    },
  );
  return (
    <section className="card stack">
      <h2>{t("mfa.settings")}</h2>
      {method && type !== "totp" && <p className="description">{t("mfa.again")}</p>}
      <Loaded of={document}>
        {(description) => {
          const operation = description.paths[`/identity/mfa/method/${type}`]?.post;
          const schema = operation ? bodyOf(description, operation) : {};
          return <SchemaForm schema={schema} values={settings} leftOut={["production"]} submit={t("common.save")} needs={`update ${path}`} onSubmit={(body) => save.mutate(wholeBody(schema, settings, body))} isPending={save.isPending} error={save.error} />;
        }}
      </Loaded>
    </section>
  );
}

function Delete({ type, method }: { type: MethodType; method: Method }) {
  const navigate = useNavigate();
  const path = methodPath(type, method.id);
  const name = method.name || method.id;
  const done = () => {
    toast(t("identity.removed", { name }));
    navigate("/mfa");
  };
  return (
    <Removal look="danger" title={t("mfa.remove_method", { name })} needs={`delete ${path}`} act={() => remove(path)} done={done}>
      <p>{t(type === "totp" ? "mfa.remove_totp_text" : "mfa.remove_method_text")}</p>
    </Removal>
  );
}
