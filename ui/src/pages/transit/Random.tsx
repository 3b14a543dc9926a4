import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { NumberField, Select } from "../../components/Field";
import { PageHead } from "../../components/PageHead";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { crumbsOf } from "./mount";

/** Bytes that nobody can foresee. */
export default function Random() {
  const mount = useParam("mount");
  const [bytes, setBytes] = useState<number | null>(32);
  const [format, setFormat] = useState("base64");
  const path = join(mount, "random");
  const make = useChange(() => write<{ random_bytes: string }>(path, { bytes: bytes ?? 32, format }));
  return (
    <>
      <PageHead title={t("transit.random")} crumbs={crumbsOf(mount)} />
      <SubmitForm onSubmit={() => make.mutate()}>
        <NumberField label={t("transit.bytes")} value={bytes} onChange={setBytes} min={1} max={128 * 1024} />
        <Select label={t("transit.export_format")} value={format} onChange={setFormat} choices={["base64", "hex"].map((id) => ({ id, label: id }))} />
        {make.error && <Failure error={make.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={make.isPending} needs={`update ${path}`}>
            {t("transit.random_make")}
          </Button>
        </div>
        {make.data && <Secret key={make.data.random_bytes} value={make.data.random_bytes} name={t("transit.random")} />}
      </SubmitForm>
    </>
  );
}
