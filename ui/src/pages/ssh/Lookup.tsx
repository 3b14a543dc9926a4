import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Anchor, Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { roleLink } from "./paths";

/** Which roles make one-time passwords for an address. */
export function Lookup({ mount }: { mount: string }) {
  const path = `${mount}lookup`;
  const may = useMay(`update ${path}`);
  const [ip, setIp] = useState("");
  const ask = useChange((address: string) => write<{ roles: string[] | null } | undefined>(path, { ip: address }));
  if (!may) return null;
  const roles = ask.data?.roles ?? [];
  return (
    <SubmitForm
      onSubmit={() => {
        if (ip) ask.mutate(ip);
      }}
    >
      <h2>{t("ssh.lookup")}</h2>
      <TextField label={t("ssh.ip")} description={t("ssh.lookup_hint")} value={ip} onChange={setIp} code />
      {ask.error && <Failure error={ask.error} />}
      {ask.isSuccess && (
        <p role="status" className="row">
          {roles.length === 0
            ? t("ssh.lookup_none")
            : roles.map((name) => (
                <Anchor key={name} to={roleLink(mount, name)}>
                  {name}
                </Anchor>
              ))}
        </p>
      )}
      <div className="row">
        <Button type="submit" isPending={ask.isPending} needs={`update ${path}`}>
          {t("ssh.lookup_do")}
        </Button>
      </div>
    </SubmitForm>
  );
}
