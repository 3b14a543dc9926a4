import { ClipboardPaste, Plus } from "lucide-react";
import { useState } from "react";
import type { Fields } from "../../api/client";
import { Button } from "../../components/Button";
import { Switch } from "../../components/Field";
import { t } from "../../texts";
import { JsonInput } from "./JsonInput";
import { Paste } from "./Paste";
import { RowFields } from "./RowFields";
import { faultsOf, fieldsOf, fieldsOfJson, merged, newRow, type Row, rowsOf } from "./values";

/** The fields of a secret while they are typed, in rows or as JSON. */
export interface FieldsState {
  rows: readonly Row[];
  setRows: (rows: Row[]) => void;
  /** The JSON, while the secret is shown as that. */
  json: string | null;
  setJson: (json: string) => void;
  showAs: (isJson: boolean) => void;
  /** Whether faults are shown: not before somebody has tried to go on. */
  isTried: boolean;
  isTouched: boolean;
  /** What was typed; null if it makes no secret, which the page says then. */
  take: () => Fields | null;
  fields: () => Fields;
  put: (fields: Fields) => void;
}

/** Begins with fields that the server has. */
export function useFieldsInput(begun: Fields): FieldsState {
  const begin = (fields: Fields) => (Object.keys(fields).length > 0 ? rowsOf(fields, true) : [newRow()]);
  const [rows, setRows] = useState<Row[]>(() => begin(begun));
  const [json, setJson] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const [isTouched, setTouched] = useState(false);
  const fields = () => (json === null ? fieldsOf(rows) : (fieldsOfJson(json) ?? {}));
  const take = () => {
    const isFine = json === null ? faultsOf(rows).length === 0 : fieldsOfJson(json) !== null;
    setTried(!isFine);
    return isFine ? fields() : null;
  };
  return {
    rows,
    setRows: (next) => {
      setRows(next);
      setTouched(true);
    },
    json,
    setJson: (next) => {
      setJson(next);
      setTouched(true);
    },
    showAs: (isJson) => {
      const found = take();
      if (!found) return;
      setRows(rowsOf(found, rows.some(({ isStored }) => isStored)));
      setJson(isJson ? JSON.stringify(found, null, 2) : null);
    },
    isTried,
    isTouched,
    take,
    fields,
    put: (next) => {
      setRows(begin(next));
      setJson(json === null ? null : JSON.stringify(next, null, 2));
    },
  };
}

/** Where the fields of a secret are typed or pasted. */
export function FieldsInput({ input }: { input: FieldsState }) {
  const [isPasting, setIsPasting] = useState(false);
  const [added, setAdded] = useState<number | null>(null);
  const { rows, json, isTried } = input;
  const add = () => {
    const row = newRow();
    setAdded(row.id);
    input.setRows([...rows, row]);
  };
  return (
    <section className="card stack" aria-label={t("kv.fields")}>
      <div className="row">
        <h2>{t("kv.fields")}</h2>
        <Switch label={t("kv.as_json")} value={json !== null} onChange={input.showAs} />
      </div>
      {json === null ? (
        <RowFields rows={rows} added={added} onChange={input.setRows} faults={isTried ? faultsOf(rows) : []} />
      ) : (
        <JsonInput value={json} onChange={input.setJson} isStored={rows.some(({ isStored }) => isStored)} isFaulty={isTried && fieldsOfJson(json) === null} />
      )}
      {json === null && (
        <div className="row">
          <Button icon={<Plus aria-hidden size={16} />} onPress={add}>
            {t("kv.add_field")}
          </Button>
          <Button icon={<ClipboardPaste aria-hidden size={16} />} onPress={() => setIsPasting(true)}>
            {t("kv.paste")}
          </Button>
        </div>
      )}
      {isPasting && <Paste rows={rows} onClose={() => setIsPasting(false)} onTake={(found) => input.setRows(merged(rows, found))} />}
    </section>
  );
}
