import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import type { Need } from "../api/capabilities";
import type { Fields } from "../api/client";
import { valueAt } from "../api/value_at";
import type { ApiError } from "../api/errors";
import type { Schema } from "../api/openapi";
import { useUnsaved } from "../app/unsaved";
import { Button } from "../components/Button";
import { Failure } from "../components/Failure";
import { SubmitForm } from "../components/SubmitForm";
import { t } from "../texts";
import { bodyFrom, FieldFault, fieldsOf, type FormField, sectionsOf, textsOf } from "./fields";
import { SchemaField } from "./SchemaField";
import "./SchemaForm.css";

interface Props {
  schema: Schema;
  /** What holds now, of something that is changed. */
  values?: Fields;
  /** What fields have until they are typed in, of something that is made: it may change, and what was typed stays. */
  initial?: Readonly<Record<string, string>>;
  leftOut?: readonly string[];
  /** The fields that are shown first, in this order. */
  order?: readonly string[];
  /** Values that are proposed, by the field's name. */
  suggestions?: Readonly<Record<string, readonly string[]>>;
  submit: string;
  needs?: Need | readonly Need[];
  onSubmit: (body: Fields) => void;
  /** Is told what would be sent while it is typed; null while that can't be sent. */
  onTyped?: (body: Fields | null) => void;
  isPending: boolean;
  error: ApiError | null;
  /** Fields before those of the schema. */
  children?: ReactNode;
  /** Beside the button that sends it. */
  actions?: ReactNode;
  look?: "primary" | "danger";
}

const FIRST = 8;
const NOTHING: Fields = {};
const NO_TEXTS = {};

/** A form made from the description of a body. */
export function SchemaForm({ schema, values = NOTHING, initial = NO_TEXTS, leftOut, order, suggestions = {}, submit, needs, onSubmit, onTyped, isPending, error, children, actions, look = "primary" }: Props) {
  const fields = ordered(fieldsOf(schema, leftOut), order);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [fault, setFault] = useState<FieldFault | null>(null);
  const shown = { ...textsOf(fields, values), ...initial, ...texts };
  const isChange = Object.keys(values).length > 0;
  const { first, rest, groups } = sectionsOf(fields, order?.length ?? FIRST);
  const form = useLedTo(fault);
  const [isTouched, setTouched] = useState(false);
  const unsaved = useUnsaved(isTouched);
  useForgotten(fields, isPending, error, setTexts);
  useEffect(() => {
    if (error) setTouched(true);
  }, [error]);
  const send = () => {
    try {
      setFault(null);
      const body = bodyFrom(fields, shown, values);
      setTouched(false);
      unsaved.forget(); // who sends it may leave the page at once
      onSubmit(body);
    } catch (thrown) {
      if (!(thrown instanceof FieldFault)) throw thrown;
      setFault(thrown);
    }
  };
  const type = (name: string, text: string) => {
    setTouched(true);
    setTexts((typed) => ({ ...typed, [name]: text }));
    onTyped?.(bodyOrNull(fields, { ...shown, [name]: text }, values));
  };
  const input = (field: FormField) => (
    <SchemaField
      key={field.name}
      field={field}
      value={valueAt(shown, field.name) ?? ""}
      onChange={(text) => type(field.name, text)}
      error={fault?.field === field.name ? t(`forms.${fault.fault}`) : null}
      suggestions={valueAt(suggestions, field.name)}
      isKept={isChange && field.sensitive}
    />
  );
  return (
    // What is typed into fields that aren't the schema's counts, too.
    <SubmitForm ref={form} className="stack" noValidate onInput={() => setTouched(true)} onSubmit={send}>
      {children}
      {first.map(input)}
      {rest.length > 0 && <Part title={t("forms.more", { n: rest.length })} fields={rest} input={input} fault={fault} />}
      {groups.map(([name, within]) => (
        <Part key={name} title={name} fields={within} input={input} fault={fault} />
      ))}
      {error && <Failure error={error} />}
      <div className="row">
        <Button type="submit" look={look} isPending={isPending} {...(needs !== undefined && { needs })}>
          {submit}
        </Button>
        {actions}
      </div>
    </SubmitForm>
  );
}

/** Fields that are shown when they are wanted, or when one of them is at fault. */
function Part({ title, fields, input, fault }: { title: string; fields: readonly FormField[]; input: (field: FormField) => ReactNode; fault: FieldFault | null }) {
  return (
    <details className="form-part" open={fields.some(({ name }) => name === fault?.field) || undefined}>
      <summary>{title}</summary>
      <div className="stack">{fields.map(input)}</div>
    </details>
  );
}

function bodyOrNull(fields: readonly FormField[], texts: Record<string, string>, now: Fields): Fields | null {
  try {
    return bodyFrom(fields, texts, now);
  } catch (thrown) {
    if (thrown instanceof FieldFault) return null;
    throw thrown;
  }
}

/** Fields with those of an order before the others; required ones stay before them all. */
function ordered(fields: FormField[], order: readonly string[] | undefined): FormField[] {
  if (!order) return fields;
  const place = ({ name }: FormField) => (order.includes(name) ? order.indexOf(name) : order.length);
  return fields.sort((a, b) => place(a) - place(b));
}

/** Leads who can't see the whole form to what has to be mended. */
function useLedTo(fault: FieldFault | null): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (fault) form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(fault.field)}"]`)?.focus();
  }, [fault]);
  return form;
}

/** Takes secrets out of the form when they were sent and accepted. */
function useForgotten(fields: readonly FormField[], isPending: boolean, error: ApiError | null, setTexts: (change: (typed: Record<string, string>) => Record<string, string>) => void): void {
  const was = useRef(false);
  const names = fields.filter(({ sensitive }) => sensitive).map(({ name }) => name);
  useEffect(() => {
    const isDone = was.current && !isPending && !error;
    was.current = isPending;
    if (isDone && names.length > 0) setTexts((typed) => Object.fromEntries(Object.entries(typed).filter(([name]) => !names.includes(name))));
  }, [isPending]);
}
