import { useState } from "react";
import { Plus, Trash2 } from "lucide-react";
import { Button, IconButton } from "../components/Button";
import { TextField } from "../components/Field";
import { t } from "../texts";
import "./Pairs.css";

interface Props {
  label: string;
  description?: string;
  value: [string, string][];
  onChange: (value: [string, string][]) => void;
}

/** Names with a text each. */
export function Pairs({ label, description, value, onChange }: Props) {
  const [added, setAdded] = useState(-1);
  const add = () => {
    setAdded(value.length);
    onChange([...value, ["", ""]]);
  };
  const set = (at: number, pair: [string, string]) => onChange(value.map((each, index) => (index === at ? pair : each)));
  // What is given without a name, or under one name twice, would be dropped.
  const isTwice = (name: string) => name !== "" && value.filter(([each]) => each === name).length > 1;
  const faultOf = (name: string, text: string) => (isTwice(name) ? t("forms.twice") : name === "" && text !== "" ? t("forms.required") : null);
  return (
    <fieldset className="pairs stack">
      <legend>{label}</legend>
      {description && <p className="description">{description}</p>}
      {value.map(([name, text], index) => (
        <div key={index} className="pair">
          <TextField label={t("forms.name_of", { i: index + 1 })} value={name} onChange={(next) => set(index, [next, text])} error={faultOf(name, text)} blocks autoFocus={index === added} code />
          <TextField label={t("forms.value_of", { i: index + 1 })} value={text} onChange={(next) => set(index, [name, next])} />
          <IconButton label={t("forms.remove_row", { i: index + 1 })} onPress={() => onChange(value.filter((_, at) => at !== index))}>
            <Trash2 aria-hidden size={16} />
          </IconButton>
        </div>
      ))}
      <div className="row">
        <Button icon={<Plus aria-hidden size={16} />} onPress={add}>
          {t("forms.add_row")}
        </Button>
      </div>
    </fieldset>
  );
}
