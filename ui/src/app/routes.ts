import { pages as auth } from "../pages/auth/routes";
import { pages as engine } from "../pages/engine/routes";
import { pages as home } from "../pages/home/routes";
import { pages as kv } from "../pages/kv/routes";
import { pages as mounts } from "../pages/mounts/routes";
import { pages as policies } from "../pages/policies/routes";
import { pages as secrets } from "../pages/secrets/routes";
import { pages as me } from "../pages/me/routes";
import { pages as tools } from "../pages/tools/routes";
import type { Page } from "./pages";

/** Every page, in the order of the navigation. */
export const PAGES: readonly Page[] = [...home, ...secrets, ...kv, ...engine, ...auth, ...policies, ...mounts, ...tools, ...me];
