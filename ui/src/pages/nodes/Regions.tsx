import { useRead } from "../../api/hooks";
import { Facts } from "../../components/Facts";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { RootOnly } from "../../components/RootOnly";
import { t } from "../../texts";
import { Followers } from "./Followers";
import { behind, type Former, type Region } from "./region";
import { Act, Enable, Invite, Join } from "./RegionActions";

const EVERY_MS = 5_000;

/** What this region is to others, how far they are, and the way from one role to another. */
export default function Regions() {
  return (
    <RootOnly title={t("nodes.regions")}>
      <Shown />
    </RootOnly>
  );
}

function Shown() {
  const found = useRead<Region>("sys/region/status", { every: EVERY_MS });
  return (
    <>
      <PageHead title={t("nodes.regions")} intro={t("nodes.regions_intro")} />
      <Loaded of={found}>
        {(region) => (
          <>
            <Status region={region} />
            {region.role === "primary" && <Followers followers={region.followers ?? []} />}
            {region.role === "primary" && <Invite />}
            {region.former && <FormerRegion former={region.former} />}
            {region.role === "alone" && <Enable />}
            {(region.role === "alone" || region.role === "fenced") && <Join fenced={region.role === "fenced"} />}
          </>
        )}
      </Loaded>
    </>
  );
}

function Status({ region }: { region: Region }) {
  const good = region.role !== "fenced" && region.settled !== false && !region.trouble;
  return (
    <section className="card stack">
      <h2>{t("nodes.this_region")}</h2>
      <p>
        <span className={`badge ${good ? "badge-good" : "badge-danger"}`}>{t(`nodes.role_is_${region.role}`)}</span> {t(`nodes.about_${region.role}`)}
      </p>
      <Facts
        rows={[
          [t("nodes.term"), region.term],
          [t("nodes.reason"), region.reason],
          [t("nodes.trouble"), region.trouble],
          [t("nodes.first_region"), region.primary_api_addr],
          [t("nodes.applied"), region.applied_revision],
          [t("nodes.behind"), region.lag_s === undefined ? null : behind(region.lag_revisions ?? 0, region.lag_s)],
          [t("nodes.lacking"), region.lacking || null],
          [t("nodes.gathering"), region.gathering ? t("common.yes") : null],
          [t("nodes.settled"), region.settled === false ? t("nodes.unsettled") : null],
        ]}
      />
      {region.role !== "alone" && (
        <div className="row">
          {region.role === "follower" && <Act what="promote" />}
          {region.role === "follower" && <Act what="leave" />}
          {region.role === "primary" && <Act what="demote" />}
          {region.role === "fenced" && <Act what="promote" force />}
        </div>
      )}
    </section>
  );
}

/** What is known of the region that was the first one before this. */
function FormerRegion({ former }: { former: Former }) {
  return (
    <section className="card stack">
      <h2>{t("nodes.former")}</h2>
      <p>
        <span className={`badge ${former.told ? "badge-good" : "badge-warn"}`}>{t(former.told ? "nodes.told" : "nodes.untold")}</span>
      </p>
      <Facts
        rows={[
          [t("nodes.address"), former.api_addr],
          [t("nodes.trouble"), former.trouble],
          [t("nodes.missing"), former.missing_revisions],
          [t("nodes.lacking"), former.lacking.length + former.lacking_unnamed || null],
        ]}
      />
      {former.lacking.length > 0 && (
        <details>
          <summary>{t("nodes.lacking_keys")}</summary>
          <ul>
            {former.lacking.map((key) => (
              <li key={key} className="code">
                {key}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
