import { useMay } from "../../api/capabilities";
import { useRead, useSession } from "../../api/hooks";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { PageTabs, type PartOfPage } from "../../components/PageTabs";
import { t } from "../../texts";
import { Capabilities } from "./Capabilities";
import { Factor } from "./Factor";
import { MyMounts } from "./MyMounts";
import { Password } from "./Password";
import { accountOf, type Own } from "./self";
import { Token } from "./Token";

/** The user's own token, what may be done with it, and how the user proves who that is. */
export default function Me() {
  const self = useRead<Own>("auth/token/lookup-self", { namespace: "" });
  return (
    <>
      <PageHead title={t("me.title")} />
      <Loaded of={self}>{(found) => <Parts self={found} />}</Loaded>
    </>
  );
}

function Parts({ self }: { self: Own }) {
  const { login } = useSession();
  const mayEnrol = useMay("update identity/mfa/method/totp/generate");
  const account = accountOf(self);
  const isKnownHere = account && (!login || login.type === "userpass" || login.type === "token");
  const parts: PartOfPage[] = [
    { id: "token", title: t("me.token"), content: <Token self={self} /> },
    { id: "capabilities", title: t("me.capabilities"), content: <Capabilities /> },
    { id: "mounts", title: t("me.mounts"), content: <MyMounts /> },
    ...(mayEnrol && self.entity_id ? [{ id: "factor", title: t("me.factor"), content: <Factor /> }] : []),
    ...(isKnownHere ? [{ id: "password", title: t("me.password"), content: <Password account={account} /> }] : []),
  ];
  return <PageTabs label={t("me.title")} tabs={parts} />;
}
