import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Warnings } from "../../components/Warnings";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { crumbsOf, issuerLink, needs } from "./mount";

interface Imported {
  imported_issuers: string[] | null;
  imported_keys: string[] | null;
  existing_issuers: string[] | null;
  existing_keys: string[] | null;
}

/** Takes certificates and keys of authorities over: from elsewhere, or those of an intermediate that was signed. */
export default function Import() {
  const mount = useParam("mount");
  const path = join(mount, "issuers/import/bundle");
  const schema = useSchema(path);
  const take = useChange((body: Fields) => send<Envelope<Imported>>("POST", path, { data: body }));
  return (
    <>
      <PageHead title={t("pki.import")} crumbs={crumbsOf(mount, { text: "", page: "" })} intro={t("pki.import_intro")} />
      <section className="card">
        <Loaded of={schema}>
          {(found) => <SchemaForm schema={{ ...found, required: ["pem_bundle"] }} leftOut={["certificate"]} submit={t("pki.import")} needs={needs(mount).importBundle} onSubmit={(body) => take.mutate(body)} isPending={take.isPending} error={take.error} />}
        </Loaded>
      </section>
      {take.data && <Result mount={mount} answer={take.data} />}
    </>
  );
}

function Result({ mount, answer }: { mount: string; answer: Envelope<Imported> }) {
  const { imported_issuers, imported_keys, existing_issuers, existing_keys } = answer.data;
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("pki.imported", { issuers: imported_issuers?.length ?? 0, keys: imported_keys?.length ?? 0 })}</h2>
      <Warnings of={answer.warnings} />
      {(existing_issuers?.length ?? 0) + (existing_keys?.length ?? 0) > 0 && <p>{t("pki.imported_before", { issuers: existing_issuers?.length ?? 0, keys: existing_keys?.length ?? 0 })}</p>}
      <ul>
        {[...(imported_issuers ?? []), ...(existing_issuers ?? [])].map((id) => (
          <li key={id}>
            <Anchor to={issuerLink(mount, id)}>{id}</Anchor>
          </li>
        ))}
      </ul>
    </section>
  );
}
