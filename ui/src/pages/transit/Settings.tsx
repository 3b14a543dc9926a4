import { Held } from "../../components/Held";
import { type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { crumbsOf } from "./mount";

/** What holds for all keys of a mount. */
export default function Settings() {
  const mount = useParam("mount");
  const path = join(mount, "config/keys");
  const found = useRead<Fields>(path);
  const schema = useSchema(path);
  const save = useChange(
    (body: Fields) => send("POST", path, { data: body }),
    () => toast(t("transit.settings_saved", { name: mount })),
  );
  return (
    <>
      <PageHead title={t("transit.settings")} crumbs={crumbsOf(mount)} />
      <section className="card">
        <Loaded of={found}>
          {(values) => <Loaded of={schema}>{(known) => <Held key={path} value={values}>{(held) => <SchemaForm schema={known} values={held} submit={t("common.save")} needs={`update ${path}`} onSubmit={(body) => save.mutate(body)} isPending={save.isPending} error={save.error} />}</Held>}</Loaded>}
        </Loaded>
      </section>
    </>
  );
}
