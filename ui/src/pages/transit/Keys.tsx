import { namedIn, useMayBelow } from "../../api/below";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { useReach } from "../../api/reach";
import { link, useParam } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { Empty, Loaded } from "../../components/Loaded";
import { Named } from "../../components/Named";
import { NameTable } from "../../components/NameTable";
import { OpenByName } from "../../components/OpenByName";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { crumbsOf, keyLink, mountLink } from "./mount";

/** The keys of a mount. */
export default function Keys() {
  const mount = useParam("mount");
  const mayList = useMay(`list ${join(mount, "keys")}`);
  const [mayCreate, mayImport, mayRestore] = [useMayBelow("create", join(mount, "keys/")), useMayImport(mount), useMayBelow("update", join(mount, "restore/"))];
  return (
    <>
      <PageHead title={mount} crumbs={crumbsOf(mount, true)} intro={t("transit.intro")}>
        {mayCreate && (
          <LinkButton to={mountLink(mount, "/create")} look="primary">
            {t("transit.create")}
          </LinkButton>
        )}
        {mayImport && <LinkButton to={mountLink(mount, "/import")}>{t("transit.import")}</LinkButton>}
        {mayRestore && <LinkButton to={mountLink(mount, "/restore")}>{t("transit.restore")}</LinkButton>}
        <LinkButton to={mountLink(mount, "/random")} needs={`update ${join(mount, "random")}`}>
          {t("transit.random")}
        </LinkButton>
        <LinkButton to={mountLink(mount, "/settings")} needs={`read ${join(mount, "config/keys")}`}>
          {t("transit.settings")}
        </LinkButton>
      </PageHead>
      {mayList && <Names mount={mount} />}
      {mayList === false && <OfPolicies mount={mount} />}
      <OpenByName label={t("transit.jump")} {...(mayList === false && { description: t("transit.jump_unlisted") })} to={(name) => keyLink(mount, name)} />
      <p className="description">
        <Anchor to={link("/secrets/engine", { mount })}>{t("transit.all_paths")}</Anchor>
      </p>
    </>
  );
}

function Names({ mount }: { mount: string }) {
  const found = useList(join(mount, "keys"));
  return (
    <Loaded of={found}>
      {({ keys }) => (
        <NameTable label={t("transit.keys")} title={t("transit.name")} keys={keys} to={(name) => keyLink(mount, name)} empty={<Empty title={t("transit.no_keys")} />} />
      )}
    </Loaded>
  );
}

/** Whether some key may be imported: each name has its own path for it. */
function useMayImport(mount: string): boolean {
  const some = useReach("update", join(mount, "keys/")).some((name) => name.endsWith("*") || name.endsWith("/import"));
  return useMay(`update ${join(mount, "keys/new/import")}`) === true || some;
}

/** The keys that the user's policies name, where he may not list them. */
function OfPolicies({ mount }: { mount: string }) {
  const below = (operation: string) => `${join(mount, operation)}/`;
  const names = namedIn(useReach("update", below("encrypt")), useReach("update", below("decrypt")), useReach("update", below("rewrap")), useReach("update", below("sign")), useReach("update", below("verify")), useReach("update", below("hmac")), useReach("read", below("keys")));
  return <Named title={t("transit.named")} names={names} to={(name) => keyLink(mount, name)} />;
}
