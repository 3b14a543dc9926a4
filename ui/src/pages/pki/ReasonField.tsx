import { Select } from "../../components/Field";
import { useSchema } from "../../forms/schema";
import { t, textOr } from "../../texts";
import { reasonsOf } from "./reasons";

const NONE = "none";

/** Asks why something is revoked. */
export function ReasonField({ path, value, onChange }: { path: string; value: string; onChange: (value: string) => void }) {
  const schema = useSchema(path);
  return (
    <Select
      label={t("pki.reason")}
      value={value || NONE}
      onChange={(next) => onChange(next === NONE ? "" : next)}
      choices={reasonsOf(schema.data).map((id) => ({ id: id || NONE, label: id || t("pki.reason_none"), description: textOr(`pki.reason_${id}`, "") }))}
    />
  );
}
