import { type Need, useMay } from "../../../api/capabilities";
import { type Fields, remove, write } from "../../../api/client";
import { useChange, useRead } from "../../../api/hooks";
import { useNavigate, useParam } from "../../../app/location";
import { Button } from "../../../components/Button";
import { Failure } from "../../../components/Failure";
import { Held } from "../../../components/Held";
import { Empty, Loaded } from "../../../components/Loaded";
import { PageHead } from "../../../components/PageHead";
import { Removal } from "../../../components/Removal";
import { CopyButton, Secret } from "../../../components/Secret";
import { toast } from "../../../components/toasts";
import { t } from "../../../texts";
import { RecordFacts } from "../RecordFacts";
import { ItemForm } from "./ItemForm";
import { BUILT_IN, itemPath, type Kind, kindLink, KINDS } from "./kinds";

/** One thing of the provider: a provider, a client, an assignment, a scope, a key or a role. */
export default function Item() {
  const wanted = useParam("kind");
  const kind = KINDS.find((each) => each === wanted) ?? "client";
  const name = useParam("name");
  const crumbs = [{ text: t("provider.title"), to: "/provider" }, { text: t(`provider.${kind}s`), to: kindLink(kind) }];
  const found = useRead<Fields>(itemPath(kind, name), { enabled: name !== "" });
  if (name === "")
    return (
      <>
        <PageHead title={t(`provider.create_${kind}`)} crumbs={crumbs} />
        <ItemForm kind={kind} name="" values={{}} />
      </>
    );
  return (
    <>
      <PageHead title={name} crumbs={crumbs}>
        {kind === "key" && <Rotate name={name} />}
        {!BUILT_IN[kind]?.includes(name) && <Delete kind={kind} name={name} />}
      </PageHead>
      <Loaded of={found} missing={<Empty title={t("provider.missing")} />}>
        {(values) => <Shown kind={kind} name={name} values={values} />}
      </Loaded>
    </>
  );
}

function Shown({ kind, name, values }: { kind: Kind; name: string; values: Fields }) {
  const may = useMay(`update ${itemPath(kind, name)}`);
  const isFixed = kind === "assignment" && BUILT_IN.assignment?.includes(name);
  return (
    <>
      {kind === "client" && <Credentials values={values} />}
      {kind === "provider" && typeof values["issuer"] === "string" && <Discovery issuer={values["issuer"]} />}
      {may && !isFixed ? (
        <Held key={`${kind} ${name}`} value={values}>{(held) => <ItemForm kind={kind} name={name} values={held} />}</Held>
      ) : (
        <section className="card">
          <RecordFacts of={values} leftOut={["client_secret", "client_id"]} />
        </section>
      )}
    </>
  );
}

function Credentials({ values }: { values: Fields }) {
  const id = String(values["client_id"] ?? "");
  const secret = values["client_secret"];
  return (
    <section className="card stack">
      <dl className="facts">
        <dt>{t("provider.client_id")}</dt>
        <dd className="row">
          <span className="code">{id}</span>
          <CopyButton text={id} label={t("provider.copy_id")} />
        </dd>
        {typeof secret === "string" && (
          <>
            <dt>{t("provider.client_secret")}</dt>
            <dd>
              <Secret value={secret} name={t("provider.client_secret")} />
            </dd>
          </>
        )}
        <dt>{t("provider.client_type")}</dt>
        <dd>{String(values["client_type"])}</dd>
        <dt>{t("provider.signing_key")}</dt>
        <dd>{String(values["key"])}</dd>
      </dl>
    </section>
  );
}

function Discovery({ issuer }: { issuer: string }) {
  const address = `${issuer}/.well-known/openid-configuration`;
  return (
    <section className="card stack">
      <dl className="facts">
        <dt>{t("provider.discovery")}</dt>
        <dd className="row">
          <span className="code">{address}</span>
          <CopyButton text={address} label={t("provider.copy_discovery")} />
        </dd>
      </dl>
    </section>
  );
}

function Rotate({ name }: { name: string }) {
  const path = `${itemPath("key", name)}/rotate`;
  const needs: Need = `update ${path}`;
  const rotate = useChange(
    () => write(path, {}),
    () => toast(t("provider.rotated", { name })),
  );
  return (
    <>
      <Button onPress={() => rotate.mutate(undefined)} isPending={rotate.isPending} needs={needs}>
        {t("provider.rotate")}
      </Button>
      <Removal action={t("provider.rotate_now")} title={t("provider.rotate_title", { name })} needs={needs} act={() => write(path, { verification_ttl: 0 })} done={() => toast(t("provider.rotated", { name }))}>
        <p>{t("provider.rotate_text")}</p>
      </Removal>
      {rotate.error && <Failure error={rotate.error} />}
    </>
  );
}

function Delete({ kind, name }: { kind: Kind; name: string }) {
  const navigate = useNavigate();
  const done = () => {
    toast(t("identity.removed", { name }));
    navigate(kindLink(kind));
  };
  return (
    <Removal look="danger" title={t("provider.remove_title", { name })} needs={`delete ${itemPath(kind, name)}`} act={() => remove(itemPath(kind, name))} done={done}>
      <p>{t(`provider.remove_${kind}`)}</p>
    </Removal>
  );
}
