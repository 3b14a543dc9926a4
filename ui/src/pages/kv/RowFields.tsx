import { Braces, Eye, EyeOff, Trash2, Type } from "lucide-react";
import { IconButton } from "../../components/Button";
import { TextArea, TextField } from "../../components/Field";
import { useRevealed } from "../../components/revealed";
import { t } from "../../texts";
import { hasOuterSpace, linesOf, MASK, type Row, type RowFault, typedInto } from "./values";
import "./kv.css";

interface Props {
  rows: readonly Row[];
  /** The id of the row that was added, which takes the focus. */
  added: number | null;
  onChange: (rows: Row[]) => void;
  faults: readonly RowFault[];
}

const MOST_LINES = 12;
/** More letters than this aren't counted for lines. */
const LOOKED_AT = 10_000;

/** The fields of a secret while it is edited: a name and a value each. */
export function RowFields({ rows, added, onChange, faults }: Props) {
  return (
    <ul className="row-fields">
      {rows.map((row) => (
        <RowField
          key={row.id}
          row={row}
          isAdded={row.id === added}
          fault={faults.find(({ id }) => id === row.id)?.fault ?? null}
          onChange={(changed) => onChange(rows.map((each) => (each.id === row.id ? changed : each)))}
          onRemove={() => onChange(rows.filter(({ id }) => id !== row.id))}
        />
      ))}
    </ul>
  );
}

function RowField({ row, isAdded, fault, onChange, onRemove }: { row: Row; isAdded: boolean; fault: RowFault["fault"] | null; onChange: (row: Row) => void; onRemove: () => void }) {
  const [shown, setShown] = useRevealed(!row.isStored);
  const name = row.name || t("kv.new_field");
  const lines = row.text.slice(0, LOOKED_AT).split("\n").length;
  return (
    <li className="row-field">
      <TextField label={t("kv.name")} value={row.name} {...(hasOuterSpace(row.name) && { description: t("kv.outer_space") })} onChange={(next) => onChange({ ...row, name: next })} error={fault === "name" || fault === "twice" ? t(`kv.row_${fault}`) : null} autoFocus={isAdded} code />
      {shown ? (
        // Several lines need a text area: a line end that is pasted into a field of one line would be lost.
        <TextArea label={t(row.isText ? "kv.value" : "kv.value_json")} value={linesOf(row.text)} {...(row.isText && hasOuterSpace(row.text) && { description: t("kv.outer_space") })} onChange={(text) => onChange({ ...row, text: typedInto(row.text, text) })} error={fault === "json" ? t("forms.json") : null} rows={Math.min(MOST_LINES, lines)} code />
      ) : (
        <TextField label={t("kv.value")} value={MASK} onChange={() => undefined} isReadOnly />
      )}
      <span className="row-actions">
        <IconButton label={`${t(shown ? "common.hide" : "common.reveal")} ${name}`} onPress={() => setShown(!shown)}>
          {shown ? <EyeOff aria-hidden size={16} /> : <Eye aria-hidden size={16} />}
        </IconButton>
        <IconButton label={t(row.isText ? "kv.as_json_value" : "kv.as_text_value", { name })} onPress={() => onChange({ ...row, isText: !row.isText })}>
          {row.isText ? <Type aria-hidden size={16} /> : <Braces aria-hidden size={16} />}
        </IconButton>
        <IconButton label={t("kv.remove_field", { name })} onPress={onRemove}>
          <Trash2 aria-hidden size={16} />
        </IconButton>
      </span>
    </li>
  );
}
