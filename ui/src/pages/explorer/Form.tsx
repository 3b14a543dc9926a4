import { type ReactNode, useState } from "react";
import type { Need } from "../../api/capabilities";
import { valueAt } from "../../api/value_at";
import type { Fields } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Switch, TextArea, TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { labelOf } from "../../forms/fields";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { fieldsIn } from "../kv/values";
import type { Described } from "./operations";

interface Props {
  operation: Described;
  variables: Record<string, string>;
  onVariables: (variables: Record<string, string>) => void;
  onTyped: (fields: Fields | null) => void;
  isComplete: boolean;
  need: Need;
  onSubmit: (fields: Fields) => void;
  isPending: boolean;
  error: ApiError | null;
}

/** What an operation takes: parts of its path, its query or its body. */
export function Form({ operation, variables, onVariables, onTyped, isComplete, need, onSubmit, isPending, error }: Props) {
  const hasBody = operation.verb !== "get" && operation.verb !== "delete";
  const isFree = hasBody && Object.keys(operation.body.properties ?? {}).length === 0;
  const [asJson, setAsJson] = useState(isFree);
  const described = (name: string) => operation.operation.parameters?.find((each) => each.in === "path" && each.name === name)?.description;
  const first = (
    <>
      {operation.variables.map((name) => (
        <TextField key={name} label={labelOf(name)} description={described(name)} value={valueAt(variables, name) ?? ""} onChange={(value) => onVariables({ ...variables, [name]: value })} isRequired code />
      ))}
      {hasBody && !isFree && (
        <Switch
          label={t("explorer.as_json")}
          value={asJson}
          onChange={(on) => {
            setAsJson(on);
            onTyped({});
          }}
        />
      )}
    </>
  );
  const common = { onSubmit: (fields: Fields) => isComplete && onSubmit(fields), onTyped, isPending, error, need };
  return (
    <section className="card stack">
      {asJson ? (
        <JsonForm {...common} isDisabled={!isComplete}>
          {first}
        </JsonForm>
      ) : (
        <SchemaForm schema={hasBody ? operation.body : operation.query} leftOut={operation.variables} submit={t("explorer.try")} needs={need} onSubmit={common.onSubmit} onTyped={onTyped} isPending={isPending} error={error}>
          {first}
        </SchemaForm>
      )}
    </section>
  );
}

interface JsonProps {
  onSubmit: (fields: Fields) => void;
  onTyped: (fields: Fields | null) => void;
  isPending: boolean;
  isDisabled: boolean;
  error: ApiError | null;
  need: Need;
  children: ReactNode;
}

/** A body that is written as a whole. */
function JsonForm({ onSubmit, onTyped, isPending, isDisabled, error, need, children }: JsonProps) {
  const [text, setText] = useState("");
  const fields = text.trim() === "" ? {} : fieldsIn(text);
  return (
    <SubmitForm
      className="stack"
      onSubmit={() => {
        if (fields) onSubmit(fields);
      }}
    >
      {children}
      <TextArea
        label={t("explorer.body")}
        description={t("explorer.body_hint")}
        value={text}
        onChange={(typed) => {
          setText(typed);
          onTyped(typed.trim() === "" ? {} : fieldsIn(typed));
        }}
        error={fields === null ? t("kv.paste_fault") : null}
        rows={6}
        code
      />
      {error && <Failure error={error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={isPending} isDisabled={isDisabled || fields === null} needs={need}>
          {t("explorer.try")}
        </Button>
      </div>
    </SubmitForm>
  );
}
