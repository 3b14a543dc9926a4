import { useEffect, useState } from "react";
import { useSealStatus } from "../../api/state";
import { Facts } from "../../components/Facts";
import { When } from "../../components/When";
import { t } from "../../texts";
import { type Claims, claimsOf } from "./claims";

/** What the chosen file says of itself, so that nobody restores another one than he means. */
export function Claimed({ file }: { file: File }) {
  const [found, setFound] = useState<{ of: File; claims: Claims | null } | null>(null);
  const here = useSealStatus().data?.cluster_id;
  useEffect(() => {
    let isWanted = true;
    void claimsOf(file).then((claims) => isWanted && setFound({ of: file, claims }));
    return () => {
      isWanted = false;
    };
  }, [file]);
  if (found?.of !== file) return null;
  if (!found.claims) return <p className="notice notice-warn">{t("snapshots.no_claims")}</p>;
  const { created, rows, cluster, clusterId } = found.claims;
  return (
    <>
      <Facts
        rows={[
          [t("snapshots.created"), <When key="created" at={created.toISOString()} />],
          [t("snapshots.rows"), rows],
          [t("snapshots.cluster"), `${cluster} (${clusterId})`],
        ]}
      />
      {here && here !== clusterId && <p className="notice notice-warn">{t("snapshots.of_another")}</p>}
    </>
  );
}
