import type { ReactNode } from "react";
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  ComboBox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  NumberField as AriaNumberField,
  Radio,
  RadioGroup,
  Select as AriaSelect,
  SelectValue,
  Switch as AriaSwitch,
  Text,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
} from "react-aria-components";
import { ChevronDown } from "lucide-react";
import { ListPopover } from "./ListPopover";
import "./Field.css";

interface Common {
  label: string;
  description?: ReactNode;
  /** Why the value can't stand. */
  error?: string | null | undefined;
  isRequired?: boolean;
  isDisabled?: boolean;
  autoFocus?: boolean;
  name?: string;
  /** Whether the form that it is in isn't sent while there is an error; otherwise that is the form's to decide. */
  blocks?: boolean;
}

function Around({ label, description, error, children }: Common & { children: ReactNode }) {
  return (
    <>
      <Label>{label}</Label>
      {children}
      {description && <Text slot="description">{description}</Text>}
      <FieldError>{error ?? undefined}</FieldError>
    </>
  );
}

interface TextProps extends Common {
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "password" | "url" | "email" | "search";
  /** `off` by default: nothing typed here should be kept by the browser. */
  autoComplete?: string;
  placeholder?: string;
  isReadOnly?: boolean;
  /** Shows letters of one width, for what is read letter by letter. */
  code?: boolean;
}

export function TextField({ value, onChange, type = "text", autoComplete = "off", placeholder, code, isReadOnly, ...common }: TextProps) {
  return (
    <AriaTextField className="field" type={type} value={value} onChange={onChange} isInvalid={!!common.error} isReadOnly={isReadOnly ?? false} autoComplete={autoComplete} {...passed(common)}>
      <Around {...common}>
        <Input className={code ? "input code" : "input"} placeholder={placeholder} spellCheck={false} data-1p-ignore={type !== "password" || undefined} />
      </Around>
    </AriaTextField>
  );
}

export function TextArea({ value, onChange, rows = 4, code, placeholder, isReadOnly, ...common }: Omit<TextProps, "type" | "autoComplete"> & { rows?: number }) {
  return (
    <AriaTextField className="field" value={value} onChange={onChange} isInvalid={!!common.error} isReadOnly={isReadOnly ?? false} autoComplete="off" {...passed(common)}>
      <Around {...common}>
        <AriaTextArea className={code ? "input code" : "input"} rows={rows} spellCheck={false} placeholder={placeholder} />
      </Around>
    </AriaTextField>
  );
}

export function NumberField({ value, onChange, min, max, ...common }: Common & { value: number | null; onChange: (value: number | null) => void; min?: number; max?: number }) {
  const limits = { ...(min !== undefined && { minValue: min }), ...(max !== undefined && { maxValue: max }) };
  return (
    <AriaNumberField className="field" value={value ?? Number.NaN} onChange={(given) => onChange(Number.isNaN(given) ? null : given)} isInvalid={!!common.error} formatOptions={{ useGrouping: false }} {...limits} {...passed(common)}>
      <Around {...common}>
        <Input className="input" />
      </Around>
    </AriaNumberField>
  );
}

export interface Choice {
  id: string;
  label: string;
  description?: string;
}

export function Select({ value, onChange, choices, ...common }: Common & { value: string; onChange: (value: string) => void; choices: readonly Choice[] }) {
  return (
    <AriaSelect className="field" value={value} onChange={(key) => onChange(String(key))} isInvalid={!!common.error} {...passed(common)}>
      <Around {...common}>
        <AriaButton className="input select">
          <SelectValue />
          <ChevronDown aria-hidden size={16} />
        </AriaButton>
      </Around>
      <ListPopover>
        <ListBox className="options" items={choices}>
          {(choice) => <Option choice={choice} />}
        </ListBox>
      </ListPopover>
    </AriaSelect>
  );
}

/** A text field that proposes values; what isn't among them is taken too. */
export function Suggested({ value, onChange, choices, placeholder, ...common }: Common & { value: string; onChange: (value: string) => void; choices: readonly Choice[]; placeholder?: string }) {
  return (
    <ComboBox className="field" inputValue={value} onInputChange={onChange} onChange={(key) => key !== null && onChange(String(key))} items={choices} allowsCustomValue menuTrigger="focus" isInvalid={!!common.error} {...passed(common)}>
      <Around {...common}>
        <Input className="input" placeholder={placeholder} spellCheck={false} autoComplete="off" />
      </Around>
      <ListPopover>
        <ListBox className="options">{(choice: Choice) => <Option choice={choice} />}</ListBox>
      </ListPopover>
    </ComboBox>
  );
}

function Option({ choice }: { choice: Choice }) {
  return (
    <ListBoxItem className="option" id={choice.id} textValue={choice.label}>
      <Text slot="label">{choice.label}</Text>
      {choice.description && <Text slot="description">{choice.description}</Text>}
    </ListBoxItem>
  );
}

export function Checkbox({ label, description, value, onChange, isDisabled = false }: Common & { value: boolean; onChange: (value: boolean) => void }) {
  return (
    <div className="field">
      <AriaCheckbox className="check" isSelected={value} onChange={onChange} isDisabled={isDisabled}>
        <span className="box" aria-hidden />
        {label}
      </AriaCheckbox>
      {description && <p className="description">{description}</p>}
    </div>
  );
}

export function Switch({ label, value, onChange, isDisabled = false }: Common & { value: boolean; onChange: (value: boolean) => void }) {
  return (
    <AriaSwitch className="switch" isSelected={value} onChange={onChange} isDisabled={isDisabled}>
      <span className="track" aria-hidden />
      {label}
    </AriaSwitch>
  );
}

export function Choices({ value, onChange, choices, ...common }: Common & { value: string; onChange: (value: string) => void; choices: readonly Choice[] }) {
  return (
    <RadioGroup className="field radios" value={value} onChange={onChange} isInvalid={!!common.error} {...passed(common)}>
      <Around {...common}>
        {choices.map((choice) => (
          <Radio key={choice.id} value={choice.id} className="check radio">
            <span className="box" aria-hidden />
            <span>
              {choice.label}
              {choice.description && <span className="description">{choice.description}</span>}
            </span>
          </Radio>
        ))}
      </Around>
    </RadioGroup>
  );
}

function passed({ isRequired = false, isDisabled = false, autoFocus = false, name, blocks = false }: Common) {
  return { isRequired, isDisabled, autoFocus, validationBehavior: blocks ? ("native" as const) : ("aria" as const), ...(name !== undefined && { name }) };
}
