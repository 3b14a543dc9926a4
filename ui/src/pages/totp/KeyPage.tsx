import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Fields, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { RemoveButton } from "../../components/RemoveButton";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { Facts } from "../engine/Answer";
import { useMount } from "../engine/mount";
import { Code } from "./PresentCode";
import { keysLink } from "./paths";

/** A key: its present code, the check of somebody's code, and how its codes are made. */
export default function KeyPage() {
  const mount = useMount();
  const name = useParam("name");
  const path = `${mount}keys/${name}`;
  const mayRead = useMay(`read ${path}`);
  const found = useRead<Fields>(path, { enabled: mayRead === true });
  return (
    <>
      <PageHead title={name} intro={t("totp.key_intro")} crumbs={[{ text: mount, to: keysLink(mount) }]}>
        <RemoveButton path={path} name={name} back={keysLink(mount)} isGrave>
          <p>{t("totp.remove")}</p>
        </RemoveButton>
      </PageHead>
      <Code key={`code ${name}`} path={`${mount}code/${name}`} />
      <Check key={`check ${name}`} path={`${mount}code/${name}`} />
      {mayRead && (
        <Loaded of={found} missing={<Empty title={t("totp.no_key")} />}>
          {(fields) => (
            <section className="card stack">
              <h2>{t("totp.key")}</h2>
              <Facts fields={fields} />
            </section>
          )}
        </Loaded>
      )}
    </>
  );
}

/** Checks a code that somebody's app shows. */
function Check({ path }: { path: string }) {
  const may = useMay(`update ${path}`);
  const [code, setCode] = useState("");
  const check = useChange(
    () => write<{ valid: boolean }>(path, { code }),
    () => setCode(""),
  );
  if (!may) return null;
  return (
    <SubmitForm
      onSubmit={() => {
        if (code) check.mutate(undefined);
      }}
    >
      <h2>{t("totp.check")}</h2>
      <TextField label={t("totp.typed")} description={t("totp.typed_hint")} value={code} onChange={setCode} code />
      {check.error && <Failure error={check.error} />}
      {check.data && !check.isPending && (
        <p role="status" className={`notice notice-${check.data.valid ? "good" : "danger"}`}>
          {t(check.data.valid ? "totp.valid" : "totp.invalid")}
        </p>
      )}
      <div className="row">
        <Button type="submit" isPending={check.isPending} needs={`update ${path}`}>
          {t("totp.check")}
        </Button>
      </div>
    </SubmitForm>
  );
}
