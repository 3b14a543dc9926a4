import type { Fields } from "../../api/client";
import { mountLink } from "../engine/mount";

/** Pages of the SSH engine. */
export const sshLink = (mount: string, tab = "") => mountLink("/secrets/ssh", mount, { tab });
export const roleLink = (mount: string, name: string) => mountLink("/secrets/ssh/role", mount, { name });
export const roleEdit = (mount: string, name = "") => mountLink("/secrets/ssh/role/edit", mount, { name });
export const issuerCreate = (mount: string) => mountLink("/secrets/ssh/issuer", mount);

/** A role as `roles/` tells of it. */
export interface SshRole extends Fields {
  key_type: string;
}

/** What a listing of issuers says of one. */
export interface Issuer {
  is_default: boolean;
  issuer_name: string;
  public_key: string;
}

/** What a listing of certificates says of one. */
export interface Certificate {
  cert_type: string;
  key_id: string;
  valid_principals: string[];
  /** Seconds since 1970. */
  valid_before: number;
  role: string;
  display_name: string;
  /** 0 while it is valid. */
  revocation_time: number;
}
