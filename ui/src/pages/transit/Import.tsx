import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { pathWord } from "../console/words";
import { Made } from "./Made";
import { crumbsOf, keyLink, keyPath } from "./mount";

/** Takes a key from elsewhere, that was encrypted for this mount before. */
export default function Import() {
  const mount = useParam("mount");
  const [name, setName] = useState("");
  const schema = useSchema(`${mount}keys/{name}/import`);
  const mayWrap = useMay(`read ${join(mount, "wrapping_key")}`);
  const navigate = useNavigate();
  const wanted = name.trim();
  const take = useChange(
    (body: Fields) => send("POST", keyPath(mount, wanted, "import"), { data: body }),
    () => {
      toast(t("transit.imported_key", { name: wanted }));
      navigate(keyLink(mount, wanted));
    },
  );
  return (
    <>
      <PageHead title={t("transit.import")} crumbs={crumbsOf(mount)} intro={t("transit.import_intro")} />
      {mayWrap && <Wrapping mount={mount} />}
      <section className="card">
        <Loaded of={schema}>
          {(found) => (
            <SchemaForm schema={found} submit={t("transit.import")} needs={`update ${keyPath(mount, wanted || "new", "import")}`} onSubmit={(body) => take.mutate(body)} isPending={take.isPending} error={take.error}>
              <TextField label={t("transit.name")} value={name} onChange={setName} isRequired autoFocus code />
            </SchemaForm>
          )}
        </Loaded>
      </section>
    </>
  );
}

function Wrapping({ mount }: { mount: string }) {
  const found = useRead<{ public_key: string }>(join(mount, "wrapping_key"));
  return (
    <section className="card stack">
      <p>{t("transit.import_command", { command: `strongroom transit import ${pathWord(keyPath(mount, "NAME"))} @key.pem type=…` })}</p>
      <Loaded of={found}>{({ public_key }) => <Made title={t("transit.wrapping_key")} text={public_key} />}</Loaded>
    </section>
  );
}
