import { type ReactNode, useState } from "react";
import { useMay } from "../../api/capabilities";
import type { Fields } from "../../api/client";
import { useRead } from "../../api/hooks";
import { Failure } from "../../components/Failure";
import { Switch } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { CopyButton, Secret } from "../../components/Secret";
import { t } from "../../texts";
import { goneIn, type VersionedRead } from "./basis";
import { Gone } from "./Gone";
import { MaskedJson } from "./MaskedJson";
import { Names } from "./Names";
import { dataPath, needs, type Store } from "./store";
import { hasOuterSpace, shown } from "./values";
import { VersionBar } from "./VersionBar";

interface Props {
  store: Store;
  path: string;
  /** 0 for the newest. */
  version: number;
}

/** The values of a secret; of an older version if one is named. */
export function Current({ store, path, version }: Props) {
  const found = useRead<VersionedRead | Fields>(dataPath(store, path), { exact: true, ...(version > 0 && { query: { version } }) });
  const gone = store.versioned && found.error ? goneIn(found.error) : null;
  if (gone) return <Gone store={store} path={path} info={gone} isChosen={version > 0} />;
  if (found.error?.kind === "denied" && !found.data) return <Unreadable store={store} path={path} version={version} failure={<Failure error={found.error} />} />;
  return (
    <Loaded of={found} missing={<Empty title={t(version ? "kv.missing_version" : "kv.missing", { n: version })} />}>
      {(data) => {
        const read = store.versioned ? (data as VersionedRead) : null;
        return (
          <section className="stack">
            {read && <VersionBar store={store} path={path} info={read.metadata} isChosen={version > 0} fields={read.data} />}
            <Values fields={(read ? read.data : (data as Fields)) ?? {}} />
          </section>
        );
      }}
    </Loaded>
  );
}

/** Who may not read the values may be allowed the names of the fields. */
function Unreadable({ store, path, version, failure }: Props & { failure: ReactNode }) {
  const may = useMay(needs(store, path).subkeys);
  return store.versioned && may ? <Names store={store} path={path} version={version} /> : failure;
}

function Values({ fields }: { fields: Fields }) {
  const [asJson, setAsJson] = useState(false);
  const names = Object.keys(fields);
  if (names.length === 0) return <Empty title={t("kv.no_fields")} />;
  return (
    <div className="card stack">
      <div className="row">
        <Switch label={t("kv.as_json")} value={asJson} onChange={setAsJson} />
        <CopyButton text={() => JSON.stringify(fields, null, 2)} label={t("kv.copy_json")} />
      </div>
      {asJson ? (
        <MaskedJson fields={fields} />
      ) : (
        <dl className="facts values">
          {names.map((name) => (
            <div key={name} className="fact">
              <dt className="code">
                {name}
                {hasOuterSpace(name) && <p className="description">{t("kv.outer_space")}</p>}
              </dt>
              <dd>
                <Secret value={shown(fields[name])} name={name} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
