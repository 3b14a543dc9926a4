import { mountLink } from "../engine/mount";

/** Pages of the TOTP engine. */
export const keysLink = (mount: string) => mountLink("/secrets/totp", mount);
export const keyLink = (mount: string, name: string) => mountLink("/secrets/totp/key", mount, { name });
export const createLink = (mount: string) => mountLink("/secrets/totp/create", mount);
