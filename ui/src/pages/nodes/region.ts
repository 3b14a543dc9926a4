import type { Need } from "../../api/capabilities";
import { duration } from "../../components/time";
import { t } from "../../texts";

export interface Follower {
  id: string;
  name: string;
  cluster_id: string;
  connected: boolean;
  left: boolean;
  applied_revision?: number;
  lag_revisions?: number;
  lag_s?: number;
}

/** What is known of the region that was the first one before. */
export interface Former {
  applied_revision: number;
  known_revision: number;
  missing_revisions: number;
  told: boolean;
  trouble: string;
  api_addr: string;
  lacking: string[];
  lacking_unnamed: number;
  lacking_by_place?: Record<string, number>;
}

/** `sys/region/status`; which fields there are depends on the role. */
export interface Region {
  role: "alone" | "primary" | "follower" | "fenced";
  term?: number;
  settled?: boolean;
  reason?: string;
  primary_api_addr?: string;
  applied_revision?: number;
  known_revision?: number;
  lag_revisions?: number;
  lag_s?: number;
  lacking?: number;
  gathering?: boolean;
  trouble?: string;
  followers?: Follower[];
  former?: Former;
}

/** What a change of the region needs. */
export const mayChange = (what: string): Need[] => [`update sys/region/${what}`, `sudo sys/region/${what}`];
export const mayRevoke = (id: string): Need[] => [`delete sys/region/followers/${id}`, `sudo sys/region/followers/${id}`];

/** How far a region is behind, in words. */
export const behind = (revisions: number, seconds: number) => t("nodes.behind_by", { n: revisions, time: duration(seconds) });
