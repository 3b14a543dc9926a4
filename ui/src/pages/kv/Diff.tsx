import { useState } from "react";
import type { Fields } from "../../api/client";
import { useRead } from "../../api/hooks";
import { Dialog } from "../../components/Dialog";
import { Switch } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { Secret } from "../../components/Secret";
import { t } from "../../texts";
import { changesOf } from "./diff";
import { dataPath, type Store } from "./store";

interface Read {
  data: Fields | null;
}

/** Two versions of a secret, field by field. */
export function Diff({ store, path, before, after, onClose }: { store: Store; path: string; before: number; after: number; onClose: () => void }) {
  const old = useRead<Read>(dataPath(store, path), { query: { version: before } });
  const now = useRead<Read>(dataPath(store, path), { query: { version: after } });
  const [all, setAll] = useState(false);
  return (
    <Dialog title={t("kv.compare_title", { before, after })} isOpen onClose={onClose} wide>
      <Loaded of={old}>
        {(first) => (
          <Loaded of={now}>
            {(second) => {
              const changes = changesOf(first.data ?? {}, second.data ?? {});
              const listed = changes.filter(({ kind }) => all || kind !== "same");
              return (
                <div className="stack">
                  <Switch label={t("kv.show_same")} value={all} onChange={setAll} />
                  {listed.length === 0 && <p>{t("kv.no_difference")}</p>}
                  {listed.map(({ name, kind, before: was, after: is }) => (
                    <section key={name} className="card stack">
                      <h3 className="row">
                        <span className="code">{name}</span> <span className="badge">{t(`kv.kind_${kind}`)}</span>
                      </h3>
                      {kind !== "added" && <Secret value={was} name={t("kv.value_of", { name, n: before })} />}
                      {kind !== "removed" && kind !== "same" && <Secret value={is} name={t("kv.value_of", { name, n: after })} />}
                    </section>
                  ))}
                </div>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Dialog>
  );
}
