import { labelOf } from "../../forms/fields";
import { t } from "../../texts";

/** What the API says of something, field by field, for who may read it and not change it. */
export function RecordFacts({ of, leftOut = [] }: { of: Record<string, unknown>; leftOut?: readonly string[] }) {
  const fields = Object.entries(of).filter(([name]) => !leftOut.includes(name));
  return (
    <dl className="facts">
      {fields.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{labelOf(name)}</dt>
          <dd>{shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return t("common.none");
  if (Array.isArray(value)) return value.length ? value.map(String).join(", ") : t("common.none");
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
