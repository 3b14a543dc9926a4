import { useState } from "react";
import type { Fields } from "../../api/client";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { TextArea } from "../../components/Field";
import { t } from "../../texts";
import { pastedIn } from "./env";
import type { Row } from "./values";

/** Takes fields from JSON or from a `.env` file. */
export function Paste({ rows, onClose, onTake }: { rows: readonly Row[]; onClose: () => void; onTake: (fields: Fields) => void }) {
  const [text, setText] = useState("");
  const found = text.trim() === "" ? { fields: {} } : pastedIn(text);
  const fields = "fields" in found ? found.fields : {};
  const names = Object.keys(fields);
  const replaced = names.filter((name) => rows.some((row) => row.name === name));
  const fault = "fields" in found ? null : found.line ? t("kv.paste_fault_line", { line: found.line }) : t("kv.paste_fault");
  return (
    <Dialog title={t("kv.paste_title")} isOpen onClose={onClose} wide>
      <TextArea label={t("kv.paste_label")} description={t("kv.paste_hint")} value={text} onChange={setText} rows={10} error={fault} autoFocus code />
      {names.length > 0 && <p className="code">{names.join(", ")}</p>}
      {replaced.length > 0 && <p className="notice notice-warn">{t("kv.paste_replaces", { names: replaced.join(", ") })}</p>}
      <footer>
        <Button onPress={onClose}>{t("common.cancel")}</Button>
        <Button
          look="primary"
          isDisabled={names.length === 0}
          onPress={() => {
            onTake(fields);
            onClose();
          }}
        >
          {t("kv.paste_take", { n: names.length })}
        </Button>
      </footer>
    </Dialog>
  );
}
