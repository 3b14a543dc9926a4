import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, remove, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty, Loaded, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { Removal } from "../../components/Removal";
import { toast } from "../../components/toasts";
import { Warnings } from "../../components/Warnings";
import { SettingValues } from "../../forms/SettingsForm";
import { grouped } from "../../forms/grouped";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { ROLE_FIRST, roleGroups } from "./fields";
import { whole } from "./merged";
import { crumbsOf, needs, pkiLink, roleLink, rolePath } from "./mount";
import { useIssuerNames } from "./standing";
import { TryNames } from "./TryNames";

/** A role: what certificates may be asked for by it. */
export default function Role() {
  const [mount, name] = [useParam("mount"), useParam("name")];
  return name === "" ? <Create mount={mount} /> : <Existing key={name} mount={mount} name={name} />;
}

const crumbs = (mount: string) => crumbsOf(mount, { text: t("pki.part_roles"), page: "/roles" });

function Create({ mount }: { mount: string }) {
  const [name, setName] = useState("");
  const wanted = name.trim();
  const schema = useSchema(`${mount}roles/{name}`);
  const issuers = useIssuerNames(mount);
  const navigate = useNavigate();
  const [tried, setTried] = useState(false);
  const make = useChange(
    (body: Fields) => send<Envelope<Fields>>("POST", rolePath(mount, wanted), { data: body }),
    ({ warnings }) => {
      toast(t("pki.role_made", { name: wanted }));
      for (const text of warnings ?? []) toast(text, "danger");
      navigate(roleLink(mount, wanted));
    },
  );
  return (
    <>
      <PageHead title={t("pki.make_role")} crumbs={crumbs(mount)} />
      <section className="card">
        <Loaded of={schema}>
          {(found) => (
            <SchemaForm
              schema={grouped(found, roleGroups())}
              order={ROLE_FIRST}
              suggestions={{ issuer_ref: issuers }}
              submit={t("common.create")}
              needs={wanted ? `create ${rolePath(mount, wanted)}` : needs(mount).makeRole}
              onSubmit={(body) => {
                setTried(true);
                if (wanted !== "") make.mutate(body);
              }}
              isPending={make.isPending}
              error={make.error}
            >
              <TextField label={t("pki.name")} value={name} onChange={setName} error={tried && wanted === "" ? t("common.required") : null} isRequired autoFocus code />
            </SchemaForm>
          )}
        </Loaded>
      </section>
    </>
  );
}

function Existing({ mount, name }: { mount: string; name: string }) {
  const path = rolePath(mount, name);
  const mayRead = useMay(`read ${path}`);
  const mayTry = useMay(`update ${rolePath(mount, name, "check")}`);
  const navigate = useNavigate();
  if (mayRead === undefined || mayTry === undefined) return <Loading />;
  const tabs = [
    ...(mayRead ? [{ id: "settings", title: t("pki.what_it_allows"), content: <Settings mount={mount} name={name} /> }] : []),
    ...(mayTry ? [{ id: "try", title: t("pki.try"), content: <TryNames mount={mount} role={name} /> }] : []),
  ];
  return (
    <>
      <PageHead title={name} crumbs={crumbs(mount)}>
        <LinkButton to={pkiLink(mount, "/issue", { role: name })} look="primary" needs={`update ${join(mount, "issue", name)}`}>
          {t("pki.issue")}
        </LinkButton>
        <LinkButton to={pkiLink(mount, "/issue", { role: name, by: "request" })} needs={`update ${join(mount, "sign", name)}`}>
          {t("pki.sign_request")}
        </LinkButton>
        <LinkButton to={pkiLink(mount, "/certificates", { role: name })} needs={needs(mount).listDetailed}>
          {t("pki.part_certificates")}
        </LinkButton>
        <Removal
          title={t("pki.remove_role_title", { name })}
          needs={`delete ${path}`}
          act={() => remove(path)}
          done={() => {
            toast(t("pki.role_removed", { name }));
            navigate(pkiLink(mount, "/roles"));
          }}
        >
          <p>{t("pki.remove_role_text")}</p>
        </Removal>
      </PageHead>
      {tabs.length > 0 ? <PageTabs label={name} tabs={tabs} /> : <Empty title={t("pki.role_unread")} />}
    </>
  );
}

function Settings({ mount, name }: { mount: string; name: string }) {
  const path = rolePath(mount, name);
  const found = useRead<Fields>(path);
  const schema = useSchema(`${mount}roles/{name}`);
  const issuers = useIssuerNames(mount);
  const [mayPatch, mayWrite] = [useMay(`patch ${path}`), useMay(`update ${path}`)];
  const save = useChange(
    ({ now, changed }: { now: Fields; changed: Fields }) => (mayPatch ? send<Envelope<Fields>>("PATCH", path, { data: changed }) : send<Envelope<Fields>>("POST", path, { data: whole(schema.data ?? {}, now, changed) })),
    () => toast(t("pki.role_saved", { name })),
  );
  return (
    <section className="card stack">
      <Loaded of={found} missing={<Empty title={t("pki.role_missing")} />}>
        {(now) =>
          mayPatch === false && mayWrite === false ? (
            <SettingValues values={now} />
          ) : (
            <Loaded of={schema}>
              {(known) => <Held key={path} value={now}>{(held) => <SchemaForm schema={grouped(known, roleGroups())} values={held} order={ROLE_FIRST} suggestions={{ issuer_ref: issuers }} submit={t("common.save")} needs={mayPatch ? `patch ${path}` : `update ${path}`} onSubmit={(changed) => save.mutate({ now: held, changed })} isPending={save.isPending} error={save.error} />}</Held>}
            </Loaded>
          )
        }
      </Loaded>
      <Warnings of={save.data?.warnings} />
    </section>
  );
}
