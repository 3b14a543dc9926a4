import { FileTrigger } from "react-aria-components";
import { bytesOfBase64 } from "../../api/base64";
import { Button } from "../../components/Button";
import { Download } from "../../components/Download";
import { Select, Switch, TextArea } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { useState } from "react";
import { base64Of, type Payload, textIn } from "./payload";
import "./Bytes.css";

interface Props {
  label: string;
  description?: string;
  value: Payload;
  onChange: (value: Payload) => void;
  rows?: number;
  isRequired?: boolean;
}

const KINDS = ["text", "base64", "file"] as const;
/** What the server takes of one text at most, before base64. */
const MOST_BYTES = 768 * 1024;

/** Asks for bytes: a text, base64 or a file. */
export function BytesField({ label, description, value, onChange, rows = 4, isRequired = false }: Props) {
  const isWrong = value.kind === "base64" && base64Of(value) === null;
  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    if (file.size > MOST_BYTES) return toast(t("transit.file_too_large"), "danger");
    onChange({ ...value, kind: "file", file: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } });
  };
  return (
    <div className="bytes" role="group" aria-label={label}>
      {value.kind === "file" ? (
        <div className="field">
          <span className="label">{label}</span>
          <div className="row">
            <FileTrigger onSelect={(files) => void take(files)}>
              <Button>{t("transit.choose_file")}</Button>
            </FileTrigger>
            {value.file && <span>{t("transit.file", { name: value.file.name, n: value.file.bytes.length })}</span>}
          </div>
          {description && <p className="description">{description}</p>}
        </div>
      ) : (
        <TextArea label={label} {...(description !== undefined && { description })} value={value.text} onChange={(text) => onChange({ ...value, text })} rows={rows} isRequired={isRequired} error={isWrong ? t("transit.no_base64") : null} code />
      )}
      <Select label={t("transit.given_as")} value={value.kind} onChange={(kind) => onChange({ ...value, kind: KINDS.find((each) => each === kind) ?? "text" })} choices={KINDS.map((id) => ({ id, label: t(`transit.as_${id}`) }))} />
    </div>
  );
}

/** Bytes that the server gave: as text if they are one, in base64, as a file. */
export function BytesShown({ base64, name, file }: { base64: string; name: string; file: string }) {
  const text = textIn(base64);
  const [inBase64, setInBase64] = useState(text === null);
  return (
    <div className="stack">
      <Secret key={String(inBase64)} value={inBase64 || text === null ? base64 : text} name={name} />
      <div className="row">
        {text !== null ? <Switch label={t("transit.show_base64")} value={inBase64} onChange={setInBase64} /> : <span className="description">{t("transit.is_binary")}</span>}
        <Download name={file} content={() => new Uint8Array(bytesOfBase64(base64) ?? [])} label={t("transit.save_as_file")} />
      </div>
    </div>
  );
}
