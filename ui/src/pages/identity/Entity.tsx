import { remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { Metadata } from "../../components/Metadata";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { Removal } from "../../components/Removal";
import { CopyButton } from "../../components/Secret";
import { toast } from "../../components/toasts";
import { When } from "../../components/When";
import { t } from "../../texts";
import { Aliases } from "./Aliases";
import { Holdings } from "./Holdings";
import { graphLink } from "./links";
import { Merge } from "./Merge";
import { type Entity as Record, entityPath } from "./records";
import { Groups, Policies } from "./References";
import { SecondFactors } from "./SecondFactors";

const CRUMBS = [{ text: t("identity.entities"), to: "/entities" }];

/** One entity: who it is, what it has, and what it may do by itself and by its groups. */
export default function Entity() {
  const id = useParam("id");
  const name = useParam("name");
  const found = useRead<Record>(entityPath(id, name), { enabled: id !== "" || name !== "" });
  return (
    <Loaded of={found} missing={<Missing name={name || id} />}>
      {(entity) => <Shown entity={entity} />}
    </Loaded>
  );
}

function Missing({ name }: { name: string }) {
  return (
    <>
      <PageHead title={name} crumbs={CRUMBS} />
      <Empty title={t("identity.no_entity")} />
    </>
  );
}

function Shown({ entity }: { entity: Record }) {
  return (
    <>
      <PageHead title={entity.name} crumbs={CRUMBS}>
        <LinkButton to={graphLink("entity", entity.id)}>{t("identity.graph")}</LinkButton>
        <LinkButton to={link("/entities/edit", { id: entity.id })} needs={`update ${entityPath(entity.id)}`}>
          {t("identity.change")}
        </LinkButton>
        <Disabling entity={entity} />
        <Delete entity={entity} />
      </PageHead>
      {entity.disabled && <p className="notice notice-warn">{t("identity.is_disabled")}</p>}
      <PageTabs
        label={entity.name}
        tabs={[
          { id: "about", title: t("identity.about"), content: <About entity={entity} /> },
          { id: "aliases", title: t("identity.aliases"), content: <Aliases entity={entity} /> },
          { id: "holds", title: t("identity.holds"), content: <Holdings entity={entity} /> },
          { id: "factors", title: t("identity.factors"), content: <SecondFactors entity={entity} /> },
          { id: "merge", title: t("identity.merge"), content: <Merge entity={entity} /> },
        ]}
      />
    </>
  );
}

function About({ entity }: { entity: Record }) {
  return (
    <section className="card">
      <dl className="facts">
        <dt>{t("identity.id")}</dt>
        <dd className="row">
          <span className="code">{entity.id}</span>
          <CopyButton text={entity.id} label={t("identity.copy_id")} />
        </dd>
        <dt>{t("identity.state")}</dt>
        <dd>{entity.disabled ? <span className="badge badge-warn">{t("identity.disabled")}</span> : <span className="badge badge-good">{t("identity.enabled")}</span>}</dd>
        <dt>{t("identity.policies")}</dt>
        <dd>
          <Policies names={entity.policies} />
        </dd>
        <dt>{t("identity.direct_groups")}</dt>
        <dd>
          <Groups ids={entity.direct_group_ids} />
        </dd>
        <dt>{t("identity.inherited_groups")}</dt>
        <dd>
          <Groups ids={entity.inherited_group_ids} />
        </dd>
        <dt>{t("identity.metadata")}</dt>
        <dd>
          <Metadata of={entity.metadata} />
        </dd>
        <dt>{t("identity.last_login")}</dt>
        <dd>
          <When at={entity.last_login_time} never={t("identity.never")} />
        </dd>
        <dt>{t("identity.created")}</dt>
        <dd>
          <When at={entity.creation_time} />
        </dd>
      </dl>
    </section>
  );
}

function Disabling({ entity }: { entity: Record }) {
  const path = entityPath(entity.id);
  const enable = useChange(
    () => write(path, { disabled: false }),
    () => toast(t("identity.was_enabled", { name: entity.name })),
  );
  if (!entity.disabled)
    return (
      <Removal action={t("identity.disable")} title={t("identity.disable_title", { name: entity.name })} needs={`update ${path}`} act={() => write(path, { disabled: true })} done={() => toast(t("identity.was_disabled", { name: entity.name }))}>
        <p>{t("identity.disable_text")}</p>
      </Removal>
    );
  return (
    <>
      <Button onPress={() => enable.mutate(undefined)} isPending={enable.isPending} needs={`update ${path}`}>
        {t("identity.enable")}
      </Button>
      {enable.error && <Failure error={enable.error} />}
    </>
  );
}

function Delete({ entity }: { entity: Record }) {
  const navigate = useNavigate();
  const path = entityPath(entity.id);
  const done = () => {
    toast(t("identity.removed", { name: entity.name }));
    navigate("/entities");
  };
  return (
    <Removal look="danger" title={t("identity.remove_entity", { name: entity.name })} needs={`delete ${path}`} act={() => remove(path)} done={done}>
      <p>{t("identity.remove_entity_text")}</p>
    </Removal>
  );
}
