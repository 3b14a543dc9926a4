import { pages as audit } from "../pages/audit/routes";
import { pages as auth } from "../pages/auth/routes";
import { pages as console } from "../pages/console/routes";
import { pages as database } from "../pages/database/routes";
import { pages as due } from "../pages/due/routes";
import { pages as engine } from "../pages/engine/routes";
import { pages as explorer } from "../pages/explorer/routes";
import { pages as home } from "../pages/home/routes";
import { pages as identity } from "../pages/identity/routes";
import { pages as kv } from "../pages/kv/routes";
import { pages as leases } from "../pages/leases/routes";
import { pages as me } from "../pages/me/routes";
import { pages as mounts } from "../pages/mounts/routes";
import { pages as namespaces } from "../pages/namespaces/routes";
import { pages as nodes } from "../pages/nodes/routes";
import { pages as pki } from "../pages/pki/routes";
import { pages as plugins } from "../pages/plugins/routes";
import { pages as policies } from "../pages/policies/routes";
import { pages as quotas } from "../pages/quotas/routes";
import { pages as seal } from "../pages/seal/routes";
import { pages as secrets } from "../pages/secrets/routes";
import { pages as snapshots } from "../pages/snapshots/routes";
import { pages as ssh } from "../pages/ssh/routes";
import { pages as tokens } from "../pages/tokens/routes";
import { pages as tools } from "../pages/tools/routes";
import { pages as totp } from "../pages/totp/routes";
import { pages as transit } from "../pages/transit/routes";
import type { Page } from "./pages";

/** Every page, in the order of the navigation. */
export const PAGES: readonly Page[] = [
  ...home,
  ...secrets,
  ...kv,
  ...engine,
  ...database,
  ...ssh,
  ...totp,
  ...transit,
  ...pki,
  ...due,
  ...auth,
  ...policies,
  ...identity,
  ...namespaces,
  ...mounts,
  ...leases,
  ...tokens,
  ...quotas,
  ...audit,
  ...seal,
  ...nodes,
  ...snapshots,
  ...plugins,
  ...tools,
  ...console,
  ...explorer,
  ...me,
];
