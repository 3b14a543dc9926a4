import { useState } from "react";
import type { Fields } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange, useRead } from "../../api/hooks";
import { write } from "../../api/client";
import { join } from "../../api/paths";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Switch } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { CopyButton, Secret } from "../../components/Secret";
import { moment } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { dataPath, needs, type Store } from "./store";
import { shown } from "./values";

/** What a versioned store says of a version. */
export interface VersionInfo {
  version: number;
  created_time: string;
  deletion_time: string;
  destroyed: boolean;
  custom_metadata: Record<string, string> | null;
}

interface Read {
  data: Fields | null;
  metadata: VersionInfo;
}

/** The values of a secret; of an older version if one is named. */
export function Current({ store, path, version }: { store: Store; path: string; version: number }) {
  const found = useRead<Read | Fields>(dataPath(store, path), version ? { query: { version } } : {});
  const gone = found.error ? deletedIn(found.error) : null;
  if (gone) return <Deleted store={store} path={path} info={gone} />;
  return (
    <Loaded of={found} missing={<Empty title={t("kv.missing")} />}>
      {(data) => <Values fields={(store.versioned ? (data as Read).data : (data as Fields)) ?? {}} info={store.versioned ? (data as Read).metadata : null} />}
    </Loaded>
  );
}

function deletedIn(error: ApiError): VersionInfo | null {
  const document = error.document as { data?: { metadata?: VersionInfo } } | undefined;
  return error.kind === "missing" ? (document?.data?.metadata ?? null) : null;
}

function Values({ fields, info }: { fields: Fields; info: VersionInfo | null }) {
  const [asJson, setAsJson] = useState(false);
  const names = Object.keys(fields);
  const whole = () => JSON.stringify(fields, null, 2);
  return (
    <section className="stack">
      <div className="row">
        {info && <span className="badge">{t("kv.version", { n: info.version })}</span>}
        {info && <time dateTime={info.created_time}>{moment(info.created_time)?.toLocaleString()}</time>}
        <Switch label={t("kv.as_json")} value={asJson} onChange={setAsJson} />
        <CopyButton text={whole} label={t("kv.copy_json")} />
      </div>
      {names.length === 0 && <Empty title={t("kv.no_fields")} />}
      {asJson ? (
        <div className="card">
          <Secret value={whole()} name={t("kv.as_json")} />
        </div>
      ) : (
        <dl className="facts card">
          {names.map((name) => (
            <div key={name} className="fact">
              <dt className="code">{name}</dt>
              <dd>
                <Secret value={shown(fields[name])} name={name} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Deleted({ store, path, info }: { store: Store; path: string; info: VersionInfo }) {
  const undelete = useChange(() => write(join(store.mount, "undelete", path), { versions: [info.version] }), () => toast(t("kv.undeleted", { n: info.version })));
  return (
    <Empty title={t(info.destroyed ? "kv.is_destroyed" : "kv.is_deleted", { n: info.version, when: moment(info.deletion_time)?.toLocaleString() ?? "" })}>
      {!info.destroyed && (
        <Button onPress={() => undelete.mutate()} isPending={undelete.isPending} needs={needs(store, path).undelete}>
          {t("kv.undelete")}
        </Button>
      )}
      {undelete.error && <Failure error={undelete.error} />}
    </Empty>
  );
}
