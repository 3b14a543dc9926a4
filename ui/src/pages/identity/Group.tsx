import { remove } from "../../api/client";
import { useRead } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Empty, Loaded } from "../../components/Loaded";
import { Metadata } from "../../components/Metadata";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { Removal } from "../../components/Removal";
import { CopyButton } from "../../components/Secret";
import { duration } from "../../components/time";
import { toast } from "../../components/toasts";
import { When } from "../../components/When";
import { t } from "../../texts";
import { GroupAlias } from "./GroupAlias";
import { graphLink } from "./links";
import { Members } from "./Members";
import { type Group as Record, groupPath } from "./records";
import { Groups, Policies } from "./References";

const CRUMBS = [{ text: t("identity.groups"), to: "/groups" }];

/** One group: what it gives, who is in it, and of which groups it is a part. */
export default function Group() {
  const id = useParam("id");
  const name = useParam("name");
  const found = useRead<Record>(groupPath(id, name), { enabled: id !== "" || name !== "" });
  return (
    <Loaded of={found} missing={<Missing name={name || id} />}>
      {(group) => <Shown group={group} />}
    </Loaded>
  );
}

function Missing({ name }: { name: string }) {
  return (
    <>
      <PageHead title={name} crumbs={CRUMBS} />
      <Empty title={t("identity.no_group")} />
    </>
  );
}

function Shown({ group }: { group: Record }) {
  const external = group.type === "external";
  return (
    <>
      <PageHead title={group.name} crumbs={CRUMBS}>
        <LinkButton to={graphLink("group", group.id)}>{t("identity.graph")}</LinkButton>
        <LinkButton to={link("/groups/edit", { id: group.id })} needs={`update ${groupPath(group.id)}`}>
          {t("identity.change")}
        </LinkButton>
        <Delete group={group} />
      </PageHead>
      <PageTabs
        label={group.name}
        tabs={[
          { id: "about", title: t("identity.about"), content: <About group={group} /> },
          { id: "members", title: t("identity.members"), content: <Members group={group} /> },
          ...(external ? [{ id: "alias", title: t("identity.group_alias"), content: <GroupAlias group={group} /> }] : []),
        ]}
      />
    </>
  );
}

function About({ group }: { group: Record }) {
  return (
    <section className="card">
      <dl className="facts">
        <dt>{t("identity.id")}</dt>
        <dd className="row">
          <span className="code">{group.id}</span>
          <CopyButton text={group.id} label={t("identity.copy_id")} />
        </dd>
        <dt>{t("identity.type")}</dt>
        <dd>
          <span className="badge">{group.type}</span> {t(group.type === "external" ? "identity.type_external" : "identity.type_internal")}
        </dd>
        <dt>{t("identity.policies")}</dt>
        <dd>
          <Policies names={group.policies} />
        </dd>
        <dt>{t("identity.groups_below")}</dt>
        <dd>
          <Groups ids={group.member_group_ids} />
        </dd>
        <dt>{t("identity.groups_above")}</dt>
        <dd>
          <Groups ids={group.parent_group_ids} />
        </dd>
        {group.type === "external" && (
          <>
            <dt>{t("identity.membership_ttl")}</dt>
            <dd>{group.membership_ttl ? duration(group.membership_ttl) : t("identity.no_end")}</dd>
          </>
        )}
        <dt>{t("identity.metadata")}</dt>
        <dd>
          <Metadata of={group.metadata} />
        </dd>
        <dt>{t("identity.created")}</dt>
        <dd>
          <When at={group.creation_time} />
        </dd>
      </dl>
    </section>
  );
}

function Delete({ group }: { group: Record }) {
  const navigate = useNavigate();
  const path = groupPath(group.id);
  const done = () => {
    toast(t("identity.removed", { name: group.name }));
    navigate("/groups");
  };
  return (
    <Removal look="danger" title={t("identity.remove_group", { name: group.name })} needs={`delete ${path}`} act={() => remove(path)} done={done}>
      <p>{t("identity.remove_group_text")}</p>
    </Removal>
  );
}
