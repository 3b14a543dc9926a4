import type { Json } from "../../api/client";
import { useRead } from "../../api/hooks";
import { Empty, Loaded } from "../../components/Loaded";
import { t } from "../../texts";
import { goneIn, type VersionInfo } from "./basis";
import { Gone } from "./Gone";
import { type Store, subkeysPath } from "./store";
import { VersionBar } from "./VersionBar";

interface Subkeys {
  metadata: VersionInfo;
  subkeys: Record<string, Json>;
}

/** The names of a secret's fields, for who may not read its values. */
export function Names({ store, path, version }: { store: Store; path: string; version: number }) {
  const found = useRead<Subkeys>(subkeysPath(store, path), version > 0 ? { query: { version } } : {});
  const gone = found.error ? goneIn(found.error) : null;
  if (gone) return <Gone store={store} path={path} info={gone} isChosen={version > 0} />;
  return (
    <Loaded of={found} missing={<Empty title={t("kv.missing")} />}>
      {({ metadata, subkeys }) => (
        <section className="stack">
          <p className="notice">{t("kv.names_alone")}</p>
          <VersionBar store={store} path={path} info={metadata} isChosen={version > 0} fields={null} />
          <ul className="card">
            {Object.keys(subkeys).map((name) => (
              <li key={name} className="code">
                {name}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Loaded>
  );
}
