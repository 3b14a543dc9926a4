import { useState } from "react";
import { useRead } from "../../api/hooks";
import { Dialog } from "../../components/Dialog";
import { Select, Switch } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { Secret } from "../../components/Secret";
import { t } from "../../texts";
import type { VersionedRead } from "./basis";
import { type Change, changesOf } from "./changes";
import { Lines } from "./Lines";
import { dataPath, type Store } from "./store";

interface Props {
  store: Store;
  path: string;
  /** The versions that can be compared. */
  numbers: readonly number[];
  before: number;
  after: number;
  onChoose: (before: number, after: number) => void;
  onClose: () => void;
}

/** Two versions of a secret, field by field. */
export function Diff({ store, path, numbers, before, after, onChoose, onClose }: Props) {
  const old = useRead<VersionedRead>(dataPath(store, path), { query: { version: before }, exact: true });
  const now = useRead<VersionedRead>(dataPath(store, path), { query: { version: after }, exact: true });
  const choices = numbers.map((number) => ({ id: String(number), label: t("kv.version", { n: number }) }));
  const gone = <Empty title={t("kv.not_comparable")} />;
  return (
    <Dialog title={t("kv.compare_title")} isOpen onClose={onClose} wide>
      <div className="row">
        <Select label={t("kv.compare_before")} value={String(before)} onChange={(next) => onChoose(Number(next), after)} choices={choices} />
        <Select label={t("kv.compare_after")} value={String(after)} onChange={(next) => onChoose(before, Number(next))} choices={choices} />
      </div>
      <Loaded of={old} missing={gone}>
        {(first) => (
          <Loaded of={now} missing={gone}>
            {(second) => <Changes changes={changesOf(first.data ?? {}, second.data ?? {})} before={before} after={after} />}
          </Loaded>
        )}
      </Loaded>
    </Dialog>
  );
}

const LOOKS = { added: "badge-good", removed: "badge-danger", changed: "badge-warn", same: "" } as const;

function Changes({ changes, before, after }: { changes: readonly Change[]; before: number; after: number }) {
  const [all, setAll] = useState(false);
  const listed = changes.filter(({ kind }) => all || kind !== "same");
  const same = changes.filter(({ kind }) => kind === "same").length;
  return (
    <div className="stack">
      {same > 0 && <Switch label={t("kv.show_same", { n: same })} value={all} onChange={setAll} />}
      {changes.length === same && <p>{t("kv.no_difference")}</p>}
      {listed.map(({ name, kind, before: was, after: is }) => (
        <section key={name} className="card stack">
          <h3 className="row">
            <span className="code">{name}</span> <span className={`badge ${LOOKS[kind]}`}>{t(`kv.kind_${kind}`)}</span>
          </h3>
          {kind !== "added" && <Value label={t("kv.value_of", { name, n: before })} text={t("kv.version", { n: before })} value={was} />}
          {kind !== "removed" && kind !== "same" && <Value label={t("kv.value_of", { name, n: after })} text={t("kv.version", { n: after })} value={is} />}
          {kind === "changed" && (was.includes("\n") || is.includes("\n")) && <Lines name={name} before={was} after={is} />}
        </section>
      ))}
    </div>
  );
}

function Value({ label, text, value }: { label: string; text: string; value: string }) {
  return (
    <div>
      <p className="description">{text}</p>
      <Secret value={value} name={label} />
    </div>
  );
}
