import { useState } from "react";
import type { Fields } from "../../api/client";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { TextArea } from "../../components/Field";
import { t } from "../../texts";
import { fieldsIn } from "./values";

/** Takes fields from JSON or from a `.env` file. */
export function Paste({ onClose, onTake }: { onClose: () => void; onTake: (fields: Fields) => void }) {
  const [text, setText] = useState("");
  const found = text.trim() === "" ? {} : fieldsIn(text);
  const count = Object.keys(found ?? {}).length;
  return (
    <Dialog title={t("kv.paste_title")} isOpen onClose={onClose} wide>
      <TextArea label={t("kv.paste_label")} description={t("kv.paste_hint")} value={text} onChange={setText} rows={10} error={found === null ? t("kv.paste_fault") : null} autoFocus code />
      <footer>
        <Button onPress={onClose}>{t("common.cancel")}</Button>
        <Button
          look="primary"
          isDisabled={count === 0}
          onPress={() => {
            if (found) onTake(found);
            onClose();
          }}
        >
          {t("kv.paste_take", { n: count })}
        </Button>
      </footer>
    </Dialog>
  );
}
