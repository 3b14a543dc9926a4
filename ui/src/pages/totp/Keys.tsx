import { LinkButton } from "../../components/Button";
import { Empty } from "../../components/Loaded";
import { t } from "../../texts";
import { EngineHead } from "../engine/EngineHead";
import { useMount } from "../engine/mount";
import { NameTable } from "../engine/NameTable";
import { createLink, keyLink } from "./paths";

/** The keys of a TOTP engine. */
export default function Keys() {
  const mount = useMount();
  return (
    <>
      <EngineHead mount={mount} intro={t("totp.intro")}>
        <LinkButton to={createLink(mount)} look="primary" needs={`update ${mount}keys/new`}>
          {t("totp.create")}
        </LinkButton>
      </EngineHead>
      <NameTable label={t("totp.keys")} path={`${mount}keys`} to={(name) => keyLink(mount, name)} used={[`${mount}code/{name}`, `${mount}keys/{name}`]} empty={<Empty title={t("totp.none")} />} />
    </>
  );
}
