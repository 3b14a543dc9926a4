import type { ReactNode } from "react";
import { useMay } from "../../api/capabilities";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { t } from "../../texts";
import { Decode } from "./Decode";
import { Hash } from "./Hash";
import { Random } from "./Random";
import { Unwrap } from "./Unwrap";
import { Wrap } from "./Wrap";

interface Tool {
  id: "wrap" | "unwrap" | "random" | "hash" | "decode";
  content: ReactNode;
  /** Whether the user may use it; undefined until that is known. */
  may: boolean | undefined;
}

/** What the server does for anybody, without keeping anything. */
export default function Tools() {
  const tools: Tool[] = [
    { id: "wrap", content: <Wrap />, may: useMay("update sys/wrapping/wrap") },
    { id: "unwrap", content: <Unwrap />, may: useMay("update sys/wrapping/unwrap") },
    { id: "random", content: <Random />, may: useMay("update sys/tools/random") },
    { id: "hash", content: <Hash />, may: useMay("update sys/tools/hash") },
    { id: "decode", content: <Decode />, may: true },
  ];
  const isKnown = tools.every(({ may }) => may !== undefined);
  const tabs = tools.filter(({ may }) => may).map(({ id, content }) => ({ id, title: t(`tools.${id}`), content: <div className="card">{content}</div> }));
  return (
    <>
      <PageHead title={t("tools.title")} intro={t("tools.intro")} />
      {isKnown && <PageTabs label={t("tools.title")} tabs={tabs} />}
    </>
  );
}
