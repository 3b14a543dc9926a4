import { useMay } from "../../api/capabilities";
import { PageHead } from "../../components/PageHead";
import { PageTabs, type PartOfPage } from "../../components/PageTabs";
import { t } from "../../texts";
import { Denial } from "./Denial";
import { Explain } from "./Explain";
import { WhoCan } from "./WhoCan";
import { useParam } from "../../app/location";

/** Why something is allowed or denied, and to whom it is allowed. */
export default function Why() {
  const request = useParam("request");
  const who = useMay("update sys/policies/who-can", "sudo sys/policies/who-can");
  const denial: PartOfPage = { id: "denial", title: t("policies.tab_denial"), content: <Denial key={request} /> };
  const explain: PartOfPage = { id: "explain", title: t("policies.tab_explain"), content: <Explain /> };
  const whoCan: PartOfPage[] = who ? [{ id: "who", title: t("policies.tab_who"), content: <WhoCan /> }] : [];
  // A link with the number of a denial leads to it.
  const parts = request ? [denial, explain, ...whoCan] : [explain, ...whoCan, denial];
  return (
    <>
      <PageHead title={t("policies.why")} intro={t("policies.why_intro")} />
      <PageTabs label={t("policies.why")} tabs={parts} />
    </>
  );
}
