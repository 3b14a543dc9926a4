import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { NumberField, Select } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";

const STANDARD_BYTES = 32;
const SOURCES = ["platform", "seal", "all"] as const;

/** Bytes that nobody can foresee. */
export function Random() {
  const [bytes, setBytes] = useState<number | null>(STANDARD_BYTES);
  const [format, setFormat] = useState("base64");
  const [source, setSource] = useState("platform");
  const make = useChange(() => write<{ random_bytes: string }>("sys/tools/random", { bytes: bytes ?? STANDARD_BYTES, format, source }));
  return (
    <SubmitForm className="stack" onSubmit={() => make.mutate(undefined)}>
      <NumberField label={t("tools.bytes")} value={bytes} onChange={setBytes} min={1} max={128 * 1024} />
      <Select label={t("tools.format")} value={format} onChange={setFormat} choices={["base64", "hex"].map((id) => ({ id, label: id }))} />
      <Select label={t("tools.source")} value={source} onChange={setSource} choices={SOURCES.map((id) => ({ id, label: t(`tools.source_${id}`) }))} />
      {make.error && <Failure error={make.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={make.isPending} needs="update sys/tools/random">
          {t("tools.random")}
        </Button>
      </div>
      {make.data && <Secret value={make.data.random_bytes} name={t("tools.random")} />}
    </SubmitForm>
  );
}
