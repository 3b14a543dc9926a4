import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { NumberField, Select } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { t } from "../../texts";

/** Bytes that nobody can foresee. */
export function Random() {
  const [bytes, setBytes] = useState<number | null>(32);
  const [format, setFormat] = useState("base64");
  const make = useChange(() => write<{ random_bytes: string }>("sys/tools/random", { bytes: bytes ?? 32, format }));
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate(undefined);
      }}
    >
      <NumberField label={t("tools.bytes")} value={bytes} onChange={setBytes} min={1} max={128 * 1024} />
      <Select label={t("tools.format")} value={format} onChange={setFormat} choices={["base64", "hex"].map((id) => ({ id, label: id }))} />
      {make.error && <Failure error={make.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={make.isPending} needs="update sys/tools/random">
          {t("tools.random")}
        </Button>
      </div>
      {make.data && <Secret value={make.data.random_bytes} name={t("tools.random")} />}
    </form>
  );
}
