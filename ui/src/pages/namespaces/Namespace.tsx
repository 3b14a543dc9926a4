import { remove, send } from "../../api/client";
import { useChange, useList, useRead, useSession } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Held } from "../../components/Held";
import { Empty, Loaded } from "../../components/Loaded";
import { Metadata } from "../../components/Metadata";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Pairs } from "../../forms/Pairs";
import { t } from "../../texts";
import { metadataOf } from "../identity/records";
import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { Enter } from "./Enter";
import { Locking } from "./Locking";
import { State } from "./Namespaces";
import { aboveOf, apiPath, createLink, type Namespace as Record, namespaceLink, type Place, placeOf } from "./place";
import { Sealing } from "./Sealing";

/** One namespace, as those see it who administer it from above. */
export default function Namespace() {
  const { namespace } = useSession();
  const place = placeOf(namespace, useParam("path"));
  if (!place) return <Elsewhere path={useParam("path")} />;
  return <Here key={place.path} place={place} />;
}

/** What isn't below the namespace that pages work in can't be reached from there. */
function Elsewhere({ path }: { path: string }) {
  return (
    <>
      <PageHead title={path || t("namespaces.namespace")} crumbs={[{ text: t("namespaces.title"), to: "/namespaces" }]} />
      <Empty title={t("namespaces.elsewhere")}>
        <Enter path={aboveOf(path)} />
      </Empty>
    </>
  );
}

function Here({ place }: { place: Place }) {
  const found = useRead<Record>(apiPath(place));
  const { namespace } = useSession();
  const above = place.path.split("/").slice(namespace ? namespace.split("/").length : 0, -1);
  const crumbs = [
    { text: t("namespaces.title"), to: "/namespaces" },
    ...above.map((name, index) => ({ text: name, to: namespaceLink([namespace, ...above.slice(0, index + 1)].filter(Boolean).join("/")) })),
  ];
  return (
    <>
      <PageHead title={place.name} crumbs={crumbs}>
        {found.data && !found.data.tainted && <Enter path={place.path} look="primary" />}
        {found.data && !found.data.tainted && !found.data.locked && (
          <LinkButton to={createLink(place.path)} needs={`create ${join(place.within, place.name, "sys/namespaces/new")}`}>
            {t("namespaces.create_in")}
          </LinkButton>
        )}
        {found.data && !found.data.tainted && <Delete place={place} isLocked={found.data.locked} />}
      </PageHead>
      <Loaded of={found} missing={<Empty title={t("namespaces.missing")} />}>
        {(record) => (
          <PageTabs
            label={place.path}
            tabs={[
              { id: "about", title: t("namespaces.about"), content: <About place={place} record={record} /> },
              { id: "lock", title: t("namespaces.lock_tab"), content: <Locking place={place} locked={record.locked} /> },
              { id: "seal", title: t("namespaces.seal_tab"), content: <Sealing place={place} /> },
            ]}
          />
        )}
      </Loaded>
    </>
  );
}

function About({ place, record }: { place: Place; record: Record }) {
  const may = useMay(`update ${apiPath(place)}`);
  return (
    <>
      {record.tainted && <p className="notice notice-warn">{t("namespaces.tainted_text")}</p>}
      <section className="card">
        <dl className="facts">
          <dt>{t("namespaces.path")}</dt>
          <dd className="code">{record.path}</dd>
          <dt>{t("namespaces.state")}</dt>
          <dd>
            <State of={record} />
          </dd>
          <dt>{t("namespaces.id")}</dt>
          <dd className="code">{record.id}</dd>
          {!may && (
            <>
              <dt>{t("namespaces.metadata")}</dt>
              <dd>
                <Metadata of={record.custom_metadata} />
              </dd>
            </>
          )}
        </dl>
      </section>
      {may && !record.tainted && (
        <Held key={place.path} value={record} by={({ custom_metadata }) => JSON.stringify(custom_metadata)}>
          {(held) => <MetadataForm place={place} record={held} />}
        </Held>
      )}
      {!record.locked && !record.tainted && <Below place={place} />}
    </>
  );
}

function MetadataForm({ place, record }: { place: Place; record: Record }) {
  const [rows, setRows] = useState<[string, string][]>(Object.entries(record.custom_metadata ?? {}));
  const save = useChange(
    () => send("POST", apiPath(place), { data: { custom_metadata: metadataOf(rows) } }),
    () => toast(t("namespaces.saved", { name: place.path })),
  );
  return (
    <SubmitForm onSubmit={() => save.mutate(undefined)}>
      <Pairs label={t("namespaces.metadata")} description={t("namespaces.metadata_hint")} value={rows} onChange={setRows} />
      {save.error && <Failure error={save.error} />}
      <div className="row">
        <Button type="submit" isPending={save.isPending} needs={`update ${apiPath(place)}`}>
          {t("common.save")}
        </Button>
      </div>
    </SubmitForm>
  );
}

const childrenPath = (place: Place) => join(place.within, place.name, "sys/namespaces");

/** The namespaces directly below, for who may list them. */
function Below({ place }: { place: Place }) {
  const may = useMay(`list ${childrenPath(place)}`);
  const found = useList(childrenPath(place), { enabled: may === true });
  if (!may || found.data?.keys.length === 0) return null;
  return (
    <section className="card stack">
      <h2>{t("namespaces.below")}</h2>
      {found.error?.kind === "closed" ? (
        <p>{t("namespaces.is_sealed")}</p>
      ) : (
        <Loaded of={found}>
          {({ keys }) => (
            <ul>
              {keys.map((name) => (
                <li key={name}>
                  <Anchor to={namespaceLink(`${place.path}/${name}`)}>{name}</Anchor>
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      )}
    </section>
  );
}

function Delete({ place, isLocked }: { place: Place; isLocked: boolean }) {
  const navigate = useNavigate();
  const done = () => {
    toast(t("namespaces.deleted", { name: place.path }));
    navigate("/namespaces");
  };
  return (
    <Removal look="danger" title={t("namespaces.remove_title", { name: place.path })} needs={`delete ${apiPath(place)}`} act={() => remove(apiPath(place))} done={done} typed={place.name}>
      <p>{t("namespaces.remove_text")}</p>
      {!isLocked && <HasChildren place={place} />}
    </Removal>
  );
}

/** That the server will refuse to delete it, and why. */
function HasChildren({ place }: { place: Place }) {
  const may = useMay(`list ${childrenPath(place)}`);
  const children = useList(childrenPath(place), { enabled: may === true });
  if (!children.data?.keys.length) return null;
  return <p className="notice notice-warn">{t("namespaces.has_children", { names: children.data.keys.slice(0, 5).join(", ") })}</p>;
}
