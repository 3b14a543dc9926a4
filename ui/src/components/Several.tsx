import { ChevronDown, Plus, X } from "lucide-react";
import { useMemo, useState } from "react";
import { Button as AriaButton, ButtonContext, ComboBox, Input, Label, ListBox, ListBoxItem, Text } from "react-aria-components";
import { t } from "../texts";
import { Button, IconButton } from "./Button";
import type { Choice } from "./Field";
import { ListPopover } from "./ListPopover";
import { taken, typedChoices } from "./severalChoices";
import "./Several.css";

interface Props {
  label: string;
  description?: string;
  /** The ids that are chosen, in their order. */
  value: readonly string[];
  onChange: (value: string[]) => void;
  choices: readonly Choice[];
}

/** Several values, each chosen from a list or typed.  What isn't in the list is taken as it is typed. */
export function Several({ label, description, value, onChange, choices }: Props) {
  const [text, setText] = useState("");
  const names = useMemo(() => new Map(choices.map(({ id, label: name }) => [id, name])), [choices]);
  const open = useMemo(() => taken(choices, value, text), [choices, value, text]);
  const add = (...ids: string[]) => {
    const added = [...new Set([...value, ...ids])];
    if (added.length > value.length) onChange(added);
    setText("");
  };
  const addTyped = () => add(...typedChoices(choices, text));
  return (
    <div className="several">
      <ComboBox className="field" inputValue={text} onInputChange={setText} value={null} onChange={(key) => typeof key === "string" && add(key)} items={open} allowsCustomValue menuTrigger="focus">
        <Label>{label}</Label>
        <Chosen label={label} value={value} onChange={onChange} nameOf={(id) => names.get(id) ?? id} />
        <div className="several-input">
          <Input
            className="input"
            spellCheck={false}
            autoComplete="off"
            onKeyDown={(event) => {
              const isChoosing = event.currentTarget.getAttribute("aria-activedescendant");
              if (event.key !== "Enter" || text.trim() === "" || isChoosing) return;
              event.preventDefault();
              addTyped();
            }}
            onBlur={addTyped}
          />
          <AriaButton className="button button-icon" aria-label={t("several.show")}>
            <ChevronDown aria-hidden size={16} />
          </AriaButton>
        </div>
        {description && <Text slot="description">{description}</Text>}
        <ListPopover>
          <ListBox className="options">
            {(choice: Choice) => (
              <ListBoxItem className="option" id={choice.id} textValue={choice.label}>
                <Text slot="label">{choice.label}</Text>
                {choice.description && <Text slot="description">{choice.description}</Text>}
              </ListBoxItem>
            )}
          </ListBox>
        </ListPopover>
      </ComboBox>
      {text.trim() !== "" && (
        <Button icon={<Plus aria-hidden size={16} />} onPress={addTyped}>
          {t("several.add", { name: text.trim() })}
        </Button>
      )}
    </div>
  );
}

/** What is chosen, above the field: its list would cover it. */
function Chosen({ label, value, onChange, nameOf }: Pick<Props, "label" | "value" | "onChange"> & { nameOf: (id: string) => string }) {
  if (value.length === 0) return null;
  return (
    // The buttons are their own, and not that which opens the list.
    <ButtonContext.Provider value={null}>
      <ul className="chips" aria-label={label}>
        {value.map((id) => (
          <li key={id} className="chip">
            <span>{nameOf(id)}</span>
            <IconButton label={t("several.remove", { name: nameOf(id) })} onPress={() => onChange(value.filter((each) => each !== id))}>
              <X aria-hidden size={14} />
            </IconButton>
          </li>
        ))}
      </ul>
    </ButtonContext.Provider>
  );
}
