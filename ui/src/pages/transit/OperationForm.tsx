import { type ReactNode, useState } from "react";
import type { Need } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { SubmitForm } from "../../components/SubmitForm";
import { Warnings } from "../../components/Warnings";
import { bodyFrom, FieldFault, fieldsOf } from "../../forms/fields";
import { SchemaField } from "../../forms/SchemaField";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { BytesField } from "./Bytes";
import type { KeyInfo } from "./mount";
import { isBinding } from "./operations";
import { base64Of, EMPTY, type Payload } from "./payload";

interface Props {
  mount: string;
  /** Null where it can't be read: then everything is offered that the API takes. */
  info: KeyInfo | null;
  /** Where the API does it, and how its description names that. */
  path: string;
  described: string;
  /** What has fields of its own. */
  own: readonly string[];
  /** Whether it is about ciphertexts, to which other data can be bound. */
  binds?: boolean;
  /** What is sent of the fields in `children`; null while something is missing or wrong. */
  body: () => Fields | null;
  /** The request that all fields together make, if they aren't it as they are. */
  shape?: (fields: Fields) => Fields;
  /** After it was done, so that nothing secret stays in the form. */
  onDone?: () => void;
  submit: string;
  children: ReactNode;
  result: (answer: Fields) => ReactNode;
}

/** Never asked for: batches are for programs, and the others are handled here. */
const LEFT_OUT = ["batch_input", "partial_failure_response_code", "context", "associated_data", "type", "convergent_encryption", "key_versions"];
const OF_RSA = ["padding_scheme", "hash_algorithm", "oaep_hash", "mgf_hash"];

/** A form for something that is done with a key, with its result. */
export function OperationForm({ info, path, described, own, binds = false, body, shape = (fields) => fields, onDone, submit, children, result }: Props) {
  const schema = useSchema(described);
  const [context, setContext] = useState<Payload>(EMPTY);
  const [bound, setBound] = useState<Payload>(EMPTY);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [fault, setFault] = useState<FieldFault | null>(null);
  const isRsa = !info || info.type.startsWith("rsa");
  const fields = fieldsOf(schema.data ?? {}, [...LEFT_OUT, ...own, ...(isRsa ? ["oaep_hash"] : binds ? [...OF_RSA, ...OF_RSA.flatMap((name) => [`decrypt_${name}`, `encrypt_${name}`])] : [])]).filter(({ name }) => !schema.data?.properties?.[name]?.description?.startsWith("The old name"));
  const act = useChange(
    (sent: Fields) => send<Envelope<Fields>>("POST", path, { data: sent }),
    () => onDone?.(),
  );
  const takesContext = "context" in (schema.data?.properties ?? {}) && (!info || info.derived);
  const takesBound = binds && isBinding(info?.type);
  const go = () => {
    const made = body();
    const [inContext, inBound] = [base64Of(context), base64Of(bound)];
    if (!made || inContext === null || inBound === null) return;
    try {
      setFault(null);
      act.mutate(shape({ ...bodyFrom(fields, texts), ...made, ...(takesContext && inContext !== "" && { context: inContext }), ...(takesBound && inBound !== "" && { associated_data: inBound }) }));
    } catch (thrown) {
      if (!(thrown instanceof FieldFault)) throw thrown;
      setFault(thrown);
    }
  };
  return (
    <SubmitForm onSubmit={() => go()}>
      {children}
      {takesContext && <BytesField label={t("transit.context")} description={t(info ? "transit.context_hint" : "transit.context_maybe")} value={context} onChange={setContext} rows={1} isRequired={info !== null} />}
      {takesBound && <BytesField label={t("transit.associated_data")} description={t("transit.associated_data_hint")} value={bound} onChange={setBound} rows={1} />}
      {fields.length > 0 && (
        <details open={fault !== null || undefined}>
          <summary>{t("forms.more", { n: fields.length })}</summary>
          <div className="stack">
            {fields.map((field) => (
              <SchemaField key={field.name} field={field} value={texts[field.name] ?? ""} onChange={(text) => setTexts({ ...texts, [field.name]: text })} error={fault?.field === field.name ? t(`forms.${fault.fault}`) : null} />
            ))}
          </div>
        </details>
      )}
      {act.error && <Failure error={act.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={act.isPending} needs={`update ${path}` as Need}>
          {submit}
        </Button>
      </div>
      <div aria-live="polite" className="stack" data-result>
        {act.data && <Warnings of={act.data.warnings} />}
        {act.data && result(act.data.data)}
      </div>
    </SubmitForm>
  );
}
