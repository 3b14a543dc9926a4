import { type ReactNode, useState } from "react";
import { send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Choices, Select, Switch, TextArea, TextField } from "../../components/Field";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { t } from "../../texts";
import { deviceLink, devicePath, mayEnable } from "./device";
import { chosen, complete, type DeviceType, type Option, optionsOf, TYPES } from "./options";
import "./Audit.css";

interface Answer {
  warnings: string[] | null;
}

/** Enables an audit device of any type. */
export default function Enable() {
  const name = useParam("type");
  return (
    <RootOnly title={t("audit.enable_title")}>
      <PageHead title={t("audit.enable_title")} crumbs={[{ text: t("audit.title"), to: "/audit" }]} intro={t("audit.enable_intro")} />
      <Form type={TYPES.find((each) => each === name) ?? "file"} />
    </RootOnly>
  );
}

function Form({ type }: { type: DeviceType }) {
  const [path, setPath] = useState("");
  const [description, setDescription] = useState("");
  const [typed, setTyped] = useState<Record<string, string>>({});
  const navigate = useNavigate();
  const place = (path.trim() || type).replace(/^\/+|\/+$/g, "");
  const { own, common } = optionsOf(type);
  const enable = useChange(
    () => send<Answer | undefined>("POST", devicePath(place), { data: { type, description, options: chosen(type, typed) } }),
    (answer) => {
      toast([t("audit.enabled", { path: `${place}/` }), ...(answer?.warnings ?? [])].join(" "));
      navigate(deviceLink(`${place}/`));
    },
  );
  const field = (option: Option) => <OptionField key={option.name} option={option} value={typed[option.name] ?? option.standard} onChange={(value) => setTyped({ ...typed, [option.name]: value })} />;
  return (
    <Typed>
      <SubmitForm onSubmit={() => enable.mutate(undefined)}>
        <Choices label={t("audit.type")} value={type} onChange={(next) => navigate(`/audit/enable?type=${next}`, { replace: true })} choices={TYPES.map((id) => ({ id, label: id, description: t(`audit.about_${id}`) }))} />
        {own.filter(({ required }) => required).map(field)}
        <TextField label={t("audit.path")} description={t("audit.path_hint")} value={path} onChange={setPath} placeholder={type} code />
        <TextField label={t("audit.description")} value={description} onChange={setDescription} />
        <Settings title={t("audit.own_settings", { type })}>
          {own.filter(({ required }) => !required).map(field)}
        </Settings>
        <Settings title={t("audit.common_settings")}>{common.map(field)}</Settings>
        {typed["log_raw"] === "true" && <p className="notice notice-warn">{t("audit.raw_warning")}</p>}
        {enable.error && <Failure error={enable.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={enable.isPending} isDisabled={!complete(type, typed)} needs={mayEnable(place)}>
            {t("audit.enable")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}

function Settings({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details>
      <summary>{title}</summary>
      <div className="stack inset">{children}</div>
    </details>
  );
}

function OptionField({ option, value, onChange }: { option: Option; value: string; onChange: (value: string) => void }) {
  const common = { label: t(option.label), value, onChange, name: option.name, isRequired: option.required ?? false, ...(option.hint && { description: t(option.hint) }) };
  switch (option.widget) {
    case "switch":
      return (
        <div className="field">
          <Switch label={common.label} value={value === "true"} onChange={(on) => onChange(String(on))} />
          {option.hint && <p className="description">{t(option.hint)}</p>}
        </div>
      );
    case "choice":
      return <Select {...common} choices={(option.choices ?? []).map((id) => ({ id, label: id || t("audit.by_address") }))} />;
    case "long":
      return <TextArea {...common} rows={3} code />;
    case "secret":
      return <TextField {...common} type="password" autoComplete="new-password" />;
    case "text":
      return <TextField {...common} code />;
  }
}
