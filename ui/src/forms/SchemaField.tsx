import { Select, Suggested, Switch, TextArea, TextField } from "../components/Field";
import { Prose } from "../components/Prose";
import { useRevealed } from "../components/revealed";
import { t, type TextKey } from "../texts";
import { type FormField, lineOfSeveral, type Widget } from "./fields";

interface Props {
  field: FormField;
  value: string;
  onChange: (value: string) => void;
  error: string | null;
  /** Values that are proposed. */
  suggestions?: readonly string[] | undefined;
  /** Whether what is there now, of a secret, stays if nothing is typed. */
  isKept?: boolean;
}

/** The id of a choice that leaves the server's default; an empty one is none to the list. */
const UNSET = "\u0000";

/** A field of a form, by the widget that fits it. */
export function SchemaField({ field, value, onChange, error, suggestions, isKept = false }: Props) {
  const description = <Hint field={field} isKept={isKept} />;
  const common = { label: field.label, description, value, onChange, error, isRequired: field.required && !isKept, name: field.name };
  switch (field.widget) {
    case "switch":
      return (
        <div className="field">
          <Switch label={field.label} value={(value || field.standard) === "true"} onChange={(on) => onChange(String(on))} />
          <p className="description">{description}</p>
        </div>
      );
    case "choice":
      return <ChoiceField {...common} field={field} />;
    case "secret":
      return <TextField {...common} type="password" autoComplete="new-password" />;
    case "lines":
      return field.sensitive ? <MaskedArea {...common} /> : <LinesField {...common} standard={field.standard} />;
    case "long":
    case "pairs":
    case "map":
    case "json":
      return field.sensitive ? <MaskedArea {...common} /> : <TextArea {...common} rows={field.widget === "pairs" || field.widget === "map" ? 3 : 5} placeholder={field.standard} code />;
    default:
      return suggestions?.length ? (
        <Suggested {...common} choices={suggestions.map((each) => ({ id: each, label: each }))} />
      ) : (
        <TextField {...common} placeholder={field.standard} code={field.widget === "number" || field.widget === "duration"} />
      );
  }
}

type Common = Pick<Props, "value" | "onChange" | "error"> & { label: string; description: React.ReactNode; isRequired: boolean; name: string };

function ChoiceField({ field, value, onChange, ...common }: Common & { field: FormField }) {
  const choices = field.choices.filter(Boolean).map((each) => ({ id: each, label: each }));
  const unset = { id: UNSET, label: field.standard ? t("forms.unset_is", { value: field.standard }) : t("forms.unset") };
  return <Select {...common} value={value || (field.required ? "" : UNSET)} onChange={(id) => onChange(id === UNSET ? "" : id)} choices={field.required ? choices : [unset, ...choices]} />;
}

/** A value on each line.  Who has typed several on one is told that they count as one: the server takes them so. */
function LinesField({ standard, ...common }: Common & { standard: string }) {
  const line = lineOfSeveral(common.value);
  return (
    <div className="field">
      <TextArea {...common} rows={3} placeholder={standard} code />
      <div role="status">{line !== null && <p className="notice notice-warn">{t("forms.one_value", { line })}</p>}</div>
    </div>
  );
}

/** Several lines that nobody beside the user should read. */
function MaskedArea(common: Common) {
  const [isShown, setIsShown] = useRevealed();
  return (
    <div className={isShown ? "stack" : "stack masked-area"}>
      <TextArea {...common} rows={5} code />
      <Switch label={t("forms.show", { name: common.label })} value={isShown} onChange={setIsShown} />
    </div>
  );
}

const HINTS: Partial<Record<Widget, TextKey>> = { lines: "forms.lines", pairs: "forms.pairs", map: "forms.map", json: "forms.as_json", duration: "forms.duration" };

/** What a field means, and how its value is typed. */
function Hint({ field, isKept }: { field: FormField; isKept: boolean }) {
  const hint = HINTS[field.widget];
  const how = hint ? t(hint) : "";
  return <Prose text={[field.description, how, isKept ? t("forms.kept") : ""].filter(Boolean).join(" ")} />;
}
