import { namedIn, useMayBelow } from "../../api/below";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { useReach } from "../../api/reach";
import { useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Empty, Loaded } from "../../components/Loaded";
import { Named } from "../../components/Named";
import { NameTable } from "../../components/NameTable";
import { OpenByName } from "../../components/OpenByName";
import { t } from "../../texts";
import { Head } from "./Head";
import { needs, pkiLink, roleLink } from "./mount";

/** The roles of a mount: what may be asked for, and by whom is said by policies. */
export default function Roles() {
  const mount = useParam("mount");
  const may = useMay(needs(mount).listRoles);
  const mayMake = useMayBelow("create", join(mount, "roles/"));
  return (
    <>
      <Head part="roles" intro={t("pki.roles_intro")}>
        {mayMake && (
          <LinkButton to={pkiLink(mount, "/role")} look="primary">
            {t("pki.make_role")}
          </LinkButton>
        )}
      </Head>
      {may && <Names mount={mount} />}
      {may === false && <OfPolicies mount={mount} />}
      <OpenByName label={t("pki.open_role")} {...(may === false && { description: t("pki.open_role_unlisted") })} to={(name) => roleLink(mount, name)} />
    </>
  );
}

/** The roles that the user's policies name, where he may not list them. */
function OfPolicies({ mount }: { mount: string }) {
  const names = namedIn(useReach("update", join(mount, "issue/")), useReach("update", join(mount, "sign/")), useReach("read", join(mount, "roles/")));
  return <Named title={t("pki.named_roles")} names={names} to={(name) => roleLink(mount, name)} />;
}

function Names({ mount }: { mount: string }) {
  const found = useList(join(mount, "roles"));
  return (
    <Loaded of={found}>
      {({ keys }) => (
        <NameTable
          label={t("pki.part_roles")}
          title={t("pki.name")}
          keys={keys}
          to={(name) => roleLink(mount, name)}
          columns={[
            {
              id: "issue",
              title: t("pki.issue"),
              cell: ({ name }) => (
                <LinkButton look="quiet" to={pkiLink(mount, "/issue", { role: name })} needs={`update ${join(mount, "issue", name)}`}>
                  {t("pki.issue")}
                </LinkButton>
              ),
            },
          ]}
          empty={<Empty title={t("pki.no_roles")} />}
        />
      )}
    </Loaded>
  );
}

