import { useState } from "react";
import { type Fields, read, write } from "../../api/client";
import { useChange, useList, useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { NumberField, Select, Suggested, TextField } from "../../components/Field";
import { Empty, Loaded as Awaited } from "../../components/Loaded";
import { May } from "../../components/May";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { told } from "../../components/time";
import { t } from "../../texts";
import { dataPath, folderPath, secretLink, type Store } from "../kv/store";
import { shown } from "../kv/values";
import type { Mount } from "../secrets/Mounts";
import { LOAD, type Loaded, may } from "./snapshot";
import { valuesOf } from "./values";

/** Reads one secret as it was when a snapshot was taken, and brings it back. */
export default function Read() {
  const id = useParam("id");
  return (
    <RootOnly title={t("snapshots.read")}>
      <PageHead title={t("snapshots.read")} crumbs={[{ text: t("snapshots.title"), to: "/snapshots" }]} intro={t("snapshots.read_intro")} />
      {id === "" ? (
        <Empty title={t("snapshots.not_chosen")}>
          <Anchor to="/snapshots">{t("snapshots.title")}</Anchor>
        </Empty>
      ) : (
        <>
          <May needs={may("read", `${LOAD}/${id}`)}>
            <About id={id} />
          </May>
          <Chosen id={id} />
        </>
      )}
    </RootOnly>
  );
}

function About({ id }: { id: string }) {
  const found = useRead<Loaded>(`${LOAD}/${id}`);
  const when = (text: string) => told(text) ?? text;
  return <Awaited of={found}>{({ snapshot_time: time, expires_at: until }) => <p>{t("snapshots.of", { time: when(time), until: when(until) })}</p>}</Awaited>;
}

function Chosen({ id }: { id: string }) {
  const mounts = useRead<{ secret: Record<string, Mount> }>("sys/internal/ui/mounts");
  return (
    <Awaited of={mounts}>
      {({ secret }) => {
        const stores = Object.entries(secret)
          .filter(([, { type }]) => type === "kv")
          .map(([mount, { type, options }]): Store => ({ mount, type, versioned: options?.["version"] === "2" }));
        return stores.length > 0 ? <Question id={id} stores={stores} /> : <p>{t("snapshots.no_stores")}</p>;
      }}
    </Awaited>
  );
}

function Question({ id, stores }: { id: string; stores: readonly Store[] }) {
  const mount = useParam("mount");
  const store = stores.find((each) => each.mount === mount) ?? stores[0];
  const [path, setPath] = useState(useParam("path"));
  const [version, setVersion] = useState<number | null>(null);
  const navigate = useNavigate();
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const names = useList(store ? folderPath(store, folder) : "", { query: { read_snapshot_id: id }, enabled: store !== undefined });
  const ask = useChange(async (where: Store) => {
    const found = await read<Fields>(dataPath(where, path), { query: { read_snapshot_id: id, version: where.versioned ? (version ?? undefined) : undefined }, exact: true });
    return { store: where, path, values: valuesOf(found, where.versioned) };
  });
  if (!store) return null;
  const show = (more: Record<string, string>) => navigate(link("/snapshots/read", { id, mount: store.mount, path, ...more }), { replace: true });
  return (
    <>
      <SubmitForm
        onSubmit={() => {
          show({});
          ask.mutate(store);
        }}
      >
        <Select label={t("snapshots.mount")} value={store.mount} onChange={(next) => show({ mount: next })} choices={stores.map((each) => ({ id: each.mount, label: each.mount }))} />
        <Suggested label={t("snapshots.path")} description={t(names.error ? "snapshots.path_unlisted" : names.data?.keys.length === 0 ? "snapshots.path_empty" : "snapshots.path_hint")} value={path} onChange={setPath} choices={(names.data?.keys ?? []).map((name) => ({ id: folder + name, label: folder + name }))} isRequired />
        {store.versioned && <NumberField label={t("snapshots.version_of")} description={t("snapshots.version_hint")} value={version} onChange={setVersion} min={1} />}
        {ask.error && <Failure error={ask.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={ask.isPending} isDisabled={path === "" || path.endsWith("/")} needs={`read ${dataPath(store, path || "x")}`}>
            {t("snapshots.read_it")}
          </Button>
        </div>
      </SubmitForm>
      {ask.data && <Values key={`${ask.data.path} ${ask.submittedAt}`} {...ask.data} />}
    </>
  );
}

function Values({ store, path, values }: { store: Store; path: string; values: Fields | null }) {
  const [target, setTarget] = useState(path);
  const recover = useChange(() => write(dataPath(store, target), store.versioned ? { data: values } : values));
  if (!values) return <p className="notice">{t("snapshots.was_deleted")}</p>;
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("snapshots.values_of", { path: store.mount + path })}</h2>
      <dl className="stack">
        {Object.entries(values).map(([name, value]) => (
          <div key={name}>
            <dt className="code">{name}</dt>
            <dd>
              <Secret value={shown(value)} name={name} />
            </dd>
          </div>
        ))}
      </dl>
      <TextField label={t("snapshots.recover_to")} description={t("snapshots.recover_hint", { mount: store.mount })} value={target} onChange={setTarget} isRequired code />
      {recover.error && <Failure error={recover.error} />}
      {recover.isSuccess && (
        <p className="notice notice-good">
          <span>
            {t("snapshots.recovered")} <Anchor to={secretLink(store, target)}>{store.mount + target}</Anchor>
          </span>
        </p>
      )}
      <div className="row">
        <Button onPress={() => recover.mutate(undefined)} isPending={recover.isPending} isDisabled={target === "" || target.endsWith("/")} needs={`update ${dataPath(store, target || "x")}`}>
          {t("snapshots.recover")}
        </Button>
      </div>
    </section>
  );
}
