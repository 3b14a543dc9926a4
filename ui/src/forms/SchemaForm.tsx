import { type ReactNode, useState } from "react";
import type { Fields } from "../api/client";
import type { ApiError } from "../api/errors";
import type { Schema } from "../api/openapi";
import type { Need } from "../api/capabilities";
import { Button } from "../components/Button";
import { Failure } from "../components/Failure";
import { Select, Switch, TextArea, TextField } from "../components/Field";
import { t } from "../texts";
import { bodyFrom, FieldFault, fieldsOf, type FormField, textOf } from "./fields";

interface Props {
  schema: Schema;
  /** What holds now, of something that is changed. */
  values?: Fields;
  leftOut?: readonly string[];
  submit: string;
  needs?: Need | readonly Need[];
  onSubmit: (body: Fields) => void;
  isPending: boolean;
  error: ApiError | null;
  /** Fields before those of the schema. */
  children?: ReactNode;
}

const FIRST = 8;

/** A form made from the description of a body. */
export function SchemaForm({ schema, values = {}, leftOut, submit, needs, onSubmit, isPending, error, children }: Props) {
  const fields = fieldsOf(schema, leftOut);
  const before = Object.fromEntries(fields.map((field) => [field.name, textOf(field, values[field.name])]));
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [fault, setFault] = useState<FieldFault | null>(null);
  const shown = { ...before, ...texts };
  const first = fields.filter((field, index) => field.required || index < FIRST);
  const rest = fields.filter((field) => !first.includes(field));
  const send = () => {
    try {
      setFault(null);
      onSubmit(bodyFrom(fields, shown, before));
    } catch (thrown) {
      if (!(thrown instanceof FieldFault)) throw thrown;
      setFault(thrown);
    }
  };
  const input = (field: FormField) => (
    <SchemaField key={field.name} field={field} value={shown[field.name] ?? ""} onChange={(text) => setTexts({ ...texts, [field.name]: text })} error={fault?.field === field.name ? t(`forms.${fault.fault}`) : null} />
  );
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {children}
      {first.map(input)}
      {rest.length > 0 && (
        <details open={rest.some(({ name }) => fault?.field === name) || undefined}>
          <summary>{t("forms.more", { n: rest.length })}</summary>
          <div className="stack">{rest.map(input)}</div>
        </details>
      )}
      {error && <Failure error={error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={isPending} {...(needs !== undefined && { needs })}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

function SchemaField({ field, value, onChange, error }: { field: FormField; value: string; onChange: (value: string) => void; error: string | null }) {
  const common = { label: field.label, description: field.description, value, onChange, error, isRequired: field.required, name: field.name };
  switch (field.widget) {
    case "switch":
      return (
        <div className="field">
          <Switch label={field.label} value={(value || field.standard) === "true"} onChange={(on) => onChange(String(on))} />
          {field.description && <p className="description">{field.description}</p>}
        </div>
      );
    case "choice":
      return <Select {...common} value={value || field.standard} choices={field.choices.map((each) => ({ id: each, label: each }))} />;
    case "secret":
      return <TextField {...common} type="password" autoComplete="new-password" />;
    case "long":
    case "lines":
    case "pairs":
    case "json":
      return <TextArea {...common} rows={field.widget === "lines" ? 3 : 5} code description={hinted(field)} />;
    default:
      return <TextField {...common} placeholder={field.standard} code={field.widget === "number" || field.widget === "duration"} />;
  }
}

/** A description with how several values are typed. */
function hinted(field: FormField): string {
  const hint = field.widget === "lines" ? t("forms.lines") : field.widget === "pairs" ? t("forms.pairs") : field.widget === "json" ? t("forms.as_json") : "";
  return [field.description, hint].filter(Boolean).join(" ");
}
