import { useState } from "react";
import type { Need } from "../../api/capabilities";
import { useMay } from "../../api/capabilities";
import { type Auth, type Envelope, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { PageHead } from "../../components/PageHead";
import { SubmitForm } from "../../components/SubmitForm";
import { Typed } from "../../components/Typed";
import { t } from "../../texts";
import { CreateFields } from "./CreateFields";
import { Made } from "./Made";
import { bodyOf, createPath, NOTHING, tokensLink, type Wanted } from "./token";

/** Makes a token. */
export default function Create() {
  const role = useParam("role");
  return (
    <>
      <PageHead title={role ? t("tokens.create_by", { role }) : t("tokens.create")} crumbs={[{ text: t("tokens.title"), to: tokensLink() }]} intro={t("tokens.create_intro")} />
      <Form key={role} role={role} />
    </>
  );
}

function Form({ role }: { role: string }) {
  const [wanted, setWanted] = useState<Wanted>(NOTHING);
  const [wrapTtl, setWrapTtl] = useState("");
  const sudo = useMay(`sudo ${createPath(role, false, true)}`) === true;
  const path = createPath(role, wanted.orphan, sudo);
  const may = useMay(`update ${path}`);
  const create = useChange(
    () => send<Envelope<null> & { auth: Auth | null }>("POST", path, { data: bodyOf(wanted, path), ...(wrapTtl.trim() && { wrapTtl: wrapTtl.trim() }) }),
    () => setWanted((typed) => ({ ...typed, id: "" })),
  );
  return (
    <>
      {may === false && <p className="notice notice-warn">{t(role ? "tokens.not_by_role" : "tokens.not_allowed")}</p>}
      <Typed>
        <SubmitForm onSubmit={() => create.mutate(undefined)}>
          <CreateFields role={role} sudo={sudo} wanted={wanted} onChange={setWanted} wrapTtl={wrapTtl} onWrapTtl={setWrapTtl} />
          {create.error && <Failure error={create.error} />}
          <div className="row">
            <Button type="submit" look="primary" isPending={create.isPending} needs={`update ${path}` as Need}>
              {t("tokens.make")}
            </Button>
          </div>
        </SubmitForm>
      </Typed>
      {create.data && <Made answer={create.data} onClose={create.reset} />}
    </>
  );
}
