import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../../api/capabilities";
import { write } from "../../../api/client";
import type { ApiError } from "../../../api/errors";
import { Button } from "../../../components/Button";
import { Failure } from "../../../components/Failure";
import { Suggested, TextField } from "../../../components/Field";
import { SubmitForm } from "../../../components/SubmitForm";
import { t } from "../../../texts";
import { useMountChoices } from "../names";
import { type Made, Shown } from "./Enrol";
import type { Method } from "./records";

const GENERATE = "identity/mfa/method/totp/admin-generate";

/** Makes a secret for somebody by the name at an auth method, also before the first login. */
export function EnrolAlias({ method }: { method: Method }) {
  const [name, setName] = useState("");
  const [mount, setMount] = useState("");
  const mounts = useMountChoices();
  const may = useMay(`update ${GENERATE}`);
  const accessor = mounts.find(({ label }) => label === mount)?.id ?? mount.trim();
  const make = useMutation<Made, ApiError, void>({ mutationFn: () => write<Made>(GENERATE, { method_id: method.id, mount_accessor: accessor, alias_name: name.trim() }), gcTime: 0 });
  if (!may) return null;
  return (
    <section className="card stack">
      <h2>{t("mfa.enrol_alias")}</h2>
      <p className="description">{t("mfa.enrol_alias_hint")}</p>
      <SubmitForm className="stack" onSubmit={() => make.mutate()}>
        <div className="grid">
          <TextField label={t("identity.alias_name")} description={t("identity.alias_name_hint")} value={name} onChange={setName} isRequired code />
          <Suggested label={t("identity.mount")} description={t("identity.mount_hint")} value={mount} onChange={setMount} choices={mounts.map(({ label }) => ({ id: label, label }))} isRequired />
        </div>
        <div className="row">
          <Button type="submit" isPending={make.isPending} isDisabled={name.trim() === "" || accessor === ""} needs={`update ${GENERATE}`}>
            {t("mfa.enrol")}
          </Button>
        </div>
      </SubmitForm>
      {make.error && <Failure error={make.error} />}
      {make.isSuccess && <Shown made={make.data} onDone={() => make.reset()} />}
    </section>
  );
}
